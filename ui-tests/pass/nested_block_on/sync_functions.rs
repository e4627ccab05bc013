//! `block_on` in functions that are not async: mains, tests, methods, nested functions.

#![deny(warnings)]

use checked_async::checked_async;
use futures::executor::block_on;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;

async fn serve(port: u16) -> u16 {
    port
}

#[checked_async]
mod program {
    use super::{Builder, block_on, serve};

    pub fn main() {
        Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
            serve(80).await;
        })
    }

    pub fn quick() -> u16 {
        let ports = [80, 443].map(|port| block_on(serve(port)));
        ports[0]
    }

    pub async fn serve_all() -> u16 {
        fn one() -> u16 {
            block_on(serve(1))
        }
        let first = tokio::task::spawn_blocking(one).await.unwrap();
        first + serve(2).await
    }
}

/// A facade for callers that know nothing of async.
struct Blocking {
    runtime: Runtime,
    count: Mutex<u32>,
}

#[checked_async]
impl Blocking {
    fn serve(&self, port: u16) -> u16 {
        *self.count.blocking_lock() += 1;
        self.runtime.block_on(serve(port))
    }

    async fn count(&self) -> u32 {
        *self.count.lock().await
    }
}

#[checked_async]
impl Drop for Blocking {
    fn drop(&mut self) {
        self.runtime.block_on(serve(0));
    }
}
