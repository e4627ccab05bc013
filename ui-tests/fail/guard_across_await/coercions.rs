//! Guards that are alive at an `.await`, behind references that are coerced to what they point to.

use checked_async::checked_async;
use std::cell::RefCell;
use std::sync::Mutex;

struct Config {
    limit: u32,
}

async fn show(config: &Config) -> u32 {
    config.limit
}

async fn pause() -> u32 {
    1
}

fn both(config: &mut Config, more: u32) -> u32 {
    config.limit + more
}

#[checked_async]
async fn arguments(cell: &RefCell<Config>, shared: &Mutex<Config>) -> u32 {
    let first = show(&cell.borrow()).await; //~ warning guard_across_await: cell.borrow()
    first + both(&mut shared.lock().unwrap(), pause().await) //~ warning guard_across_await: shared.lock().unwrap()
}

#[checked_async]
async fn variables(cell: &RefCell<Config>, shared: &Mutex<Vec<u32>>) -> u32 {
    let config: &Config = &cell.borrow(); //~ warning guard_across_await: cell.borrow()
    let list: &mut Vec<u32> = &mut shared.lock().unwrap(); //~ warning guard_across_await: shared.lock().unwrap()
    list.push(pause().await);
    config.limit
}
