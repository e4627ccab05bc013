//! Temporary guards that end with their statement or condition, or are made after the `.await`.

#![deny(warnings)]

use checked_async::checked_async;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, RwLock};
use tokio::sync::mpsc::Sender;

struct Cache {
    pages: Mutex<HashMap<String, String>>,
    sender: RwLock<Sender<String>>,
    hits: parking_lot::Mutex<u32>,
    last: RefCell<String>,
    turns: Cell<u32>,
}

async fn fetch(url: &str) -> String {
    url.to_uppercase()
}
fn record(page: String, pages: usize) {
    println!("{pages}: {page}");
}

#[checked_async]
impl Cache {
    async fn cloned(&self, page: String) {
        let sender = self.sender.read().unwrap().clone();
        let _ = sender.send(page).await;
    }
    async fn assigned(&self, url: &str) {
        *self.last.borrow_mut() = fetch(url).await;
        self.turns.set(self.turns.get() + 1);
    }
    async fn made_after(&self, url: &str) {
        record(fetch(url).await, self.pages.lock().unwrap().len());
        println!("{} {}", fetch(url).await, self.hits.lock());
    }
    async fn condition(&self, url: &str) -> String {
        if self.pages.lock().unwrap().contains_key(url) {
            return fetch("known").await;
        }
        while *self.hits.lock() > 3 {
            fetch(url).await;
        }
        fetch("unknown").await
    }
    async fn value_of_a_let(&self, url: &str) -> String {
        let known = self.pages.lock().unwrap().get(url).cloned();
        match known {
            Some(page) => page,
            None => fetch(url).await,
        }
    }
    async fn other_branch(&self, url: &str) -> String {
        if let Some(page) = self.pages.lock().unwrap().get(url) {
            page.clone()
        } else {
            fetch(url).await
        }
    }
    async fn statement(&self, url: &str) {
        self.pages.lock().unwrap().clear();
        *self.hits.lock() += 1;
        let _ = self.hits.lock();
        fetch(url).await;
    }
    async fn lazy_operand(&self, url: &str) -> bool {
        self.pages.lock().unwrap().is_empty() && fetch(url).await.is_empty()
    }
    async fn block_in_an_argument(&self, url: &str) {
        let _ = fetch(&{ self.last.borrow().clone() + url }).await;
    }
}
