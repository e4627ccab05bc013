//! The event loop of this library, with its own one-shot channel; `DEBUG` turns its checks on.

use crate::peer::{OneShot, Peer, cannot_run};
use checked_async::{EventLoop, JoinHandle, Promise};
use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Ours<const DEBUG: bool>;

impl<const DEBUG: bool> Peer for Ours<DEBUG> {
    type JoinHandle = JoinHandle<u64>;
    type OneShot = OfOurs;

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let outcome = EventLoop::builder().debug(DEBUG).run(main(Self));
        outcome.map_err(cannot_run)
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> JoinHandle<u64> {
        checked_async::spawn(future)
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        drop(checked_async::spawn(future));
    }

    fn call_soon(self, callback: impl FnOnce() + 'static) {
        drop(checked_async::call_soon(callback));
    }

    fn yield_now() -> impl Future<Output = ()> {
        checked_async::yield_now()
    }

    fn sleep(duration: Duration) -> impl Future {
        checked_async::sleep(duration)
    }
}

/// `checked_async::promise`.
pub(crate) struct OfOurs;

impl OneShot for OfOurs {
    type Sender = Promise<u64>;

    fn channel() -> (Self::Sender, impl Future<Output = u64> + 'static) {
        let (promise, promised) = checked_async::promise();
        (promise, async {
            let Ok(value) = promised.await else { panic!("it is sent") };
            value
        })
    }

    fn send(sender: Self::Sender, value: u64) {
        assert!(sender.set(value).is_ok(), "it is awaited");
    }
}
