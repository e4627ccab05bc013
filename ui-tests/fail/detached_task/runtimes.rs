//! The ways in which the runtimes let go of a task: dropped handles, `detach`, closures on a pool.

use checked_async::checked_async;
use std::io;
use tokio::runtime::Handle;
use tokio::task::{self, LocalSet};

async fn flush(shard: usize) -> io::Result<usize> {
    tokio::fs::write(format!("shard-{shard}"), b"").await?;
    Ok(shard)
}

fn compact(shard: usize) -> io::Result<()> {
    if shard == 0 { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
}

#[checked_async]
async fn on_tokio(handle: &Handle, local: &LocalSet) {
    handle.spawn(flush(1)); //~ warning detached_task: handle.spawn(flush(1))
    Handle::current().spawn(flush(2)); //~ warning detached_task: Handle::current().spawn(flush(2))
    task::spawn_local(flush(3)); //~ warning detached_task: task::spawn_local(flush(3))
    local.spawn_local(flush(4)); //~ warning detached_task: local.spawn_local(flush(4))
    task::spawn_blocking(|| compact(5)); //~ warning detached_task: task::spawn_blocking(|| compact(5))
    let _ = handle.spawn_blocking(move || compact(6)); //~ warning detached_task: handle.spawn_blocking(move || compact(6))
}

#[checked_async]
async fn on_smol(executor: &smol::Executor<'_>, local: &smol::LocalExecutor<'_>) {
    smol::spawn(flush(1)).detach(); //~ warning detached_task: smol::spawn(flush(1)).detach()
    executor.spawn(flush(2)).detach(); //~ warning detached_task: executor.spawn(flush(2)).detach()
    local.spawn(async { flush(3).await }).detach(); //~ warning detached_task: local.spawn(async { flush(3).await }).detach()
    smol::unblock(|| compact(4)).detach(); //~ warning detached_task: smol::unblock(|| compact(4)).detach()
}

#[checked_async]
async fn on_async_std() {
    async_std::task::spawn(flush(1)); //~ warning detached_task: async_std::task::spawn(flush(1))
    let _ = async_std::task::spawn(flush(2)); //~ warning detached_task: async_std::task::spawn(flush(2))
    async_std::task::spawn_blocking(|| compact(3)); //~ warning detached_task: async_std::task::spawn_blocking(|| compact(3))
}
