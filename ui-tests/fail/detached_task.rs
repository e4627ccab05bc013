//! A task whose error nobody reads, next to the same task with its handle awaited.

use checked_async::checked_async;
use std::io;

async fn save(path: &'static str) -> io::Result<()> {
    tokio::fs::write(path, b"done").await
}

#[checked_async]
async fn bad() {
    tokio::spawn(save("a")); //~ warning detached_task: tokio::spawn(save("a"))
    let _ = tokio::spawn(save("b")); //~ warning detached_task: tokio::spawn(save("b"))
    let _task = tokio::spawn(save("c")); //~ warning detached_task: tokio::spawn(save("c"))
    smol::spawn(save("d")).detach(); //~ warning detached_task: smol::spawn(save("d")).detach()
}

#[checked_async]
async fn good() -> io::Result<()> {
    tokio::spawn(save("a")).await??;
    let task = tokio::spawn(save("b"));
    task.await??;
    tokio::spawn(async {
        if let Err(error) = save("c").await {
            eprintln!("cannot save: {error}");
        }
    });
    drop(tokio::spawn(save("d")));
    Ok(())
}
