//! Callbacks and timers: their order, cancelling them, panics, and clocks that misbehave.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use checked_async::{
    CallbackHandle, Clock, Kind, MockClock, call_at, call_later, call_soon, capture, handle, now, sleep, sleep_until,
    spawn, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::faults::{Drops, OnDrop, PanicsOnDrop, Payload};
use checked_async_tests::log::Log;
use checked_async_tests::loops::{self, run, run_mocked};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_a_turn_schedules_runs_in_the_next() {
    let log = Log::default();
    run(async {
        let note = |text: &'static str| {
            let log = log.clone();
            move || log.note(text)
        };
        let (a2, again) = (note("a2"), note("a"));
        call_soon(move || {
            again();
            call_soon(a2);
        });
        call_soon(note("b"));
        yield_now().await;
        log.note("main");
        yield_now().await;
    });
    log.assert(&["a", "b", "main", "a2"]);
}

#[test]
fn a_cancelled_callback_is_dropped_and_not_called() {
    run(async {
        let drops = Drops::default();
        let value = drops.value();
        let callback = call_soon(move || {
            drop(value);
            panic!("called");
        });
        let copy = callback.clone();
        assert!(!callback.is_cancelled());
        assert!(callback.cancel());
        assert_eq!(drops.count(), 1);
        assert!(!copy.cancel(), "only once");
        assert!(copy.is_cancelled());
        yield_now().await;
        let called = call_soon(|| {});
        yield_now().await;
        assert!(!called.cancel());
        assert!(!called.is_cancelled());
    });
}

#[test]
fn callbacks_cancel_each_other_and_themselves() {
    let log = Log::default();
    run_mocked(async {
        let own = Rc::new(RefCell::new(None::<CallbackHandle>));
        let (mine, noted) = (Rc::clone(&own), log.clone());
        let first = call_later(SECOND, move || {
            let cancelled = mine.borrow().as_ref().unwrap().cancel();
            noted.note(format!("cancelled itself: {cancelled}"));
        });
        *own.borrow_mut() = Some(first);
        // Both are due in one turn: the first of them cancels the second.
        let victim = Rc::new(RefCell::new(None::<CallbackHandle>));
        let (target, noted) = (Rc::clone(&victim), log.clone());
        call_later(SECOND, move || {
            let cancelled = target.borrow().as_ref().unwrap().cancel();
            noted.note(format!("cancelled the next: {cancelled}"));
        });
        *victim.borrow_mut() = Some(call_later(SECOND, || panic!("called")));
        sleep(2 * SECOND).await;
    });
    log.assert(&["cancelled itself: false", "cancelled the next: true"]);
}

#[test]
fn a_callback_that_panics_is_reported_and_the_loop_goes_on() {
    let log = Log::default();
    let mut line = 0;
    let ((), violations) = capture(|| {
        run(async {
            line = line!() + 1;
            call_soon(|| panic!("in a callback"));
            call_later(Duration::ZERO, || std::panic::panic_any(Payload(3)));
            let value = PanicsOnDrop("in the drop of a callback");
            call_soon(move || drop(value));
            let after = log.clone();
            call_soon(move || after.note("after"));
            sleep(Duration::from_millis(1)).await;
        });
    });
    log.assert(&["after"]);
    assert_eq!(kinds(&violations), [Kind::CallbackPanicked; 3]);
    assert_eq!(violations[0].message, "callback of the event loop panicked: in a callback");
    assert_eq!(violations[0].created.as_ref().unwrap().line, line);
}

#[test]
fn a_callback_from_another_thread_that_panics_is_reported() {
    let ((), violations) = capture(|| {
        run(async {
            checked_async::remote().call_soon(|| panic!("sent")).unwrap();
            yield_now().await;
            yield_now().await;
        });
    });
    assert_eq!(kinds(&violations), [Kind::CallbackPanicked]);
}

#[test]
fn timers_run_by_deadline_then_by_creation() {
    let log = Log::default();
    run_mocked(async {
        let at = now() + SECOND;
        for (name, when) in
            [("d", at), ("a", at - SECOND), ("e", at), ("b", at - SECOND / 2), ("f", at), ("c", at - SECOND / 2)]
        {
            let log = log.clone();
            call_at(when, move || log.note(name));
        }
        sleep_until(at).await;
        log.note("main");
    });
    // The sleep was created last of those at that time, and wakes the main task for the next turn or this.
    log.assert(&["a", "b", "c", "d", "e", "f", "main"]);
}

#[test]
fn a_timer_of_zero_comes_after_what_is_queued() {
    let log = Log::default();
    run(async {
        let (soon, later) = (log.clone(), log.clone());
        call_later(Duration::ZERO, move || later.note("later"));
        call_soon(move || soon.note("soon"));
        sleep(Duration::from_millis(1)).await;
    });
    log.assert(&["soon", "later"]);
}

#[test]
fn a_million_timers_of_which_half_are_cancelled() {
    const COUNT: u64 = 1_000_000;
    let fired = Rc::new(Cell::new(0_u64));
    let last = Rc::new(Cell::new(0_u64));
    run_mocked(async {
        let begin = now();
        let timers: Vec<CallbackHandle> = (0..COUNT)
            .map(|n| {
                // All over the place, some of them equal.
                let micros = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44;
                let (fired, last) = (Rc::clone(&fired), Rc::clone(&last));
                call_at(begin + Duration::from_micros(micros), move || {
                    assert!(last.replace(micros) <= micros, "out of order");
                    fired.set(fired.get() + 1);
                })
            })
            .collect();
        for timer in timers.iter().step_by(2) {
            assert!(timer.cancel());
        }
        sleep(Duration::from_secs(2)).await;
        assert!(timers.iter().all(|timer| !timer.cancel()));
    });
    assert_eq!(fired.get(), COUNT / 2);
}

