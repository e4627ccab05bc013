//! Supervised tasks of tokio: what they lose is reported once, with name, place and reason; what is read, aborted or endless
//! is not.
#![cfg(debug_assertions)]

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;

use checked_async::tokio::{JoinSet, spawn, spawn_blocking, spawn_local};
use checked_async::{Kind, Violation, capture};
use checked_async_tests::by_hand::{assert_silent, kinds};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, yield_now};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Runs a future on a runtime that is dropped thereafter.
fn reports<T>(future: impl Future<Output = T>) -> Vec<Violation> {
    capture(|| {
        let runtime = runtime();
        runtime.block_on(future);
        drop(runtime);
    })
    .1
}

async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

/// A panic that prints nothing.
fn quiet_panic(message: &'static str) {
    std::panic::resume_unwind(Box::new(message));
}

#[track_caller]
fn assert_one<'a>(violations: &'a [Violation], kind: Kind, message: &str, line: u32) -> &'a Violation {
    let [violation] = violations else { panic!("not one report: {violations:#?}") };
    assert_eq!((violation.kind, &*violation.message), (kind, message), "{violation}");
    let created = violation.created.as_ref().unwrap();
    assert!(created.file.ends_with("tokio_tasks.rs"), "{violation}");
    assert_eq!(created.line, line, "{violation}");
    violation
}

#[test]
fn an_error_that_nobody_reads_is_reported_where_its_task_was_started() {
    let violations = reports(async {
        drop(spawn(async { Err::<(), _>(io::Error::other("lost")) }).named("writer"));
        settle().await;
    });
    assert_one(
        &violations,
        Kind::TaskErrorNeverRetrieved,
        "error of task `writer` was never retrieved: `std::io::error::Error`",
        line!() - 7,
    );
}

#[test]
fn so_it_is_if_the_handle_is_dropped_later() {
    let violations = reports(async {
        let task = spawn(async { Err::<(), _>("lost") }).named("writer");
        settle().await;
        assert!(task.is_finished());
        // Neither of these reads it, and what has failed is not made good by aborting it.
        task.abort();
        drop(task);
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
}

#[test]
fn a_panic_that_nobody_reads_is_reported_with_what_it_said() {
    for later in [false, true] {
        let violations = reports(async {
            let task = spawn(async { quiet_panic("out of paper") }).named("printer");
            if later {
                settle().await;
            }
            drop(task);
            settle().await;
        });
        let message = "task `printer` panicked and nobody has read it: out of paper";
        assert_one(&violations, Kind::TaskPanic, message, line!() - 8);
    }
}

#[test]
fn a_task_without_a_name_is_called_by_its_id() {
    let violations = reports(async {
        let task = spawn(async { Err::<(), _>(1) });
        let id = task.id();
        drop(task);
        settle().await;
        id
    });
    let [violation] = &*violations else { panic!("{violations:#?}") };
    assert!(
        violation.message.starts_with("error of task ") && violation.message.ends_with(" was never retrieved: `i32`")
    );
    let number = violation.message.split(' ').nth(3).unwrap();
    assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{violation}");
}

#[test]
fn what_is_read_is_no_fault() {
    let violations = reports(async {
        spawn(async { Err::<(), _>("read") }).await.unwrap().unwrap_err();
        let panic = spawn(async { quiet_panic("read") }).await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"read"));
        let mut task = spawn(async { Err::<(), _>("read") });
        tokio::select! {
            biased;
            _ = pending::<()>() => unreachable!(),
            read = &mut task => assert!(read.unwrap().is_err()),
        }
        // Read by someone who cannot be seen.
        let _unseen = spawn(async { Err::<(), _>("read") }).into_inner();
        drop(spawn(async { Ok::<_, ()>(()) }));
        drop(spawn(async {}));
        settle().await;
    });
    assert_silent(&violations);
}

#[test]
fn what_is_aborted_is_no_fault() {
    let violations = reports(async {
        let task = spawn(pending::<()>());
        task.abort();
        drop(task);
        let task = spawn(pending::<()>());
        settle().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let task = spawn(pending::<()>());
        let handle = task.abort_handle();
        drop(task);
        settle().await;
        handle.abort();
        settle().await;
        // Aborted past the supervision, while the runtime lives.
        let task = spawn(pending::<()>());
        (*task).abort();
        drop(task);
        settle().await;
        // Aborted in the last moment.
        let task = spawn(pending::<()>());
        task.abort_handle().abort();
    });
    assert_silent(&violations);
}

#[test]
fn a_pending_task_is_missed_when_the_runtime_shuts_down() {
    for workers in [0, 2] {
        let ((), violations) = capture_everywhere(workers, async {
            let task = spawn(pending::<()>()).named("saver");
            settle().await;
            drop(task);
        });
        let violation = assert_one(
            &violations,
            Kind::PendingTaskDropped,
            "task `saver` was dropped while it was pending",
            line!() - 8,
        );
        assert_eq!(violation.level, checked_async::Level::Log);
    }
}

/// Runs a future on a runtime with so many workers, or on this thread; what its other threads report is collected too.
fn capture_everywhere<T: Send + 'static>(
    workers: usize,
    future: impl Future<Output = T> + Send + 'static,
) -> (T, Vec<Violation>) {
    let run = move || {
        let runtime = match workers {
            0 => runtime(),
            workers => Builder::new_multi_thread().worker_threads(workers).build().unwrap(),
        };
        runtime.block_on(async { spawn(future).await.unwrap() })
    };
    // A supervised task takes its collector along, and so do those that it starts.
    checked_async::private::collect(run)
}

