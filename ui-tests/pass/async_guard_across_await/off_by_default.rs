//! The lint is off by default, and can be turned off for one statement.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::Mutex;

async fn fetch(url: &str) -> String {
    url.to_uppercase()
}

#[checked_async]
async fn by_default(pages: &Mutex<Vec<String>>) {
    let mut pages = pages.lock().await;
    let page = fetch("by default").await;
    pages.push(page);
}

#[checked_async(warn(async_guard_across_await))]
async fn one_statement(pages: &Mutex<Vec<String>>) {
    #[checked(allow(async_guard_across_await))]
    let mut pages = pages.lock().await;
    let page = fetch("one at a time, on purpose").await;
    pages.push(page);
}
