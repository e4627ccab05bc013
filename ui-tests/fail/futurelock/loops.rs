//! A long job that is polled in turns with messages, whose handlers await.

use checked_async::checked_async;
use std::pin::pin;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

struct Database {
    rows: Mutex<Vec<String>>,
}

impl Database {
    async fn insert(&self, row: String) {
        self.rows.lock().await.push(row);
    }
    async fn compact(&self) -> usize {
        let mut rows = self.rows.lock().await;
        rows.dedup();
        rows.len()
    }
}

#[checked_async]
async fn serve(database: &Database, mut rows: Receiver<String>) {
    let mut compaction = pin!(database.compact());
    loop {
        tokio::select! {
            left = &mut compaction => { //~ warning futurelock: &mut compaction
                println!("{left} left");
                break;
            }
            Some(row) = rows.recv() => {
                database.insert(row).await;
            }
        }
    }
}

#[checked_async]
async fn guarded(database: &Database, mut rows: Receiver<String>) {
    let compaction = database.compact();
    tokio::pin!(compaction);
    let mut compacted = false;
    while let Some(row) = rows.recv().await {
        tokio::select! {
            biased;
            _ = &mut compaction, if !compacted => compacted = true, //~ warning futurelock: &mut compaction
            Some(next) = rows.recv() => {
                if next != row {
                    database.insert(next).await;
                }
            }
        }
    }
}
