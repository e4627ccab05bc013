//! An async lock that is held during unrelated work, next to the same code that lets go of it first.

use checked_async::checked_async;
use tokio::sync::Mutex;

async fn fetch(url: &str) -> String {
    url.to_uppercase()
}

#[checked_async(warn(async_guard_across_await))]
async fn bad(pages: &Mutex<Vec<String>>) {
    let mut pages = pages.lock().await; //~ warning async_guard_across_await: pages.lock().await
    let page = fetch("bad").await;
    pages.push(page);
}

#[checked_async(warn(async_guard_across_await))]
async fn good(pages: &Mutex<Vec<String>>) {
    let page = fetch("good").await;
    let mut pages = pages.lock().await;
    pages.push(page);
}
