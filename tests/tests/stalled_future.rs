//! A future that was polled by reference, has been woken, and is not polled while its task waits for something else.
//!
//! That nothing is reported is known when a fault is that began later: the time of both is counted by the same thread.
#![cfg(debug_assertions)]
#![allow(unused_must_use, reason = "the lint sees most of these faults, too")]

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex as StdMutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use checked_async::{Kind, Level, Violation, capture, checked_async};
use checked_async_tests::by_hand::assert_silent;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::runtime::Builder;
use tokio::sync::{Mutex, Notify};

/// A task that is polled by hand.
struct Task<'a> {
    future: BoxFuture<'a, ()>,
    bell: Arc<Bell>,
}

#[derive(Default)]
struct Bell {
    rung: StdMutex<bool>,
    changed: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

impl<'a> Task<'a> {
    fn new(future: impl Future<Output = ()> + Send + 'a) -> Self {
        Task { future: future.boxed(), bell: Arc::default() }
    }

    /// Polls it, whether it was woken or not. Whether it is done, and what was reported.
    fn poll(&mut self) -> (bool, Vec<Violation>) {
        *self.bell.rung.lock().unwrap() = false;
        let waker = Waker::from(Arc::clone(&self.bell));
        let (polled, violations) = capture(|| self.future.as_mut().poll(&mut Context::from_waker(&waker)));
        (polled.is_ready(), violations)
    }

    #[track_caller]
    fn poll_silently(&mut self) {
        let (_, violations) = self.poll();
        assert_silent(&violations);
    }

    /// Waits until it is woken.
    fn wait_woken(&self) {
        let mut rung = self.bell.rung.lock().unwrap();
        while !*rung {
            rung = self.bell.changed.wait(rung).unwrap();
        }
    }

    /// Runs it until there is a report.
    fn until_reported(&mut self) -> Violation {
        loop {
            let (done, violations) = self.poll();
            if let Some(violation) = violations.into_iter().next() {
                return violation;
            }
            assert!(!done, "it ended, without a report");
            self.wait_woken();
        }
    }

    fn is_woken(&self) -> bool {
        *self.bell.rung.lock().unwrap()
    }
}

/// Suspends until it is notified, for each number.
#[checked_async]
async fn job(steps: &[Notify]) {
    for step in steps {
        step.notified().await;
    }
}

#[checked_async]
async fn wait() {
    pending::<()>().await;
}

/// Polls a job by reference once, and waits for something else.
#[checked_async(allow(unused_future_binding))]
async fn stalls(steps: &[Notify]) {
    let mut work = pin!(job(steps));
    // The lint is silent for what is awaited behind it.
    tokio::select! {
        biased;
        () = &mut work => {}
        () = std::future::ready(()) => {}
    }
    wait().await;
}

/// Returns when a fault that begins now was reported: one that has begun before would be, too.
fn wait_as_long() {
    let steps = [Notify::new()];
    let mut task = Task::new(stalls(&steps));
    task.poll_silently();
    steps[0].notify_one();
    let violation = task.until_reported();
    assert_eq!(violation.function.as_deref(), Some("stalled_future::job"));
}

/// The line of this file that holds a text.
fn line(text: &str) -> u32 {
    let at = include_str!("stalled_future.rs").lines().position(|line| line.trim_start().starts_with(text));
    at.unwrap() as u32 + 1
}

mod published {
    //! The example of RFD 609, with shorter times.

    use super::*;

    #[checked_async]
    async fn do_async_thing(lock: Arc<Mutex<()>>) {
        let _guard = lock.lock().await;
    }

