//! An endless loop that never lets go of its thread, next to one that awaits in each turn.

use checked_async::checked_async;
use tokio::sync::mpsc;

#[checked_async]
async fn bad(mut jobs: mpsc::Receiver<u32>) {
    loop { //~ warning loop_without_await: loop
        if let Ok(job) = jobs.try_recv() {
            println!("job {job}");
        }
    }
}

#[checked_async]
async fn good(mut jobs: mpsc::Receiver<u32>) {
    while let Some(job) = jobs.recv().await {
        println!("job {job}");
    }
}

#[checked_async]
async fn good_with_many_turns(mut seed: u64) {
    loop {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
        println!("{seed}");
        tokio::task::yield_now().await;
    }
}
