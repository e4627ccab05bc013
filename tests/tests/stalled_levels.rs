//! The levels of `stalled_future` and `lost_waker`, which are the whole program's: one test, so that nothing runs beside it.
#![cfg(debug_assertions)]

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use checked_async::{EventLoop, Kind, Level, checked_async, reported, set_level, spawn};

/// Says when it was woken.
struct Bell(Sender<()>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(());
    }
}

/// Gives its waker away.
#[checked_async]
async fn gives(to: Arc<Mutex<Option<Waker>>>) {
    poll_fn(|cx| {
        *to.lock().unwrap() = Some(cx.waker().clone());
        Poll::<()>::Pending
    })
    .await;
}

#[checked_async]
async fn stalls(given: Arc<Mutex<Option<Waker>>>) {
    let mut work = pin!(gives(given));
    tokio::select! {
        biased;
        () = &mut work => {}
        () = std::future::ready(()) => {}
    }
    pending::<()>().await;
}

#[test]
fn levels() {
    stalled_future_off();
    stalled_future_panics_in_the_task();
    lost_waker_off();
    lost_waker_panics_out_of_the_run();
}

fn stalled_future_off() {
    set_level(Kind::StalledFuture, Level::Off);
    let (send, _woken) = channel();
    let waker = Waker::from(Arc::new(Bell(send)));
    let given = Arc::default();
    let mut task = pin!(stalls(Arc::clone(&given)));
    assert!(task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    // There is nothing in between.
    assert!(given.lock().unwrap().as_ref().unwrap().will_wake(&waker));
}

fn stalled_future_panics_in_the_task() {
    set_level(Kind::StalledFuture, Level::Panic);
    let (send, woken) = channel();
    let waker = Waker::from(Arc::new(Bell(send)));
    let given = Arc::default();
    let mut task = Box::pin(stalls(Arc::clone(&given)));
    let mut poll = || task.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(poll().is_pending());
    given.lock().unwrap().take().unwrap().wake();
    woken.recv().unwrap();
    assert!(poll().is_pending());
    // For the look.
    woken.recv().unwrap();
    let panic = catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert!(
        message.starts_with("error: future was woken and not polled for 1 s: `stalled_levels::gives`\n"),
        "{message}"
    );
    assert_eq!(reported(Kind::StalledFuture), 1);
    set_level(Kind::StalledFuture, Level::Log);
}

fn builder() -> checked_async::Builder {
    let builder = EventLoop::builder().debug(true).slow_after(Duration::MAX).handle_ctrl_c(false);
    builder.stalled_after(Duration::from_millis(1))
}

#[checked_async]
async fn forgets() {
    poll_fn(|_| Poll::<()>::Pending).await;
}

fn lost_waker_off() {
    // Which kind of waker a task gets.
    let given = |builder: checked_async::Builder| {
        builder.run(poll_fn(|cx| Poll::Ready(std::ptr::from_ref(cx.waker().vtable())))).unwrap()
    };
    let plain = given(builder().debug(false));
    assert_ne!(given(builder()), plain);
    set_level(Kind::LostWaker, Level::Off);
    assert_eq!(given(builder()), plain);
}

fn lost_waker_panics_out_of_the_run() {
    set_level(Kind::LostWaker, Level::Panic);
    // Nobody else ends it.
    let run = || {
        builder().run(async {
            drop(spawn(forgets()).named("forgetful"));
            pending::<()>().await;
        })
    };
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert!(message.starts_with("error: task `forgetful` is pending, and nobody holds its waker\n"), "{message}");
}
