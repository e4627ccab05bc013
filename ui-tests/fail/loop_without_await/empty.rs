//! Loops with nothing in them, which are meant to keep a task alive.

#![allow(while_true)]

use checked_async::checked_async;
use std::hint::spin_loop;
use std::sync::Arc;

struct Guard(Arc<str>);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("{} closed", self.0);
    }
}

#[checked_async]
async fn keep(name: Arc<str>) {
    let _guard = Guard(name);
    loop {} //~ warning loop_without_await: loop
}

#[checked_async]
async fn keep_with_hint(guard: Guard) -> Result<Guard, String> {
    if guard.0.is_empty() {
        return Ok(guard);
    }
    loop { //~ warning loop_without_await: loop
        spin_loop();
    }
}

#[checked_async]
async fn keep_by_condition(guard: Guard) {
    println!("{} open", guard.0);
    while true { //~ warning loop_without_await: while true
        std::thread::yield_now();
    }
}

#[checked_async]
async fn keep_by_value(kind: u8) -> u32 {
    match kind {
        0 => 1,
        1 => loop {}, //~ warning loop_without_await: loop
        _ => {
            let _never: u32 = loop { //~ warning loop_without_await: loop
                println!("never");
            };
            #[allow(unreachable_code)]
            2
        }
    }
}
