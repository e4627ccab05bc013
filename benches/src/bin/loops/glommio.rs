//! glommio, with the one-shot channel of futures.
//!
//! It needs io_uring and says so where that is forbidden, as in many containers.

use crate::operations::Operation;
use crate::peer::{OfFutures, Peer, cannot_run};
use glommio::{LocalExecutorBuilder, Placement, Task};
use std::time::Duration;

#[derive(Clone, Copy)]
pub(crate) struct Glommio;

impl Peer for Glommio {
    type JoinHandle = Task<u64>;
    type OneShot = OfFutures;

    fn has(operation: Operation) -> Result<(), String> {
        match operation {
            Operation::Wake => Err("under valgrind it misses a wake-up now and then, and waits forever".into()),
            Operation::TimersCancel => Err("a task of its cannot have more than 32,767 wakers".into()),
            _ => Ok(()),
        }
    }

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let executor = LocalExecutorBuilder::new(Placement::Unbound).make();
        executor.map_err(cannot_run)?.run(main(Self));
        Ok(())
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> Task<u64> {
        glommio::spawn_local(future)
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        glommio::spawn_local(future).detach();
    }

    fn sleep(duration: Duration) -> impl Future {
        glommio::timer::sleep(duration)
    }
}
