//! Loops that come to an end by themselves.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

#[checked_async]
async fn over_ranges(rows: usize, columns: usize) -> usize {
    let mut cells = 0;
    for row in 0..rows {
        for column in (0..columns).rev() {
            cells += row * column;
        }
    }
    for (index, byte) in std::iter::repeat_n(1, 9).enumerate() {
        cells += index * byte;
    }
    cells
}

#[checked_async]
async fn over_queues(mut queue: VecDeque<(u32, u32)>) -> u32 {
    let mut deepest = 0;
    while let Some((depth, width)) = queue.pop_front() {
        deepest = deepest.max(depth);
        for child in 0..width {
            queue.push_back((depth + 1, child / 2));
        }
    }
    while !queue.is_empty() {
        queue.clear();
    }
    deepest
}

#[checked_async]
async fn while_a_condition_holds(mut number: u64, running: &AtomicBool, left: &AtomicU32) -> u64 {
    while number > 1 {
        number /= 2;
    }
    while running.load(Ordering::Acquire) {
        if left.fetch_sub(1, Ordering::AcqRel) == 1 {
            running.store(false, Ordering::Release);
        }
    }
    number
}

#[checked_async]
async fn with_locals(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(',') {
        rest = after;
        count += 1;
    }
    let spare = loop {
        break count / 2;
    };
    while count > spare {
        count -= 1;
    }
    count
}
