//! Temporary guards that live until the end of a statement, in which something is awaited after they were made.

use checked_async::checked_async;
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::mpsc::Sender;

struct Cache {
    pages: Mutex<HashMap<String, String>>,
    sender: Mutex<Sender<String>>,
    hits: parking_lot::Mutex<u32>,
}

async fn fetch(url: &str) -> String {
    url.to_uppercase()
}
async fn publish(count: u32, page: &str) {
    println!("{count}: {page}");
}
fn record(pages: usize, page: String) {
    println!("{pages}: {page}");
}

#[checked_async]
impl Cache {
    async fn argument(&self) {
        publish(*self.hits.lock(), "start").await; //~ warning guard_across_await: self.hits.lock()
    }
    async fn clone_in_an_argument(&self, url: &str) {
        publish(1, &self.pages.lock().unwrap()[url].clone()).await; //~ warning guard_across_await: self.pages.lock().unwrap()
    }
    async fn receiver(&self, page: String) {
        let _ = self.sender.lock().unwrap().send(page).await; //~ warning guard_across_await: self.sender.lock().unwrap()
    }
    async fn made_before_the_argument(&self, url: &str) {
        self.pages.lock().unwrap().insert(url.into(), fetch(url).await); //~ warning guard_across_await: self.pages.lock().unwrap()
    }
    async fn first_of_two_arguments(&self, url: &str) {
        record(self.pages.lock().unwrap().len(), fetch(url).await); //~ warning guard_across_await: self.pages.lock().unwrap()
    }
    async fn tuple(&self, url: &str) -> u32 {
        let (hits, page) = (*self.hits.lock(), fetch(url).await); //~ warning guard_across_await: self.hits.lock()
        record(1, page);
        hits
    }
    async fn tail(&self) {
        publish(self.pages.lock().unwrap().len() as u32, "end").await //~ warning guard_across_await: self.pages.lock().unwrap()
    }
}
