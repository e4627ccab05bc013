//! Guards that are gone in time, in places where a reference to them is coerced to what they point to.

#![deny(warnings)]

use checked_async::checked_async;
use std::cell::{Ref, RefCell};
use std::fmt::Display;
use std::sync::Mutex;

struct Config {
    limit: u32,
}

async fn pause() {}

fn limit(config: &Config) -> u32 {
    config.limit
}

fn raise(config: &mut Config) {
    config.limit += 1;
}

#[checked_async]
async fn before(cell: &RefCell<Config>, shared: &Mutex<Config>) -> u32 {
    let sum = limit(&cell.borrow()) + limit(&shared.lock().unwrap());
    raise(&mut shared.lock().unwrap());
    pause().await;
    {
        let config: &Config = &cell.borrow();
        println!("{}", config.limit);
    }
    pause().await;
    sum
}

#[checked_async(allow(guard_across_await))]
async fn silenced(cell: &RefCell<Config>) -> u32 {
    let config: &Config = &cell.borrow();
    pause().await;
    config.limit
}

#[checked_async]
async fn dropped(shared: &Mutex<Vec<u32>>, name: &RefCell<String>) -> usize {
    let mut guard = Some(shared.lock().unwrap());
    drop(guard.take());
    pause().await;
    let shown: Ref<'_, dyn Display> = name.borrow();
    let length = shown.to_string().len();
    drop(shown);
    pause().await;
    length
}
