//! What belongs to the thread of an event loop cannot be taken to another, and rustc says what to use there.

use checked_async::{call_soon, catch_cancel, checked_async, handle, promise, sleep, spawn};
use std::thread;
use std::time::Duration;

fn handles() {
    let handle = handle();
    thread::spawn(move || handle.stop()); //~ E0277: move || handle.stop()
}

fn tasks() {
    let task = spawn(async { 1 });
    thread::spawn(move || task.cancel()); //~ E0277: move || task.cancel()
}

fn references() {
    let task = spawn(async { 1 });
    thread::scope(|scope| {
        scope.spawn(|| task.is_finished()); //~ E0277: || task.is_finished()
    });
}

fn callbacks() {
    let callback = call_soon(|| {});
    thread::spawn(move || callback.cancel()); //~ E0277: move || callback.cancel()
}

fn promises() {
    let (promise, promised) = promise();
    thread::spawn(move || promise.set(1)); //~ E0277: move || promise.set(1)
    drop(promised);
}

#[checked_async]
async fn naps() {
    sleep(Duration::from_secs(1)).await;
}

fn elsewhere() {
    tokio::spawn(naps()); //~ error: future cannot be sent between threads safely
}

#[checked_async(send)] //~ error: future cannot be sent between threads safely
async fn promises_to_be_send() {
    sleep(Duration::from_secs(1)).await;
}

#[checked_async(send)] //~ error: future cannot be sent between threads safely
async fn catches() {
    let _ = catch_cancel(async {}).await;
}
