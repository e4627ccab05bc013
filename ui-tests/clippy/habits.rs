//! Habits of which clippy and rustc warn, in async code: what they say must not depend on the attribute.

use checked_async::checked_async;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

async fn fetch(id: u32) -> Result<String, String> {
    Err(id.to_string())
}

#[must_use]
fn checked(id: u32) -> bool {
    id > 3
}

#[checked_async]
async fn returns_needlessly(id: u32) -> u32 {
    let unused = 3;
    let mut never_changed = id;
    return never_changed + 1;
}

#[checked_async]
async fn binds_and_returns(id: u32) -> Result<String, String> {
    let page = fetch(id).await;
    page
}

#[checked_async]
async fn compares_clumsily(names: Vec<String>, found: bool) -> bool {
    if names.len() == 0 {
        return false;
    }
    if found == true {
        println!("{}", names.iter().map(|name| name.clone()).collect::<Vec<String>>().join(","));
    }
    for i in 0..names.len() {
        println!("{}", names[i]);
    }
    match names.first() {
        Some(name) => println!("{}", name.to_string()),
        None => {}
    }
    !(names.len() > 3)
}

#[checked_async]
async fn forgets_results(id: u32) {
    fetch(id).await;
    checked(id);
    id.checked_add(1);
    std::fs::remove_file("a");
    let _ = id.clone();
    tokio::time::sleep(Duration::from_millis(1000 * 60)).await;
    Vec::<u32>::new().into_iter().map(|x| x + 1);
}

#[checked_async]
async fn holds_guards(shared: Arc<Mutex<HashMap<u32, String>>>) -> usize {
    let map = shared.lock().unwrap();
    let _ = fetch(map.len() as u32).await;
    let size: usize = map.len() as usize;
    size.clone()
}

struct Server {
    users: Vec<u32>,
}

#[checked_async]
impl Server {
    pub async fn new() -> Self {
        Server { users: Vec::new() }
    }

    async fn is_empty(self) -> bool {
        self.users.len() < 1
    }

    async fn to_list(self, separator: &String) -> Box<Vec<u32>> {
        let Server { users: users } = self;
        println!("{}", format!("{}{separator}", users.len()));
        Box::new(users)
    }

    async fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) -> u32 {
        [a, b, c, d, e, f, g].iter().map(|n| *n as u32).fold(0, |sum, n| sum + n)
    }
}

#[checked_async]
async fn nests(id: Option<u32>) -> u32 {
    if let Some(id) = id {
        if id > 3 {
            tokio::spawn(async move { return id; }).await.unwrap();
        }
    }
    let task = async { ({ id.unwrap_or(1) }) };
    (task.await)
}

#[checked_async]
async fn unreachable_end() -> u32 {
    let left = fetch(1).await.unwrap_or(String::new());
    panic!("{}", left);
    println!("never");
    1
}

#[checked_async]
#[allow(clippy::needless_return)]
async fn allowed(id: u32) -> u32 {
    #[allow(unused_variables)]
    let unused = 3;
    return id;
}

#[checked_async]
async fn matches_clumsily(task: tokio::task::JoinHandle<Result<u32, String>>) -> bool {
    if let Err(_) = fetch(1).await {
        println!("no page");
    }
    match fetch(2).await {
        Ok(_) => println!("a page"),
        Err(_) => {}
    }
    match task.await {
        Ok(_) => true,
        Err(_) => false,
    }
}
