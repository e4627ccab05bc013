//! tokio's runtime on one thread, with its own one-shot channel.
//!
//! A `LocalRuntime` is the `current_thread` runtime without the bound `Send` on what is spawned: the scheduler is the same.
//! `tokio::task::yield_now` is not used: it lets the driver run first, which costs 1,000 instructions with a single task.

use crate::peer::{OneShot, Peer, cannot_run};
use std::time::Duration;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

#[derive(Clone, Copy)]
pub(crate) struct TokioCurrentThread;

impl Peer for TokioCurrentThread {
    type JoinHandle = JoinHandle<u64>;
    type OneShot = OfTokio;

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
        runtime.map_err(cannot_run)?.block_on(main(Self));
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

/// `tokio::sync::oneshot`.
pub(crate) struct OfTokio;

impl OneShot for OfTokio {
    type Sender = oneshot::Sender<u64>;

    fn channel() -> (Self::Sender, impl Future<Output = u64> + 'static) {
        let (sender, receiver) = oneshot::channel();
        (sender, async { receiver.await.expect("it is sent") })
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is awaited");
    }
}
