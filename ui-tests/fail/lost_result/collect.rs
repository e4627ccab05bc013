//! Streams of results, collected into a list that is dropped.

use checked_async::checked_async;
use futures::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt};
use std::collections::VecDeque;
use std::io;

async fn download(url: String) -> io::Result<Vec<u8>> {
    tokio::fs::read(url).await
}

async fn convert(frame: u32) -> Result<u32, u32> {
    if frame.is_multiple_of(7) { Err(frame) } else { Ok(frame) }
}

#[checked_async]
async fn mirror(urls: Vec<String>) {
    stream::iter(urls).map(download).buffer_unordered(4).collect::<Vec<_>>().await; //~ warning lost_result: stream::iter(urls).map(download).buffer_unordered(4).collect::<Vec<_>>().await
}

#[checked_async]
async fn render(frames: &[u32]) {
    let futures: FuturesUnordered<_> = frames.iter().map(|&frame| convert(frame)).collect();
    println!("{} frames to convert", futures.len());
    futures.collect::<Vec<_>>().await; //~ warning lost_result: futures.collect::<Vec<_>>().await
}

#[checked_async]
async fn render_in_order(frames: Vec<u32>, preview: bool) {
    let work = async {
        let futures: FuturesOrdered<_> = frames.iter().copied().map(convert).collect();
        futures.collect::<Vec<Result<u32, u32>>>().await; //~ warning lost_result: futures.collect::<Vec<Result<u32, u32>>>().await
    };
    if preview {
        work.await;
    }
}

#[checked_async]
async fn with_threads(files: VecDeque<String>) {
    let reads = files.into_iter().map(|file| tokio::task::spawn_blocking(move || std::fs::read(file)));
    reads.collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await; //~ warning lost_result: reads.collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await
}
