//! Guards that are dropped before anything is awaited, on every path that awaits.

#![deny(warnings)]

use checked_async::checked_async;
use std::cell::RefCell;
use std::sync::Mutex;

async fn send(count: usize) {
    println!("{count}");
}

#[checked_async]
async fn straight(log: &Mutex<Vec<String>>) {
    let mut lines = log.lock().unwrap();
    lines.push("one".into());
    let count = lines.len();
    drop(lines);
    send(count).await;
}

#[checked_async]
async fn by_path(log: &parking_lot::Mutex<Vec<String>>, cell: &RefCell<usize>) {
    let lines = log.lock();
    let number = cell.borrow_mut();
    let count = lines.len() + *number;
    std::mem::drop(lines);
    core::mem::drop(number);
    send(count).await;
}

#[checked_async]
async fn in_every_arm(log: &Mutex<Vec<String>>, level: u8) {
    let mut lines = log.lock().unwrap();
    match level {
        0 => drop(lines),
        1 => {
            lines.clear();
            drop(lines);
        }
        _ => return,
    }
    send(0).await;
}

#[checked_async]
async fn only_where_it_awaits(log: &Mutex<Vec<String>>, full: bool) -> usize {
    let mut lines = log.lock().unwrap();
    if full {
        drop(lines);
        send(1).await;
        return 0;
    }
    lines.push("more".into());
    lines.len()
}

#[checked_async]
async fn taken_again(log: &Mutex<Vec<String>>) {
    let mut lines = log.lock().unwrap();
    for _ in 0..3 {
        lines.push("turn".into());
        drop(lines);
        send(1).await;
        lines = log.lock().unwrap();
    }
    lines.clear();
}

#[checked_async]
async fn at_the_end_of_each_turn(log: &Mutex<Vec<String>>) {
    loop {
        send(2).await;
        let mut lines = log.lock().unwrap();
        if lines.pop().is_none() {
            break;
        }
    }
}
