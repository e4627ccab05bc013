//! A module of the crate's own that is called as one of std, by its full path, where std's is imported too.

#![deny(warnings)]

include!("../../fixtures/own_thread.rs");

mod worker {
    use checked_async::checked_async;
    use std::thread;
    use std::time::Duration;

    #[checked_async]
    pub async fn work(pause: Duration) -> bool {
        crate::thread::sleep(pause);
        tokio::task::spawn_blocking(move || thread::sleep(pause)).await.is_ok()
    }
}
