//! calloop: an event loop of callbacks, with an executor of futures as one of its sources.
//!
//! Its executor has no join handles: what a task returns goes to a callback. So to join is to have that callback called, and
//! tasks are spawned by the callback of the one before, or between two dispatches. Ping-pong takes the one-shot channel of
//! futures. Its timers are left out: to remove one it looks at all of them, so that each of 100,000 takes 20 µs to fire
//! and 200 µs to cancel.

use crate::operations::{Alarm, CALLBACKS, Operation, YIELDING, players};
use crate::peer::{OfFutures, wake_and_suspend};
use calloop::EventLoop;
use calloop::futures::{Scheduler, executor};
use std::future::pending;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// What the callbacks share: how many tasks or callbacks have ended.
type Ended = u64;

/// Runs an operation on a loop; returns whether the loop has it.
pub(crate) fn run(operation: Operation, times: u64) -> Result<(), String> {
    match operation {
        Operation::SpawnMany => spawn_many(times),
        Operation::SpawnOne => spawn_one(times),
        Operation::YieldOne => yield_by_turns(1, times),
        Operation::YieldMany => yield_by_turns(YIELDING, times),
        Operation::PingPong => ping_pong(times),
        Operation::CallSoon => call_soon(times),
        Operation::Wake => wake(times),
        Operation::PendingTask => hold(times),
        Operation::TimersFire { .. } | Operation::TimersCancel | Operation::Timeout | Operation::SleepingTask => {
            return Err("a timer that ends is searched among all of them, which takes hours under valgrind".into());
        }
    }
    Ok(())
}

/// A loop, and what spawns tasks on it whose end is counted.
fn with_executor() -> (EventLoop<'static, Ended>, Scheduler<u64>) {
    let event_loop = new_loop();
    let (source, scheduler) = executor().expect("the source can be made");
    let counted = event_loop.handle().insert_source(source, |value, (), ended: &mut Ended| {
        black_box(value);
        *ended += 1;
    });
    counted.expect("the source can be inserted");
    (event_loop, scheduler)
}

fn new_loop() -> EventLoop<'static, Ended> {
    EventLoop::try_new().expect("the loop can be made")
}

/// Runs the loop until this many have ended in all.
fn dispatch_until(event_loop: &mut EventLoop<'static, Ended>, ended: &mut Ended, all: u64) {
    while *ended < all {
        event_loop.dispatch(None, ended).expect("the loop runs");
    }
}

fn schedule(scheduler: &Scheduler<u64>, future: impl Future<Output = u64> + 'static) {
    scheduler.schedule(future).expect("the loop is there");
}

fn spawn_many(times: u64) {
    let (mut event_loop, scheduler) = with_executor();
    let mut ended = 0;
    for n in 0..times {
        schedule(&scheduler, async move { black_box(n) });
    }
    dispatch_until(&mut event_loop, &mut ended, times);
}

fn spawn_one(times: u64) {
    let mut event_loop = new_loop();
    let (source, scheduler) = executor().expect("the source can be made");
    let next = scheduler.clone();
    let counted = event_loop.handle().insert_source(source, move |value, (), ended: &mut Ended| {
        black_box(value);
        *ended += 1;
        if *ended < times {
            schedule(&next, async { black_box(1) });
        }
    });
    counted.expect("the source can be inserted");
    schedule(&scheduler, async { black_box(1) });
    dispatch_until(&mut event_loop, &mut 0, times);
}

fn yield_by_turns(tasks: u64, times: u64) {
    let (mut event_loop, scheduler) = with_executor();
    let each = times / tasks;
    for _ in 0..tasks {
        schedule(&scheduler, async move {
            for _ in 0..each {
                wake_and_suspend().await;
            }
            each
        });
    }
    dispatch_until(&mut event_loop, &mut 0, tasks);
}

fn ping_pong(times: u64) {
    let (mut event_loop, scheduler) = with_executor();
    let (first, second) = players::<OfFutures>(times);
    schedule(&scheduler, first);
    schedule(&scheduler, second);
    dispatch_until(&mut event_loop, &mut 0, 2);
}

fn call_soon(times: u64) {
    let mut event_loop = new_loop();
    let handle = event_loop.handle();
    let mut called = 0;
    for _ in 0..times / CALLBACKS {
        for _ in 0..CALLBACKS {
            drop(handle.insert_idle(|called| *called += 1));
        }
        event_loop.dispatch(Duration::ZERO, &mut called).expect("the loop runs");
    }
    assert_eq!(called, times, "all are called by one dispatch");
}

fn wake(times: u64) {
    let (mut event_loop, scheduler) = with_executor();
    let alarm = Arc::<Alarm>::default();
    let (wakers, thread) = alarm.start();
    schedule(&scheduler, async move {
        alarm.wait(wakers, times).await;
        times
    });
    dispatch_until(&mut event_loop, &mut 0, 1);
    thread.join().expect("the thread does not panic");
}

fn hold(times: u64) {
    let (mut event_loop, scheduler) = with_executor();
    for _ in 0..times {
        schedule(&scheduler, pending());
    }
    // A task that is ready, behind all the others.
    schedule(&scheduler, async { 0 });
    dispatch_until(&mut event_loop, &mut 0, 1);
}
