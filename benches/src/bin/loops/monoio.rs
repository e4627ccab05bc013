//! monoio, with the one-shot channel of futures.
//!
//! Its driver is `legacy`, which polls file descriptors as the others do. Its wakers panic on other threads without the
//! feature `sync`, which makes all else slower and is off. A task that yields is put at the head of the queue: of the
//! many that yield one runs to its end before the next.

use crate::operations::Operation;
use crate::peer::{OfFutures, Peer, cannot_run};
use monoio::LegacyDriver;
use monoio::task::JoinHandle;
use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Monoio;

impl Peer for Monoio {
    type JoinHandle = JoinHandle<u64>;
    type OneShot = OfFutures;

    fn has(operation: Operation) -> Result<(), String> {
        match operation {
            Operation::Wake => Err("its wakers panic on other threads without its feature `sync`".into()),
            _ => Ok(()),
        }
    }

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let runtime = monoio::RuntimeBuilder::<LegacyDriver>::new().enable_timer().build();
        runtime.map_err(cannot_run)?.block_on(main(Self));
        Ok(())
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> JoinHandle<u64> {
        monoio::spawn(future)
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        drop(monoio::spawn(future));
    }

    fn sleep(duration: Duration) -> impl Future {
        monoio::time::sleep(duration)
    }
}
