//! Handles of tasks, asked only whether the task panicked.

use checked_async::checked_async;
use std::io;
use tokio::task::{JoinHandle, spawn_blocking};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

struct Workers {
    writer: JoinHandle<Outcome>,
    readers: Vec<JoinHandle<io::Result<u64>>>,
}

#[checked_async]
impl Workers {
    async fn stop(mut self) -> usize {
        let mut failed = 0;
        for reader in &mut self.readers {
            if reader.await.is_err() { //~ warning lost_result: reader.await.is_err()
                failed += 1;
            }
        }
        if self.writer.await.is_err() { //~ warning lost_result: self.writer.await.is_err()
            failed += 1;
        }
        failed
    }
}

#[checked_async]
async fn import(path: String) -> bool {
    let size = tokio::spawn(async move { tokio::fs::metadata(path).await.map(|data| data.len()) });
    let parsed = spawn_blocking(|| "12".parse::<u8>());
    size.await.is_ok() && parsed.await.is_ok() //~ warning lost_result: size.await.is_ok()
    //~^ warning lost_result: parsed.await.is_ok()
}

#[checked_async]
async fn import_all(paths: Vec<String>) {
    for path in paths {
        let name = path.clone();
        let task = tokio::spawn(async move { tokio::fs::remove_file(path).await });
        let outcome = task.await;
        println!("{name}: {}", outcome.is_ok()); //~ missed lost_result: outcome.is_ok()
    }
}
