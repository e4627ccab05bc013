//! A `block_on` in async code, next to the same code with `.await`.

use checked_async::checked_async;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

async fn load(id: u32) -> String {
    format!("user {id}")
}

#[checked_async]
async fn bad(names: &Mutex<Vec<String>>) {
    let first = futures::executor::block_on(load(1)); //~ nested_block_on: futures::executor::block_on(load(1))
    let second = Handle::current().block_on(load(2)); //~ nested_block_on: Handle::current().block_on(load(2))
    names.blocking_lock().extend([first, second]); //~ nested_block_on: names.blocking_lock()
}

#[checked_async]
async fn good(names: &Mutex<Vec<String>>) {
    let first = load(1).await;
    let handle = Handle::current();
    let second = tokio::task::spawn_blocking(move || handle.block_on(load(2))).await.unwrap();
    names.lock().await.extend([first, second]);
}
