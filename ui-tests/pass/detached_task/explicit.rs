//! Handles that are given up on purpose, in words that say so.

#![deny(warnings)]

use checked_async::{checked_async, discard};
use tokio::task::{AbortHandle, JoinHandle};

async fn prefetch(page: u32) -> Result<String, std::fmt::Error> {
    Ok(format!("page {page}"))
}

fn forget<T>(_handle: JoinHandle<T>) {}

#[checked_async]
async fn said_in_code(page: u32) {
    drop(tokio::spawn(prefetch(page)));
    std::mem::drop(tokio::spawn(prefetch(page + 1)));
    let _: JoinHandle<_> = tokio::spawn(prefetch(page + 2));
    forget(tokio::spawn(prefetch(page + 3)));
    let task = tokio::spawn(prefetch(page + 4));
    drop(task);
    let task = tokio::spawn(prefetch(page + 5));
    let _ = task;
    discard(tokio::spawn(prefetch(page + 6)));
}

#[checked_async]
async fn only_to_be_stopped(page: u32) -> AbortHandle {
    let stop = tokio::spawn(prefetch(page)).abort_handle();
    tokio::spawn(prefetch(page + 1)).abort();
    stop
}

#[checked_async]
async fn allowed_here(page: u32) {
    #[checked(allow(detached_task))]
    tokio::spawn(prefetch(page));
    #[checked(allow(detached_task))]
    let _next = tokio::spawn(prefetch(page + 1));
}

#[checked_async(allow(detached_task))]
async fn allowed_everywhere(page: u32) {
    tokio::spawn(prefetch(page));
    smol::spawn(prefetch(page + 1)).detach();
}
