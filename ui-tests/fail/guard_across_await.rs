//! A lock that stays taken while its owner waits, next to the same code that lets go of it first.

use checked_async::checked_async;
use std::sync::Mutex;

async fn save(name: &str, count: u32) {
    println!("{name}: {count}");
}

#[checked_async]
async fn bad(counter: &Mutex<u32>) {
    let mut count = counter.lock().unwrap(); //~ warning guard_across_await: counter.lock().unwrap()
    *count += 1;
    save("bad", *count).await;
}

#[checked_async]
async fn good(counter: &Mutex<u32>) {
    let count = {
        let mut count = counter.lock().unwrap();
        *count += 1;
        *count
    };
    save("good", count).await;
}
