//! References whose temporary guard lives as long as they do: `let x = &*m.lock().unwrap();`.

use checked_async::checked_async;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, RwLock};

struct Config {
    name: String,
    retries: u32,
}

async fn connect(name: &str) -> u32 {
    name.len() as u32
}

#[checked_async]
async fn dereferenced(config: &Mutex<Config>) -> u32 {
    let config = &*config.lock().unwrap(); //~ warning guard_across_await: config.lock().unwrap()
    connect(&config.name).await + config.retries
}

#[checked_async]
async fn field(config: Arc<RwLock<Config>>) -> u32 {
    let name = &config.read().unwrap().name; //~ warning guard_across_await: config.read().unwrap()
    connect(name).await
}

#[checked_async]
async fn mutable(config: &parking_lot::Mutex<Config>) {
    let config = &mut *config.lock(); //~ warning guard_across_await: config.lock()
    config.retries = connect("again").await;
}

#[checked_async]
async fn the_guard_itself(config: &RefCell<Config>) {
    let config = &mut config.borrow_mut(); //~ warning guard_across_await: config.borrow_mut()
    config.retries = connect("cell").await;
}