    #[checked_async]
    async fn start_background_task(lock: Arc<Mutex<()>>) {
        let guard = lock.lock_owned().await;
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(guard);
        });
    }

    #[checked_async]
    async fn do_stuff(lock: Arc<Mutex<()>>) {
        let mut future1 = do_async_thing(lock.clone()).boxed();
        tokio::select! {
            () = &mut future1 => {}
            () = tokio::time::sleep(Duration::from_millis(10)) => {
                do_async_thing(lock.clone()).await;
            }
        }
    }

    fn assert_found(runtime: &tokio::runtime::Runtime) {
        let mut task = Task::new(async {
            let lock = Arc::new(Mutex::new(()));
            start_background_task(lock.clone()).await;
            do_stuff(lock).await;
        });
        let _entered = runtime.enter();
        let violation = task.until_reported();
        assert_eq!((violation.kind, violation.level), (Kind::StalledFuture, Level::Log));
        assert_eq!(
            violation.message,
            "future was woken and not polled for 1 s: `stalled_future::published::do_async_thing`"
        );
        // The one that was given the lock.
        assert_eq!(violation.created.as_ref().unwrap().line, line("let mut future1 ="));
        let culprit = violation.culprit.as_ref().unwrap();
        assert_eq!(culprit.function, "stalled_future::published::do_stuff");
        assert_eq!(culprit.place.as_ref().unwrap().line, line("() = &mut future1"));
        // The one that waits for it.
        let waits = &violation.backtrace[0];
        assert_eq!(waits.function, "stalled_future::published::do_async_thing");
        assert_eq!(waits.called.as_ref().unwrap().line, line("do_async_thing(lock.clone()).await"));
        assert_eq!(violation.backtrace[1].function, "stalled_future::published::do_stuff");
        let text = violation.to_string();
        let polled = "note: last polled in `stalled_future::published::do_stuff` at tests/tests/stalled_future.rs:";
        assert!(text.contains(polled), "{text}");
        let waits = "note: meanwhile its task waits in `stalled_future::published::do_async_thing`\n";
        assert!(text.contains(waits), "{text}");
        // The task hangs on, and that is said once.
        task.poll_silently();
    }

    #[test]
    fn it_is_found() {
        assert_found(&Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap());
    }

    #[test]
    fn it_is_found_on_a_plain_tokio_runtime() {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let found = Arc::new(StdMutex::new(None));
        let seen = Arc::clone(&found);
        let task = async {
            let lock = Arc::new(Mutex::new(()));
            start_background_task(lock.clone()).await;
            do_stuff(lock).await;
        };
        runtime.block_on(async move {
            let mut task = pin!(task);
            poll_fn(|cx| {
                let (polled, violations) = capture(|| task.as_mut().poll(cx));
                assert!(polled.is_pending());
                violations.into_iter().next().map_or(Poll::Pending, |violation| {
                    *seen.lock().unwrap() = Some(violation);
                    Poll::Ready(())
                })
            })
            .await;
        });
        assert_eq!(found.lock().unwrap().take().unwrap().kind, Kind::StalledFuture);
    }
}

mod reported {
    use super::*;

    #[test]
    fn what_is_awaited_behind_the_select() {
        let steps = [Notify::new()];
        let mut task = Task::new(stalls(&steps));
        task.poll_silently();
        steps[0].notify_one();
        assert!(task.is_woken());
        let violation = task.until_reported();
        assert_eq!(violation.backtrace[0].function, "stalled_future::wait");
    }

    #[test]
    fn a_future_that_was_woken_when_another_arm_won() {
        #[checked_async]
        async fn both(steps: &[Notify; 2], ready: &Notify) {
            let mut work = job(steps).boxed();
            tokio::select! {
                biased;
                () = ready.notified() => pending().await,
                () = work.as_mut() => {}
            }
        }
        let (steps, ready) = (Default::default(), Notify::new());
        let mut task = Task::new(both(&steps, &ready));
        task.poll_silently();
        steps[0].notify_one();
        ready.notify_one();
        let violation = task.until_reported();
        // It waits in the function itself.
        assert_eq!(violation.backtrace[0].function.split("::").last(), Some("both"));
    }

