//! Closures with endless loops that are handed to something unknown, and silenced loops.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::atomic::{AtomicU64, Ordering};

static TURNS: AtomicU64 = AtomicU64::new(0);

struct Interpreter {
    programs: Vec<Box<dyn Fn() + Send>>,
}

impl Interpreter {
    /// Runs it elsewhere, some day.
    fn load(&mut self, program: impl Fn() + Send + 'static) {
        self.programs.push(Box::new(program));
    }
}

fn on_the_other_core(program: fn() -> u32) -> usize {
    program as usize
}

#[checked_async]
async fn handed_over(interpreter: &mut Interpreter) -> usize {
    interpreter.load(|| {
        loop {
            TURNS.fetch_add(1, Ordering::Relaxed);
        }
    });
    interpreter.programs.push(Box::new(|| loop {}));
    on_the_other_core(|| {
        loop {
            TURNS.fetch_add(1, Ordering::Relaxed);
        }
    })
}

#[checked_async]
async fn allowed_here() {
    #[checked(allow(loop_without_await))]
    loop {
        TURNS.fetch_add(1, Ordering::Relaxed);
    }
}

#[checked_async(allow(loop_without_await))]
async fn allowed_everywhere() -> u32 {
    loop {
        TURNS.fetch_add(1, Ordering::Relaxed);
    }
}
