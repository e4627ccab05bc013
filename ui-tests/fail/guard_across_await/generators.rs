//! A generator waits at each `yield_!`, for whoever wants the next item.

use checked_async::{checked_async, generator};
use std::cell::RefCell;
use std::sync::{Arc, Mutex};

#[generator]
async fn variable(queue: Arc<Mutex<Vec<u32>>>) -> u32 {
    let queue = queue.lock().unwrap(); //~ warning guard_across_await: queue.lock().unwrap()
    for n in queue.iter() {
        yield_!(*n);
    }
}

#[generator]
async fn temporary(queue: Arc<Mutex<Vec<u32>>>) -> usize {
    yield_!(queue.lock().unwrap().len()); //~ warning guard_across_await: queue.lock().unwrap()
}

#[generator]
async fn borrow(cell: &RefCell<Vec<u32>>) -> u32 {
    let mut items = cell.borrow_mut(); //~ warning guard_across_await: cell.borrow_mut()
    while let Some(item) = items.pop() {
        yield_!(item);
    }
}

#[generator]
async fn numbers() -> u32 {
    yield_!(1);
}

#[checked_async]
async fn while_it_iterates(sum: &Mutex<u32>) {
    let mut sum = sum.lock().unwrap(); //~ warning guard_across_await: sum.lock().unwrap()
    #[for_await]
    for n in numbers() {
        *sum += n;
    }
}
