//! Tasks that are started in the arguments of `select!` and `join!`.

use checked_async::checked_async;
use futures::StreamExt;
use futures::stream::BoxStream;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

async fn upload(chunk: Vec<u8>) -> Result<usize, std::io::Error> {
    tokio::fs::write("/tmp/chunk", &chunk).await?;
    Ok(chunk.len())
}

#[checked_async]
async fn collect(mut chunks: Receiver<Vec<u8>>) {
    let mut pending = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            chunk = chunks.recv() => match chunk {
                Some(chunk) => pending.extend(chunk),
                None => break,
            },
            _ = ticks.tick() => {
                let full = std::mem::take(&mut pending);
                tokio::spawn(upload(full)); //~ warning detached_task: tokio::spawn(upload(full))
            }
        }
    }
}

#[checked_async]
async fn collect_both(mut left: BoxStream<'static, Vec<u8>>, mut right: BoxStream<'static, Vec<u8>>) {
    tokio::join!(
        async {
            while let Some(chunk) = left.next().await {
                let _upload = tokio::spawn(upload(chunk)); //~ warning detached_task: tokio::spawn(upload(chunk))
            }
        },
        async {
            while let Some(chunk) = right.next().await {
                smol::spawn(upload(chunk)).detach(); //~ warning detached_task: smol::spawn(upload(chunk)).detach()
            }
        },
    );
}

macro_rules! in_background {
    ($future:expr) => {
        tokio::spawn($future);
    };
}

#[checked_async]
async fn own_macro() {
    in_background!(upload(Vec::new())); //~ missed detached_task: in_background!(upload(Vec::new()))
}
