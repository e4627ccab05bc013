//! smol's parts: async-executor's `LocalExecutor`, driven by async-io, with the one-shot channel of futures.

use crate::peer::{OfFutures, Peer};
use async_executor::{LocalExecutor, Task};
use async_io::Timer;
use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct AsyncExecutor(&'static LocalExecutor<'static>);

impl Peer for AsyncExecutor {
    type JoinHandle = Task<u64>;
    type OneShot = OfFutures;

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let executor = Box::leak(Box::new(LocalExecutor::new()));
        async_io::block_on(executor.run(main(Self(executor))));
        Ok(())
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> Task<u64> {
        self.0.spawn(future)
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        self.0.spawn(future).detach();
    }

    fn sleep(duration: Duration) -> impl Future {
        Timer::after(duration)
    }
}
