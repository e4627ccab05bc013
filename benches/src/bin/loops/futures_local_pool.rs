//! futures' `LocalPool`, which has no timers, with its own one-shot channel.

use crate::operations::Operation;
use crate::peer::{OfFutures, Peer};
use futures::executor::{LocalPool, LocalSpawner};
use futures::future::RemoteHandle;
use futures::task::LocalSpawnExt as _;

#[derive(Clone, Copy)]
pub(crate) struct FuturesLocalPool(&'static LocalSpawner);

impl Peer for FuturesLocalPool {
    type JoinHandle = RemoteHandle<u64>;
    type OneShot = OfFutures;

    fn has(operation: Operation) -> Result<(), String> {
        match operation {
            Operation::TimersFire { .. } | Operation::TimersCancel | Operation::Timeout | Operation::SleepingTask => {
                Err("it has no timers".into())
            }
            _ => Ok(()),
        }
    }

    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String> {
        let mut pool = LocalPool::new();
        let spawner = Box::leak(Box::new(pool.spawner()));
        pool.run_until(main(Self(spawner)));
        Ok(())
    }

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> RemoteHandle<u64> {
        self.0.spawn_local_with_handle(future).expect("the pool runs")
    }

    fn spawn_detached(self, future: impl Future<Output = u64> + 'static) {
        let discarding = async {
            future.await;
        };
        self.0.spawn_local(discarding).expect("the pool runs");
    }
}
