//! A future bound to a name that nothing mentions, next to the same code with the `.await`.

use checked_async::checked_async;
use tokio::sync::Mutex;

#[checked_async]
async fn bad(mutex: &Mutex<u32>) -> u32 {
    let _guard = mutex.lock(); //~ unused_future_binding: mutex.lock()
    1
}

#[checked_async]
async fn good(mutex: &Mutex<u32>) -> u32 {
    let _guard = mutex.lock().await;
    1
}
