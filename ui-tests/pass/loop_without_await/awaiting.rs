//! Endless loops that await, wherever the `.await` stands.

#![deny(warnings)]

use checked_async::checked_async;
use futures::{FutureExt, StreamExt};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};

#[checked_async]
async fn in_conditions(mut jobs: mpsc::Receiver<u32>, queue: &Mutex<Vec<u32>>) {
    loop {
        if let Some(job) = jobs.recv().await {
            println!("{job}");
        }
        match queue.lock().await.pop() {
            Some(job) if job > 3 => println!("{job}"),
            _ => {}
        }
    }
}

#[checked_async]
async fn in_arguments(listener: TcpListener) -> ! {
    loop {
        println!("{:?}", listener.accept().await.map(|(_, peer)| peer));
    }
}

#[checked_async]
async fn in_inner_loops(mut streams: Vec<futures::stream::BoxStream<'static, u32>>) {
    loop {
        for stream in &mut streams {
            while let Some(number) = stream.next().await {
                println!("{number}");
            }
        }
    }
}

#[checked_async]
async fn in_macros(mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            _ = ticks.tick() => println!("tick"),
            _ = stop.changed() => println!("changed"),
        }
    }
}

#[checked_async]
async fn in_other_macros(mut left: mpsc::Receiver<u32>, mut right: mpsc::Receiver<u32>) {
    loop {
        let (a, b) = futures::join!(left.recv(), right.recv());
        println!("{a:?} {b:?}");
    }
}

#[checked_async]
async fn in_select_biased(mut left: mpsc::Receiver<u32>) {
    loop {
        futures::select_biased! {
            number = left.recv().fuse() => println!("{number:?}"),
            default => tokio::task::yield_now().await,
        }
    }
}