#[test]
fn so_is_one_that_never_began() {
    let violations = reports(async { drop(spawn(async {}).named("last")) });
    let violation =
        assert_one(&violations, Kind::PendingTaskDropped, "task `last` was dropped while it was pending", line!() - 2);
    assert!(violation.notes[0].starts_with("it had not begun, and its runtime has shut down"), "{violation}");
}

#[test]
fn what_says_that_it_never_ends_may_be_dropped() {
    let violations = reports(async {
        drop(spawn(pending::<Infallible>()));
        drop(spawn(pending::<Result<Infallible, io::Error>>()));
        drop(spawn(async {
            loop {
                yield_now().await;
            }
            #[expect(unreachable_code, reason = "gives the task its type")]
            never()
        }));
        settle().await;
    });
    assert_silent(&violations);
}

fn never() -> Infallible {
    unreachable!()
}

#[test]
fn a_runtime_that_is_dropped_by_a_panic_takes_its_tasks_along() {
    let (panicked, violations) = capture(|| {
        std::panic::catch_unwind(|| {
            runtime().block_on(async {
                drop(spawn(pending::<()>()));
                quiet_panic("main");
            });
        })
    });
    assert!(panicked.is_err());
    assert_silent(&violations);
}

#[test]
fn local_tasks_are_supervised_alike() {
    let violations = reports(LocalSet::new().run_until(async {
        drop(spawn_local(async { Err::<(), _>("lost") }).named("local"));
        settle().await;
    }));
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
    let violations = reports(async {
        let local = LocalSet::new();
        local
            .run_until(async {
                let aborted = spawn_local(pending::<()>());
                (*aborted).abort();
                drop(aborted);
                drop(spawn_local(pending::<()>()).named("pending"));
                settle().await;
            })
            .await;
        drop(local);
    });
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    assert_eq!(violations[0].message, "task `pending` was dropped while it was pending");
}

#[test]
fn closures_are_supervised_alike() {
    let violations = reports(async {
        let failed = spawn_blocking(|| Err::<(), _>("lost")).named("closure");
        while !failed.is_finished() {
            yield_now().await;
        }
        drop(failed);
        let panicked = spawn_blocking(|| quiet_panic("lost")).named("closure");
        while !panicked.is_finished() {
            yield_now().await;
        }
        drop(panicked);
        assert_eq!(spawn_blocking(|| 42).await.unwrap(), 42);
        spawn_blocking(|| Err::<(), _>("read")).await.unwrap().unwrap_err();
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved, Kind::TaskPanic]);
}

#[test]
fn a_set_knows_what_was_read() {
    let violations = reports(async {
        let mut set = JoinSet::new();
        for n in 0..4 {
            set.spawn(async move { if n % 2 == 0 { Ok(n) } else { Err(n) } });
        }
        let mut read = 0;
        while let Some(output) = set.join_next().await {
            output.unwrap().map_or_else(drop, |_| read += 1);
        }
        assert_eq!(read, 2);
        set.spawn_named("with id", async { Err(1) });
        set.join_next_with_id().await.unwrap().unwrap().1.unwrap_err();
        set.spawn(async { Err(1) });
        settle().await;
        set.try_join_next().unwrap().unwrap().unwrap_err();
        set.spawn(async { Err(1) });
        settle().await;
        set.try_join_next_with_id().unwrap().unwrap().1.unwrap_err();
        set.spawn(pending());
        set.abort_all();
        assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
        set.spawn(pending());
        assert_eq!(set.len(), 1);
    });
    assert_silent(&violations);
}

#[test]
fn a_set_knows_what_was_not() {
    let lost = || async {
        let mut set = JoinSet::new();
        set.spawn_named("lost", async { Err::<(), _>("lost") });
        set.spawn(pending());
        settle().await;
        set
    };
    let message = "error of task `lost` was never retrieved: `&str`";
    let dropped = reports(async { drop(lost().await) });
    let shut_down = reports(async { lost().await.shutdown().await });
    for violations in [dropped, shut_down] {
        assert_one(&violations, Kind::TaskErrorNeverRetrieved, message, line!() - 9);
    }
    let detached = reports(async {
        let mut set = JoinSet::new();
        set.spawn_named("lost", async {
            yield_now().await;
            Err::<(), _>("lost")
        });
        set.detach_all();
        settle().await;
    });
    assert_one(&detached, Kind::TaskErrorNeverRetrieved, message, line!() - 7);
}

#[test]
fn a_slow_poll_names_its_task() {
    let ((), violations) = capture(|| {
        runtime().block_on(async {
            let task = spawn(async { std::thread::sleep(std::time::Duration::from_millis(150)) });
            task.named("slow").await.unwrap();
        });
    });
    let [violation] = &*violations else { panic!("{violations:#?}") };
    assert_eq!(violation.kind, Kind::SlowPoll);
    let place = format!("tests/tests/tokio_tasks.rs:{}:", line!() - 6);
    assert!(violation.notes[1].starts_with(&format!("in task `slow`, spawned at {place}")), "{violation}");
    assert!(violation.to_string().contains(&format!("--> {place}")), "{violation}");
}
