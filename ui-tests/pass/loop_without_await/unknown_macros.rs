//! Macros of one's own, which may await, break or return.

#![deny(warnings)]

use checked_async::checked_async;
use std::task::Poll;
use tokio::sync::mpsc;

macro_rules! pause {
    ($ms:expr) => {
        tokio::time::sleep(std::time::Duration::from_millis($ms)).await
    };
}

macro_rules! next_or_return {
    ($receiver:expr) => {
        match $receiver.try_recv() {
            Ok(value) => value,
            Err(_) => return,
        }
    };
}

macro_rules! leave_if {
    ($condition:expr, $label:lifetime) => {
        if $condition {
            break $label;
        }
    };
}

#[checked_async]
async fn awaits() {
    let mut turns = 0_u64;
    loop {
        turns += 1;
        println!("{turns}");
        pause!(turns);
    }
}

#[checked_async]
async fn returns(mut receiver: mpsc::Receiver<u32>) {
    loop {
        let number = next_or_return!(receiver);
        println!("{number}");
    }
}

#[checked_async]
async fn breaks(mut number: u32) -> u32 {
    'turns: loop {
        number = number.rotate_left(3) ^ 1;
        leave_if!(number > 1000, 'turns);
    }
    number
}

#[checked_async]
async fn polls(receiver: &mut mpsc::Receiver<u32>) -> u32 {
    std::future::poll_fn(|cx| {
        loop {
            match std::task::ready!(receiver.poll_recv(cx)) {
                Some(0) => continue,
                number => return Poll::Ready(number.unwrap_or(1)),
            }
        }
    })
    .await
}
