//! The handler's `.await` in a branch, a loop, a macro, an `else` path; in a handler that leaves afterwards.

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{interval, sleep};

async fn upload(chunk: Vec<u8>) -> usize {
    chunk.len()
}
async fn log(text: &str) {
    println!("{text}");
}

#[checked_async]
async fn branches(mut chunks: Receiver<Vec<u8>>, verbose: bool) {
    let mut job = pin!(upload(vec![1]));
    tokio::select! {
        n = &mut job => println!("{n}"), //~ warning futurelock: &mut job
        chunk = chunks.recv() => match chunk {
            Some(chunk) if verbose => {
                for byte in chunk {
                    log(&byte.to_string()).await;
                }
            }
            _ => println!("closed"),
        }
    }
}

#[checked_async]
async fn joins(mut chunks: Receiver<Vec<u8>>) {
    let mut job = pin!(upload(vec![2]));
    tokio::select! {
        n = &mut job => println!("{n}"), //~ warning futurelock: &mut job
        Some(chunk) = chunks.recv() => {
            tokio::join!(upload(chunk), log("next"));
        }
    }
}

#[checked_async]
async fn leaves(progress: Sender<usize>) -> usize {
    let mut job = pin!(upload(vec![3]));
    let mut ticks = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            n = &mut job => return n, //~ warning futurelock: &mut job
            _ = ticks.tick() => {
                if progress.send(1).await.is_err() {
                    return 0;
                }
            }
        }
    }
}

#[checked_async]
async fn third_arm() {
    let mut job = pin!(upload(vec![4]));
    tokio::select! {
        n = &mut job => println!("{n}"), //~ warning futurelock: &mut job
        () = log("ready") => println!("ready"),
        () = sleep(Duration::from_secs(1)) => log("late").await,
    }
}
