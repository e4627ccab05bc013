//! Aliases, generics, closures, traits and modules.

use checked_async::checked_async;
use futures::future::{join_all as all, try_join_all};
use std::fmt::Debug;
use std::time::Duration;
use tokio::time::timeout as within;

type Reply<T, E = String> = std::result::Result<T, E>;

async fn fetch<T: Default>(key: &str) -> Reply<T> {
    if key.is_empty() { Err("no key".into()) } else { Ok(T::default()) }
}

#[checked_async]
async fn generic<T, E, F>(futures: Vec<F>, limit: Duration) -> bool
where
    E: Debug,
    F: Future<Output = Result<T, E>>,
{
    let count = futures.len();
    println!("{count} futures");
    within(limit, try_join_all(futures)).await.is_ok() //~ warning lost_result: within(limit, try_join_all(futures)).await.is_ok()
}

#[checked_async]
async fn in_closures(keys: &[&str]) {
    let warm_up = async |keys: &[&str]| {
        all(keys.iter().map(|key| fetch::<u8>(key))).await; //~ warning lost_result: all(keys.iter().map(|key| fetch::<u8>(key))).await
    };
    warm_up(keys).await;
    let key = keys.first().map_or(String::new(), |key| key.to_string());
    tokio::spawn(async move {
        if within(Duration::from_secs(1), fetch::<String>(&key)).await.is_err() { //~ warning lost_result: within(Duration::from_secs(1), fetch::<String>(&key)).await.is_err()
            println!("{key} is slow");
        }
    });
}

#[checked_async]
trait Cache {
    async fn load(&self, key: &str) -> Reply<Vec<u8>>;

    async fn preload(&self, keys: &[&str]) {
        all(keys.iter().map(|key| self.load(key))).await; //~ warning lost_result: all(keys.iter().map(|key| self.load(key))).await
    }
}

#[checked_async]
mod health {
    use super::{Duration, fetch, within};

    pub async fn alive() -> bool {
        let limit = Duration::from_secs(1);
        matches!(within(limit, fetch::<()>("a")).await, Ok(_)) //~ missed lost_result: within(limit, fetch::<()>("a")).await
    }
}