    #[test]
    fn what_futures_polls_by_name() {
        #[checked_async]
        async fn by_name(steps: &[Notify; 1]) {
            let mut work = job(steps).boxed().fuse();
            futures::select_biased! {
                () = work => {}
                () = std::future::ready(()).fuse() => wait().await,
            }
        }
        let steps = Default::default();
        let mut task = Task::new(by_name(&steps));
        task.poll_silently();
        steps[0].notify_one();
        assert_eq!(task.until_reported().function.as_deref(), Some("stalled_future::job"));
    }

    #[test]
    fn a_field_and_the_second_of_two_turns() {
        struct Server<'a> {
            current: BoxFuture<'a, ()>,
        }

        impl Server<'_> {
            #[checked_async]
            async fn run(&mut self, ready: &Notify) {
                for turn in 0..2 {
                    tokio::select! {
                        () = &mut self.current => {}
                        () = ready.notified() => if turn == 1 { wait().await },
                    }
                }
            }
        }

        let (steps, ready): ([Notify; 3], _) = (Default::default(), Notify::new());
        let mut server = Server { current: job(&steps).boxed() };
        let mut task = Task::new(server.run(&ready));
        task.poll_silently();
        ready.notify_one();
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        ready.notify_one();
        task.poll_silently();
        steps[1].notify_one();
        assert_eq!(task.until_reported().function.as_deref(), Some("stalled_future::job"));
    }

    /// Pending for ever; says so when it is polled for the third time.
    fn third_poll(told: Arc<Notify>) -> impl Future<Output = ()> {
        let mut polls = 0;
        poll_fn(move |_| {
            polls += 1;
            if polls == 3 {
                told.notify_one();
            }
            Poll::Pending
        })
    }

    #[test]
    fn a_block_that_a_checked_function_spawns() {
        static STEPS: [Notify; 1] = [Notify::const_new()];

        #[checked_async]
        async fn starts(told: Arc<Notify>) {
            let task = tokio::spawn(async move {
                let mut work = job(&STEPS).boxed(); // The job.
                tokio::select! {
                    biased;
                    () = &mut work => {}
                    () = std::future::ready(()) => {}
                }
                // Once, then woken, and then for the look.
                third_poll(told).await;
            });
            drop(task);
        }

        let runtime = Builder::new_current_thread().build().unwrap();
        let ((), violations) = capture(|| {
            runtime.block_on(async {
                let told = Arc::new(Notify::new());
                starts(told.clone()).await;
                tokio::task::yield_now().await;
                STEPS[0].notify_one();
                told.notified().await;
            });
        });
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert_eq!(violation.created.as_ref().unwrap().line, line("let mut work = job(&STEPS)"));
        let culprit = violation.culprit.as_ref().unwrap();
        let place = culprit.place.as_ref().unwrap();
        assert_eq!((&*culprit.function, &*place.file), ("task", file!()));
        assert_eq!(place.line, violation.created.as_ref().unwrap().line + 3);
    }

    #[test]
    fn a_spawned_task_by_what_its_function_parks() {
        let steps: &'static [Notify; 1] = Box::leak(Box::default());
        let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let task = runtime.spawn(poll_fn({
            let mut task = Box::pin(stalls(steps));
            move |cx| {
                let (_, violations) = capture(|| task.as_mut().poll(cx));
                steps[0].notify_one();
                violations.into_iter().next().map_or(Poll::Pending, Poll::Ready)
            }
        }));
        let violation = runtime.block_on(task).unwrap();
        assert_eq!(violation.kind, Kind::StalledFuture);
    }
}

mod not_reported {
    use super::*;

    #[test]
    fn one_that_was_not_woken() {
        let steps = [Notify::new()];
        let mut task = Task::new(stalls(&steps));
        task.poll_silently();
        task.poll_silently();
        wait_as_long();
        assert!(!task.is_woken());
        task.poll_silently();
    }

