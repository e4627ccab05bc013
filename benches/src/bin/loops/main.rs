//! Runs one operation of one event loop many times: `loops PEER OPERATION TIMES`.
//!
//! `event_loop` runs this, natively and under valgrind. It prints the nanoseconds it took, on the clock and of processor
//! time, or `-` and the reason if the peer has no such operation or cannot run on this machine. What is done is written once, in `operations`; a peer's file says
//! how to spawn, sleep and so on there. Only calloop, whose unit is a callback, has its own version of the operations.

mod async_executor;
#[cfg(feature = "peers")]
mod calloop;
#[cfg(feature = "peers")]
mod compio;
mod futures_local_pool;
#[cfg(feature = "peers")]
mod glommio;
#[cfg(feature = "peers")]
mod monoio;
mod operations;
mod ours;
mod peer;
mod tokio_current_thread;
mod tokio_local_set;

use nix::time::{ClockId, clock_gettime};
use operations::Operation;
use std::time::Instant;

fn main() {
    let arguments = std::env::args().collect::<Vec<_>>();
    let [_, peer, operation, times] = &arguments[..] else {
        panic!("usage: loops PEER OPERATION TIMES");
    };
    let operation = Operation::named(operation);
    let times = times.parse().expect("TIMES is a number");
    let (start, processor_start) = (Instant::now(), processor_time());
    let done = match &**peer {
        "ours" => operations::run::<ours::Ours<false>>(operation, times),
        "ours_debug" => operations::run::<ours::Ours<true>>(operation, times),
        "async_executor" => operations::run::<async_executor::AsyncExecutor>(operation, times),
        "futures_local_pool" => operations::run::<futures_local_pool::FuturesLocalPool>(operation, times),
        "tokio_current_thread" => operations::run::<tokio_current_thread::TokioCurrentThread>(operation, times),
        "tokio_local_set" => operations::run::<tokio_local_set::TokioLocalSet>(operation, times),
        #[cfg(feature = "peers")]
        "calloop" => calloop::run(operation, times),
        #[cfg(feature = "peers")]
        "compio" => operations::run::<compio::Compio>(operation, times),
        #[cfg(feature = "peers")]
        "glommio" => operations::run::<glommio::Glommio>(operation, times),
        #[cfg(feature = "peers")]
        "monoio" => operations::run::<monoio::Monoio>(operation, times),
        _ => panic!("PEER is known, and compiled in"),
    };
    match done {
        Ok(()) => println!("{} {}", start.elapsed().as_nanos(), processor_time() - processor_start),
        Err(reason) => println!("- {reason}"),
    }
}

/// The processor time of this process, all threads, in nanoseconds.
fn processor_time() -> i64 {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("this is Linux");
    time.tv_sec() * 1_000_000_000 + time.tv_nsec()
}
