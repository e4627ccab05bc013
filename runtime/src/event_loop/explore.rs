//! Running a test in many orders: [`explore`].

use std::env;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::{EventLoop, MockClock};

/// Runs a test in this many orders of its tasks, to find what depends on the order.
///
/// Each run has a loop of its own with a [`MockClock`], and shuffles the tasks of each turn by a seed: 0, 1, 2 … If one
/// panics, its seed is printed, and the panic goes on. With the environment variable `CHECKED_ASYNC_SEED` set to that number
/// only that run is repeated, in the same order.
///
/// Timers and callbacks keep their order, which is promised.
///
/// # Panics
///
/// If a run does, and if `CHECKED_ASYNC_SEED` is no number.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// checked_async::explore(100, || async {
///     let balance = Rc::new(Cell::new(0));
///     let deposits = [10, 20].map(|amount| {
///         let balance = Rc::clone(&balance);
///         checked_async::spawn(async move {
///             let before = balance.get(); // with an `.await` after this line, one of 100 runs would fail
///             balance.set(before + amount);
///         })
///     });
///     for deposit in deposits {
///         deposit.await.unwrap();
///     }
///     assert_eq!(balance.get(), 30);
/// });
/// ```
#[track_caller]
pub fn explore<F: Future>(runs: u64, mut main: impl FnMut() -> F) {
    let seeds = match env::var(SEED) {
        Ok(seed) => {
            let seed = seed.trim().parse().unwrap_or_else(|_| panic!("`{SEED}` must be a number, not `{seed}`"));
            seed..seed + 1
        }
        Err(_) => 0..runs,
    };
    for seed in seeds {
        let run = || EventLoop::builder().clock(MockClock::new()).shuffle(seed).run(main());
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => panic!("with {SEED}={seed}: {error}"),
            Err(panic) => {
                eprintln!("checked-async: the order of tasks with {SEED}={seed} fails; set that to repeat it");
                resume_unwind(panic);
            }
        }
    }
}

const SEED: &str = "CHECKED_ASYNC_SEED";
