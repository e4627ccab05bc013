//! Lists of results that somebody goes through.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::{join_all, try_join_all};
use futures::stream::{self, FuturesUnordered, StreamExt, TryStreamExt};
use std::io;

async fn remove(path: &str) -> io::Result<()> {
    tokio::fs::remove_file(path).await
}

fn report(results: Vec<io::Result<()>>) {
    for error in results.into_iter().filter_map(Result::err) {
        eprintln!("{error}");
    }
}

#[checked_async]
async fn counted(paths: &[&str]) -> usize {
    for result in join_all(paths.iter().map(|path| remove(path))).await {
        if let Err(error) = result {
            eprintln!("{error}");
        }
    }
    let results = join_all(paths.iter().map(|path| remove(path))).await;
    let removed = results.iter().filter(|result| result.is_ok()).count();
    report(join_all(paths.iter().map(|path| remove(path))).await);
    join_all(paths.iter().map(|path| remove(path))).await.into_iter().for_each(|result| {
        result.unwrap_or_else(|error| eprintln!("{error}"));
    });
    removed
}

#[checked_async]
async fn first_error(paths: &[&str]) -> io::Result<()> {
    try_join_all(paths.iter().map(|path| remove(path))).await?;
    join_all(paths.iter().map(|path| remove(path))).await.into_iter().collect::<io::Result<Vec<()>>>()?;
    let running: FuturesUnordered<_> = paths.iter().map(|path| remove(path)).collect();
    running.try_collect::<Vec<_>>().await?;
    stream::iter(paths).map(Ok).try_for_each_concurrent(4, |path| remove(path)).await
}

#[checked_async]
async fn passed_on(paths: &[&str]) -> Vec<io::Result<()>> {
    match paths {
        [] => Vec::new(),
        [path] => vec![remove(path).await],
        paths => stream::iter(paths).map(|path| remove(path)).buffered(2).collect::<Vec<_>>().await,
    }
}
