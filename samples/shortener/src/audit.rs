//! The audit log: what happened, in order, written in batches.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

#[derive(Default)]
pub struct Audit {
    buffer: Mutex<Vec<String>>,
    /// Held while a batch is being written, so that batches do not mix.
    writing: Mutex<()>,
    written: Mutex<Vec<String>>,
}

impl Audit {
    pub async fn record(self: Arc<Self>, event: String) {
        self.buffer.lock().await.push(event);
    }

    /// Writes what is in the buffer.
    pub async fn flush(&self) {
        #[cfg(feature = "compile-time-faults")]
        let _guard = self.writing.lock(); // FAULT 1: unused_future_binding, no lock is held while the batch is written
        #[cfg(not(feature = "compile-time-faults"))]
        let _lock = self.writing.lock().await;
        let batch = std::mem::take(&mut *self.buffer.lock().await);
        for event in batch {
            // As long as a disk would take.
            sleep(Duration::from_micros(200)).await;
            self.written.lock().await.push(event);
        }
    }

    pub async fn len(&self) -> usize {
        self.written.lock().await.len()
    }
}

/// Records an event when it goes out of scope, however that happens.
pub struct Farewell {
    pub audit: Arc<Audit>,
    pub event: String,
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let (audit, event) = (Arc::clone(&self.audit), std::mem::take(&mut self.event));
        #[cfg(feature = "compile-time-faults")]
        let _ = async move { audit.record(event).await }; // FAULT 3: unawaited_future, a future does not run by itself
        // Correct: the task runs without its handle.
        #[cfg(not(feature = "compile-time-faults"))]
        tokio::spawn(async move { audit.record(event).await });
    }
}
