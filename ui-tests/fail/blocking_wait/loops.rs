//! Loops over the receiving end of a std channel: each turn waits for the next message.

use checked_async::checked_async;
use std::sync::mpsc::Receiver;

async fn handle(job: u32) {
    println!("{job}");
}

#[checked_async]
async fn by_value(rx: Receiver<u32>) {
    for job in rx { //~ warning blocking_wait: rx
        handle(job).await;
    }
}

#[checked_async]
async fn by_reference(job_receiver: &Receiver<u32>) -> u32 {
    let mut sum = 0;
    for job in job_receiver { //~ warning blocking_wait: job_receiver
        sum += job;
    }
    sum
}

#[checked_async]
async fn borrowed(rx: Receiver<u32>) -> usize {
    for job in &rx { //~ warning blocking_wait: &rx
        handle(job).await;
    }
    for job in rx.iter() { //~ warning blocking_wait: rx.iter()
        handle(job).await;
    }
    rx.try_iter().count()
}

#[checked_async]
async fn by_another_name(jobs: Receiver<u32>) {
    for job in jobs { //~ missed blocking_wait: jobs
        handle(job).await;
    }
}