    #[test]
    fn one_whose_task_was_not_polled_either() {
        let steps = [Notify::new()];
        let mut task = Task::new(stalls(&steps));
        task.poll_silently();
        steps[0].notify_one();
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn one_that_is_polled_in_the_next_turn() {
        #[checked_async]
        async fn turns(steps: &[Notify], ready: &Notify) {
            let mut work = pin!(job(steps));
            loop {
                tokio::select! {
                    () = &mut work => break,
                    () = ready.notified() => {}
                }
                // Meanwhile the work is parked, and woken.
                ready.notified().await;
            }
        }
        let (steps, ready): ([Notify; 40], _) = (std::array::from_fn(|_| Notify::new()), Notify::new());
        let mut task = Task::new(turns(&steps, &ready));
        task.poll_silently();
        for step in &steps[1..] {
            ready.notify_one();
            task.poll_silently();
            step.notify_one();
            task.poll_silently();
            ready.notify_one();
            task.poll_silently();
        }
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn one_that_is_dropped() {
        #[checked_async]
        async fn drops(steps: &[Notify], gone: &Notify) {
            let mut work = job(steps).boxed();
            tokio::select! {
                biased;
                () = &mut work => {}
                () = std::future::ready(()) => {}
            }
            gone.notified().await;
            drop(work);
            wait().await;
        }
        let (steps, gone) = ([Notify::new()], Notify::new());
        let mut task = Task::new(drops(&steps, &gone));
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        gone.notify_one();
        task.poll_silently();
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn one_that_is_dropped_with_its_task() {
        let steps = [Notify::new()];
        let mut task = Task::new(stalls(&steps));
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        drop(task);
        wait_as_long();
    }

    #[test]
    fn one_that_is_awaited_later() {
        #[checked_async]
        async fn awaits(steps: &[Notify], ready: &Notify) {
            let mut work = pin!(job(steps));
            tokio::select! {
                biased;
                () = &mut work => {}
                () = std::future::ready(()) => {}
            }
            ready.notified().await;
            work.await;
        }
        let (steps, ready) = ([Notify::new(), Notify::new()], Notify::new());
        let mut task = Task::new(awaits(&steps, &ready));
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        ready.notify_one();
        task.poll_silently();
        wait_as_long();
        task.poll_silently();
        steps[1].notify_one();
        let (done, violations) = task.poll();
        assert_silent(&violations);
        assert!(done);
    }

    #[test]
    fn one_that_outlives_the_function_that_polled_it() {
        #[checked_async]
        async fn step(work: &mut BoxFuture<'_, ()>) {
            tokio::select! {
                biased;
                () = &mut *work => {}
                () = std::future::ready(()) => {}
            }
        }
        let steps = [Notify::new()];
        let mut task = Task::new(async {
            let mut work = job(&steps).boxed();
            step(&mut work).await;
            wait().await;
            work.await;
        });
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn one_that_may_stall() {
        #[checked_async]
        async fn allowed(steps: &[Notify]) {
            let mut work = pin!(job(steps));
            tokio::select! {
                biased;
                () = #[checked(allow(futurelock))] &mut work => {}
                () = std::future::ready(()) => {}
            }
            wait().await;
        }
        let steps = [Notify::new()];
        let mut task = Task::new(allowed(&steps));
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn one_that_is_called_a_deadline() {
        #[checked_async]
        async fn until(steps: &[Notify]) {
            let mut deadline = pin!(job(steps));
            tokio::select! {
                biased;
                () = &mut deadline => {}
                () = std::future::ready(()) => {}
            }
            wait().await;
        }
        let steps = [Notify::new()];
        let mut task = Task::new(until(&steps));
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn the_handle_of_a_task() {
        #[checked_async]
        async fn joins(mut work: tokio::task::JoinHandle<()>) {
            tokio::select! {
                biased;
                _ = &mut work => {}
                () = std::future::ready(()) => {}
            }
            wait().await;
        }
        let runtime = Builder::new_current_thread().build().unwrap();
        let mut task = Task::new(joins(runtime.spawn(tokio::task::yield_now())));
        task.poll_silently();
        runtime.block_on(tokio::task::yield_now());
        runtime.block_on(tokio::task::yield_now());
        assert!(task.is_woken());
        task.poll_silently();
        wait_as_long();
        task.poll_silently();
    }

    #[test]
    fn one_whose_function_panicked() {
        #[checked_async]
        async fn panics(work: &mut BoxFuture<'_, ()>, ready: &Notify) {
            tokio::select! {
                biased;
                () = work => {}
                () = ready.notified() => {}
            }
            ready.notified().await;
            panic!("on purpose");
        }
        let (steps, ready) = ([Notify::new()], Notify::new());
        let mut work = job(&steps).boxed();
        let mut task = Task::new(panics(&mut work, &ready));
        for _ in 0..2 {
            task.poll_silently();
            ready.notify_one();
        }
        assert!(catch_unwind(AssertUnwindSafe(|| task.poll())).is_err());
        drop(task);
        steps[0].notify_one();
        wait_as_long();
    }
}

mod semantics {
    //! What is polled sees nothing of it.

    use super::*;

    /// Says which waker it gets.
    struct Wakers<'a>(&'a StdMutex<Vec<Waker>>);

    impl Future for Wakers<'_> {
        type Output = ();

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            self.0.lock().unwrap().push(cx.waker().clone());
            Poll::Pending
        }
    }

    #[checked_async]
    async fn inner(wakers: Wakers<'_>) {
        wakers.await;
    }

    #[checked_async]
    async fn outer(wakers: &StdMutex<Vec<Waker>>) {
        let mut work = pin!(inner(Wakers(wakers)));
        tokio::select! {
            () = &mut work => {}
            () = pending() => {}
        }
    }

    #[test]
    fn in_one_select_the_waker_is_always_the_same() {
        let wakers = StdMutex::default();
        let mut task = Task::new(outer(&wakers));
        for _ in 0..3 {
            task.poll_silently();
        }
        let wakers = wakers.lock().unwrap();
        assert!(wakers[0].will_wake(&wakers[1]) && wakers[1].will_wake(&wakers[2]));
        assert!(!task.is_woken());
        wakers[0].wake_by_ref();
        assert!(task.is_woken());
    }

    #[test]
    fn the_task_s_waker_is_kept_by_those_who_wait_for_it() {
        let wakers = StdMutex::default();
        let mut task = Task::new(outer(&wakers));
        task.poll_silently();
        // The task's own, and that of the waker which is held.
        assert_eq!(Arc::strong_count(&task.bell), 2);
        wakers.lock().unwrap().clear();
        drop(task.future);
        assert_eq!(Arc::strong_count(&task.bell), 1);
    }

    #[test]
    fn announcements_outlive_being_watched() {
        #[checked_async]
        async fn leaf(steps: &[Notify]) {
            job(steps).await;
        }
        #[checked_async]
        async fn sometimes(steps: &[Notify], on: bool) {
            let first = leaf(&steps[..1]);
            let second = leaf(&steps[1..]);
            if on {
                first.await;
                second.await;
            } else {
                checked_async::discard((first, second));
            }
        }
        #[checked_async]
        async fn watches(steps: &[Notify]) {
            let mut work = pin!(sometimes(steps, true));
            tokio::select! {
                () = &mut work => {}
                () = pending() => {}
            }
        }
        let steps = [Notify::new(), Notify::new()];
        let mut task = Task::new(watches(&steps));
        task.poll_silently();
        steps[0].notify_one();
        task.poll_silently();
        steps[1].notify_one();
        let (done, violations) = task.poll();
        assert_silent(&violations);
        assert!(done);
    }
}
