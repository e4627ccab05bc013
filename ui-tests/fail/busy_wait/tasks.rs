//! Tasks and threads asked whether they are done, instead of being awaited.

use checked_async::checked_async;
use std::thread;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::sleep;

#[checked_async]
async fn finish(task: JoinHandle<u32>) -> u32 {
    while !task.is_finished() { //~ warning busy_wait: !task.is_finished()
        sleep(Duration::from_millis(5)).await;
    }
    task.await.unwrap_or(0)
}

#[checked_async]
async fn finish_thread(thread: thread::JoinHandle<u32>) -> bool {
    while !thread.is_finished() { //~ warning busy_wait: !thread.is_finished()
        eprintln!("the thread still works");
        sleep(Duration::from_millis(5)).await;
    }
    thread.is_finished()
}

#[checked_async]
async fn finish_both(first: &AbortHandle, second: &smol::Task<u32>) {
    while !(first.is_finished() && second.is_finished()) { //~ warning busy_wait: !(first.is_finished() && second.is_finished())
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn cancel<T: Send + 'static>(tasks: Vec<JoinHandle<T>>) -> usize {
    let mut cancelled = 0;
    for task in &tasks {
        task.abort();
        loop {
            if task.is_finished() { //~ warning busy_wait: task.is_finished()
                break;
            }
            tokio::task::yield_now().await;
        }
        cancelled += 1;
    }
    cancelled
}
