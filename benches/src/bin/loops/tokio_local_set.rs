//! tokio's `LocalSet`, on a `current_thread` runtime, with tokio's one-shot channel.

use crate::peer::{Peer, cannot_run};
use crate::tokio_current_thread::OfTokio;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::task::{JoinHandle, LocalSet};

#[derive(Clone, Copy)]
pub(crate) struct TokioLocalSet;

impl Peer for TokioLocalSet {
    type JoinHandle = JoinHandle<u64>;
    type OneShot = OfTokio;

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(cannot_run)?;
        LocalSet::new().block_on(&runtime, main(Self));
        Ok(())
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> JoinHandle<u64> {
        tokio::task::spawn_local(future)
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        drop(tokio::task::spawn_local(future));
    }

    fn sleep(duration: Duration) -> impl Future {
        tokio::time::sleep(duration)
    }
}
