//! compio, with the one-shot channel of futures. Its driver polls file descriptors, as the others' do.

use crate::peer::{OfFutures, Peer, cannot_run};
use compio::driver::DriverType;
use compio::runtime::{JoinHandle, Runtime};
use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Compio;

impl Peer for Compio {
    type JoinHandle = JoinHandle<u64>;
    type OneShot = OfFutures;

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let runtime = Runtime::new().map_err(cannot_run)?;
        assert_eq!(runtime.driver_type(), DriverType::Poll, "compio is built without io_uring");
        runtime.block_on(main(Self));
        Ok(())
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> JoinHandle<u64> {
        compio::runtime::spawn(future)
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        compio::runtime::spawn(future).detach();
    }

    fn sleep(duration: Duration) -> impl Future {
        compio::time::sleep(duration)
    }
}
