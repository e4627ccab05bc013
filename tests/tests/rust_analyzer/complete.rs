use crate::support::*;
use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;

#[checked_async]
pub async fn statements(store: &Store, key: String) -> Result<u32, Error> {
    let row = store.load(&key).await?;
    store.save(row.value).await?;
    let doubled = row.double();
    let mut total = 0;
    for other in store.rows() {
        total += other.value;
        if other == doubled {
            continue;
        }
        store.save(other.value).await?;
    }
    while let Some(next) = store.next().await {
        let Row { value, name } = next;
        match (value, name.as_str()) {
            (0, _) => break,
            (n, "x") => total += n,
            _ => store.save(value).await?,
        }
    }
    let Some(last) = store.next().await else { return Ok(total) };
    let names: Vec<String> = store.rows().iter().map(|row| row.name.clone()).collect();
    println!("{} {:?}", names.len(), last);
    Ok(total + last.value)
}

#[checked_async]
pub async fn discards(store: &Store) {
    let mut map = HashMap::new();
    map.insert(1, String::new());
    map.remove(&1);
    let mut list = Vec::new();
    list.push(store.rows());
    list.pop();
    let _ = store.rows();
    _ = list.len();
    drop(store.rows());
    let unused = store.rows();
    let later = async { store.load("a").await };
    let found = later.await;
    if let Ok(row) = found {
        store.each(|row| drop(row.name));
        row.double();
    }
    pick! { second = store.load("b") => { second.map(|row| row.value).ok(); } }
    std::mem::take(&mut list);
    call(|| store.size);
}

#[checked_async]
pub async fn generic<T: Clone + Debug, const N: usize>(values: [T; N], pick: impl Fn(&T) -> bool) -> Option<T> {
    let chosen = values.iter().find(|value| pick(value)).cloned();
    let shown = format!("{chosen:?}");
    shown.len();
    chosen
}

#[checked_async]
pub fn by_hand<'a>(store: &'a Store, (first, _): (u32, u32)) -> impl Future<Output = u32> + 'a {
    let size = store.size;
    async move {
        let row = store.load("c").await;
        first + size as u32 + row.map_or(0, |row| row.value)
    }
}

pub struct Service {
    store: Store,
    count: u32,
}

#[checked_async]
impl Service {
    pub async fn serve(&mut self, mut limit: u32) -> Result<(), Error> {
        loop {
            let row = self.store.load("d").await?;
            limit -= 1;
            self.count += row.value;
            if limit == 0 {
                return Ok(());
            }
            self.store.save(self.count).await?;
            helper(&self.store, row).await;
        }
    }

    pub fn count(&self) -> u32 {
        let count = self.count;
        count.checked_add(1);
        count
    }
}

#[checked_async]
pub trait Handler {
    type Output: Default;

    fn handle(&self, store: &Store) -> impl Future<Output = Self::Output>;

    async fn twice(&self, store: &Store) -> (Self::Output, Self::Output) {
        let first = self.handle(store).await;
        let second = self.handle(store).await;
        (first, second)
    }
}

#[checked_async]
mod inner {
    use super::{Row, Store};

    pub(super) async fn nested(store: &Store) -> Vec<Row> {
        let rows = store.rows();
        let row = store.next().await;
        rows.into_iter().chain(row).collect()
    }
}

pub async fn helper(store: &Store, row: Row) -> u32 {
    let nested = inner::nested(store).await;
    nested.len() as u32 + row.value
}

fn call<T>(function: impl FnOnce() -> T) -> T {
    function()
}
