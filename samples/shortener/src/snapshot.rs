//! Writes the links to a file now and then, so that they survive a restart.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::store::Store;

pub struct Snapshot {
    store: Arc<Store>,
    path: PathBuf,
    /// How many links were in the last one.
    last: Mutex<usize>,
}

impl Snapshot {
    pub fn new(store: Arc<Store>) -> Snapshot {
        let path = std::env::temp_dir().join(format!("shortener-{}.txt", std::process::id()));
        Snapshot { store, path, last: Mutex::new(0) }
    }

    /// Writes the number of links, if it has changed.
    pub async fn write(self: Arc<Self>) -> io::Result<()> {
        let mut last = self.last.lock().unwrap(); // FAULT 14: guard_across_await, the thread may wait for itself
        let (links, _) = self.store.stats().await;
        if *last != links {
            *last = links;
            std::fs::write(&self.path, links.to_string())?; // FAULT 15: blocking_io, all tasks of the thread wait
        }
        Ok(())
    }

    /// Removes the file.
    pub async fn remove(self: Arc<Self>) -> io::Result<()> {
        // Correct: the guard is gone before the `.await`.
        let written = *self.last.lock().unwrap() > 0;
        if written {
            // Correct: the thread of `spawn_blocking` may wait.
            spawn_blocking(move || std::fs::remove_file(&self.path)).await??;
        }
        Ok(())
    }
}

/// Removes the snapshot in a while, and does not stay for it.
pub async fn clean_up(snapshot: Arc<Snapshot>) -> bool {
    let task = tokio::spawn(Arc::clone(&snapshot).remove());
    // In time is not the same as done.
    let done = timeout(Duration::from_secs(1), task).await.is_ok(); // FAULT 16: lost_result
    tokio::spawn(snapshot.remove()); // FAULT 17: detached_task, and now there is one: FAULT 19: task_error_never_retrieved
    sleep(Duration::from_millis(1)).await;
    done
}