#[test]
fn deadlines_in_the_past_and_centuries_away() {
    let log = Log::default();
    run_mocked(async {
        let begin = now();
        let past = log.clone();
        call_at(begin - 3600 * SECOND, move || past.note("past"));
        sleep_until(begin - SECOND).await;
        log.note("slept");
        let never = call_later(Duration::MAX, || panic!("centuries have passed"));
        let slept = spawn(sleep(Duration::MAX));
        let century = Duration::from_secs(200 * 365 * 24 * 3600);
        let far = call_at(begin + century, || panic!("centuries have passed"));
        sleep(SECOND).await;
        assert!(!slept.is_finished());
        assert!(never.cancel() && far.cancel());
        slept.cancel();
        assert_eq!(now() - begin, SECOND);
    });
    log.assert(&["past", "slept"]);
}

/// A clock that the test moves, also back. It never moves itself.
#[derive(Clone)]
struct Wound(Rc<Cell<Instant>>);

impl Clock for Wound {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

#[test]
fn a_clock_that_goes_backwards_delays_timers_and_no_more() {
    let log = Log::default();
    let clock = Wound(Rc::new(Cell::new(Instant::now() + 7200 * SECOND)));
    let hands = clock.clone();
    let turn = |by: i32| {
        let now = hands.0.get();
        hands.0.set(if by < 0 { now - SECOND * by.unsigned_abs() } else { now + SECOND * by.unsigned_abs() });
    };
    let result = loops::builder().clock(clock).run(async {
        for (name, delay) in [("b", 20), ("a", 10)] {
            let log = log.clone();
            call_later(SECOND * delay, move || log.note(name));
        }
        // To before the loop was made.
        turn(-3600);
        yield_now().await;
        let past = log.clone();
        call_later(Duration::ZERO, move || past.note("now, an hour ago"));
        yield_now().await;
        yield_now().await;
        turn(3600 + 10);
        yield_now().await;
        yield_now().await;
        turn(-5);
        yield_now().await;
        turn(15);
        yield_now().await;
        yield_now().await;
    });
    result.unwrap();
    log.assert(&["now, an hour ago", "a", "b"]);
}

#[test]
fn a_mock_clock_is_moved_by_hand_too() {
    let clock = MockClock::new();
    let hands = clock.clone();
    loops::builder()
        .clock(clock)
        .run(async {
            let task = spawn(sleep(SECOND));
            yield_now().await;
            hands.advance(SECOND);
            yield_now().await;
            yield_now().await;
            assert!(task.is_finished());
        })
        .unwrap();
}

#[test]
fn a_waker_that_panics_does_not_disturb_the_timers() {
    let ((), violations) = capture(|| {
        run_mocked(async {
            let mut bad = Box::pin(sleep(SECOND));
            let waker = checked_async_tests::faults::panicking_waker();
            assert!(bad.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
            sleep(SECOND).await;
            bad.await;
        });
    });
    assert_eq!(kinds(&violations), [Kind::CallbackPanicked]);
    assert_eq!(violations[0].message, "waker panicked: the waker's fault");
}

#[test]
fn a_task_with_a_panicking_waiter_is_finished_all_the_same() {
    let ((), violations) = capture(|| {
        run(async {
            let mut task = spawn(async { 1 });
            let waker = checked_async_tests::faults::panicking_waker();
            let polled = std::pin::Pin::new(&mut task).poll(&mut std::task::Context::from_waker(&waker));
            assert!(polled.is_pending());
            yield_now().await;
            yield_now().await;
            assert_eq!(task.await.unwrap(), 1);
        });
    });
    assert_eq!(kinds(&violations), [Kind::CallbackPanicked]);
}

#[test]
fn what_a_timer_holds_is_dropped_with_its_loop_even_if_its_handle_is_kept() {
    let drops = Drops::default();
    let mut kept = Vec::new();
    let (soon, later) = (drops.value(), drops.value());
    let ((), violations) = capture(|| {
        let mut event_loop = loops::builder().build().unwrap();
        event_loop
            .run(async {
                kept.push(call_later(3600 * SECOND, move || drop(later)));
            })
            .unwrap();
        let handle = event_loop.handle();
        // In the run it would be called: what is queued at its end has one more turn.
        kept.push(handle.call_soon(move || drop(soon)));
        drop(event_loop);
        // On a loop that is gone nothing is kept.
        for scheduled in 0..3 {
            let value = drops.value();
            kept.push(match scheduled {
                0 => handle.call_soon(move || drop(value)),
                1 => handle.call_later(SECOND, move || drop(value)),
                _ => handle.call_at(handle.now(), move || drop(value)),
            });
        }
    });
    assert_eq!(drops.count(), 5);
    assert!(kept.iter().all(CallbackHandle::is_cancelled));
    assert_silent(&violations);
}

#[test]
fn a_task_that_wakes_itself_for_ever_leaves_time_to_all_others() {
    use std::io::Write;
    let (mut writer, reader) = std::os::unix::net::UnixStream::pair().unwrap();
    run(async {
        let _guard = OnDrop(|| {});
        let spinner = spawn(async {
            loop {
                yield_now().await;
            }
        });
        let other = spawn(async {
            for _ in 0..100 {
                yield_now().await;
            }
        });
        sleep(Duration::from_millis(2)).await;
        other.await.unwrap();
        let reader = checked_async::io::Async::new(reader).unwrap();
        let sender = std::thread::spawn(move || writer.write_all(b"x").unwrap());
        reader.readable().await.unwrap();
        sender.join().unwrap();
        assert!(handle().task_tree().len() >= 2);
        spinner.cancel();
        assert!(spinner.await.unwrap_err().is_cancelled());
    });
}
