//! Slow steps and callbacks, and loops that stand still. Real time passes here, and only ever more than was asked for.

use std::env;
use std::future::pending;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use checked_async::{
    Builder, Clock, EventLoop, Kind, Violation, call_soon, capture, checked_async, handle, promise,
    reset_exception_handler, run_blocking, set_exception_handler, spawn, yield_now,
};
use checked_async_tests::prints_backtraces;

const LIMIT: Duration = Duration::from_millis(15);

fn work() {
    thread::sleep(2 * LIMIT);
}

/// Long enough for `slow_poll` where the machine is busy, too.
fn work_long() {
    thread::sleep(30 * LIMIT);
}

fn builder() -> Builder {
    EventLoop::builder().debug(true).slow_after(LIMIT).handle_ctrl_c(false)
}

/// The reports of a kind that name a task, or a place in this file.
fn of(violations: &[Violation], kind: Kind, name: &str) -> usize {
    let named = |violation: &&Violation| violation.kind == kind && violation.message.contains(name);
    violations.iter().filter(named).count()
}

#[test]
fn a_slow_step_is_reported_with_its_task() {
    let (result, violations) = capture(|| {
        builder().run(async {
            let task = spawn(async {
                work();
                yield_now().await;
                work();
            });
            task.named("miner").await.unwrap();
            // A step that panics is reported as well.
            let panics = spawn(async {
                work();
                panic!("slowly");
            });
            assert!(panics.named("smith").await.map(|never: ()| never).is_err());
            work();
        })
    });
    result.unwrap();
    assert_eq!(of(&violations, Kind::SlowPoll, "step of task `miner` took"), 2);
    assert_eq!(of(&violations, Kind::SlowPoll, "step of task `smith` took"), usize::from(!prints_backtraces()));
    assert!(of(&violations, Kind::SlowPoll, "step of task `main` took") >= 1);
    let miner = violations.iter().find(|violation| violation.message.contains("miner")).unwrap();
    assert!(miner.created.as_ref().unwrap().file.ends_with("loop_slow.rs"));
}

/// Where it takes long to be slow, not each step is measured.
#[test]
fn a_slow_step_among_fast_ones_is_the_one_that_is_reported() {
    const LONG: Duration = Duration::from_millis(50);
    async fn yields() {
        for _ in 0..1000 {
            yield_now().await;
        }
    }
    let (result, violations) = capture(|| {
        builder().slow_after(LONG).run(async {
            let before = spawn(yields()).named("before");
            let miner = async {
                yields().await;
                thread::sleep(6 * LONG);
                yields().await;
            };
            let miner = spawn(miner).named("miner");
            let after = spawn(yields()).named("after");
            let called = call_soon(|| thread::sleep(6 * LONG));
            for task in [before, miner, after] {
                task.await.unwrap();
            }
            assert!(!called.cancel());
        })
    });
    result.unwrap();
    assert_eq!(of(&violations, Kind::SlowPoll, "step of task `miner` took"), 1);
    assert_eq!(of(&violations, Kind::SlowCallback, ""), 1);
}

/// The reports of slow polls.
fn slow(violations: &[Violation]) -> Vec<&Violation> {
    violations.iter().filter(|violation| violation.kind == Kind::SlowPoll).collect()
}

#[test]
fn a_slow_function_is_reported_once_and_with_its_task() {
    #[checked_async]
    async fn dig() {
        work_long();
    }
    #[checked_async]
    async fn mine() {
        dig().await;
    }
    let (result, violations) = capture(|| {
        builder().run(async {
            spawn(async { mine().await }).named("miner").await.unwrap();
        })
    });
    result.unwrap();
    let of_miner: Vec<_> = slow(&violations).into_iter().filter(|it| it.task.as_deref() == Some("miner")).collect();
    assert_eq!(of_miner.len(), 1, "{of_miner:#?}");
    if cfg!(debug_assertions) {
        assert!(
            of_miner[0].message.ends_with("ms: `loop_slow::a_slow_function_is_reported_once_and_with_its_task::dig`")
        );
        assert!(of_miner[0].notes.iter().any(|note| note.starts_with("in task `miner`, spawned at ")));
        assert!(of_miner[0].help[0].contains(" with `checked_async::run_blocking`, or "), "{:?}", of_miner[0].help);
    } else {
        assert!(of_miner[0].message.starts_with("step of task `miner` took"));
    }
}

#[test]
fn what_a_function_may_take_it_may_take_in_a_task() {
    #[checked_async(slow_after = "60m")]
    async fn dig() {
        work_long();
    }
    let (result, violations) = capture(|| {
        builder().run(async {
            spawn(async { dig().await }).named("miner").await.unwrap();
        })
    });
    result.unwrap();
    let expected = usize::from(!cfg!(debug_assertions));
    assert_eq!(slow(&violations).iter().filter(|it| it.task.as_deref() == Some("miner")).count(), expected);
}

#[test]
fn what_a_step_takes_beside_a_slow_function_is_reported_of_the_step() {
    #[checked_async]
    async fn dig() {
        work_long();
    }
    let (result, violations) = capture(|| {
        builder().run(async {
            let digs_and_works = spawn(async {
                dig().await;
                work();
            });
            digs_and_works.named("miner").await.unwrap();
        })
    });
    result.unwrap();
    let of_miner: Vec<_> = slow(&violations).into_iter().filter(|it| it.task.as_deref() == Some("miner")).collect();
    assert_eq!(of_miner.len(), if cfg!(debug_assertions) { 2 } else { 1 }, "{of_miner:#?}");
    assert!(of_miner.last().unwrap().message.starts_with("step of task `miner` took"));
}

#[test]
fn a_patient_loop_is_patient_with_its_functions() {
    #[checked_async]
    async fn dig() {
        work_long();
    }
    let (result, violations) = capture(|| {
        builder().slow_after(Duration::MAX).run(async {
            spawn(async { dig().await }).await.unwrap();
        })
    });
    result.unwrap();
    assert!(slow(&violations).is_empty(), "{violations:#?}");
}

#[test]
fn a_slow_callback_is_reported_with_its_place() {
    let (line, violations) = capture(|| {
        builder()
            .run(async {
                let line = line!() + 1;
                call_soon(work);
                checked_async::remote().call_soon(work).unwrap();
                yield_now().await;
                yield_now().await;
                line
            })
            .unwrap()
    });
    let slow: Vec<_> = violations.iter().filter(|violation| violation.kind == Kind::SlowCallback).collect();
    assert_eq!(slow.len(), 2);
    let lines = slow.iter().map(|violation| violation.created.as_ref().unwrap().line).collect::<Vec<_>>();
    assert_eq!(lines, [line, line + 1]);
}

#[test]
fn another_clock_does_not_make_it_fast() {
    struct Still(Instant);
    impl Clock for Still {
        fn now(&self) -> Instant {
            self.0
        }
    }
    let (result, violations) = capture(|| {
        builder().clock(Still(Instant::now())).run(async {
            spawn(async { work() }).named("miner").await.unwrap();
        })
    });
    result.unwrap();
    assert_eq!(of(&violations, Kind::SlowPoll, "step of task `miner` took"), 1);
}

#[test]
fn what_is_looked_for_can_change_while_it_runs() {
    let (result, violations) = capture(|| {
        builder().debug(false).run(async {
            assert!(!handle().is_debug());
            spawn(async { work() }).named("before").await.unwrap();
            handle().set_debug(true);
            spawn(async { work() }).named("during").await.unwrap();
            handle().set_slow_after(Duration::MAX);
            spawn(async { work() }).named("patient").await.unwrap();
            handle().set_slow_after(LIMIT);
            handle().set_debug(false);
            spawn(async { work() }).named("after").await.unwrap();
        })
    });
    result.unwrap();
    let slow = |name| of(&violations, Kind::SlowPoll, name);
    assert_eq!((slow("before"), slow("during"), slow("patient"), slow("after")), (0, 1, 0, 0));
}

#[test]
fn what_was_reported_before_is_not_taken_from_what_is_slow_later() {
    #[checked_async]
    async fn dig() {
        work_long();
    }
    let (result, violations) = capture(|| {
        builder().debug(false).run(async {
            // Reported of the function in builds with checks, whatever the loop looks for.
            spawn(async { dig().await }).await.unwrap();
            handle().set_debug(true);
            call_soon(work);
            yield_now().await;
            yield_now().await;
        })
    });
    result.unwrap();
    assert_eq!(of(&violations, Kind::SlowCallback, "callback of the event loop took"), 1, "{violations:#?}");
}

#[test]
fn debug_mode_is_not_turned_on_twice() {
    let (result, violations) = capture(|| {
        builder().run(async {
            call_soon(|| {
                work();
                handle().set_debug(true);
            });
            yield_now().await;
            yield_now().await;
        })
    });
    result.unwrap();
    assert_eq!(of(&violations, Kind::SlowCallback, "callback of the event loop took"), 1, "{violations:#?}");
}

#[test]
#[ignore = "run as a child"]
fn child() {
    // What is printed of a panic takes long.
    std::panic::set_hook(Box::new(|_| work()));
    let (result, violations) = capture(|| {
        builder().run(async {
            call_soon(|| panic!("quickly"));
            yield_now().await;
            let task = spawn(async { panic!("quickly") });
            assert!(task.named("smith").await.map(|never: ()| never).is_err());
        })
    });
    result.unwrap();
    let slow = [of(&violations, Kind::SlowCallback, "callback"), of(&violations, Kind::SlowPoll, "smith")];
    println!("reported: {slow:?}, {}", of(&violations, Kind::CallbackPanicked, "quickly"));
}

#[test]
fn a_backtrace_that_is_printed_is_no_slow_step() {
    let reported = |backtrace| {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"]);
        let output = command.env("RUST_BACKTRACE", backtrace).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        stdout.lines().find_map(|line| Some(line.split_once("reported: ")?.1.to_owned())).expect("the child has ended")
    };
    assert_eq!(reported("1"), "[0, 0], 1");
    assert_eq!(reported("full"), "[0, 0], 1");
    assert_eq!(reported("0"), "[1, 1], 1");
}

#[test]
fn a_loop_on_which_nothing_runs_is_reported_with_its_tasks() {
    // Not to stand still at all is no time that has to be counted.
    for limit in [LIMIT, Duration::ZERO] {
        // Until the report is made nothing happens: it is what has the loop go on.
        let (reported, reports) = checked_async::channel::unbounded();
        set_exception_handler(move |violation| {
            if violation.kind == Kind::StalledLoop {
                reported.try_send(violation.clone()).unwrap();
            }
        });
        let stalled = builder().stalled_after(limit).run(async {
            let idle = spawn(pending::<()>()).named("forgotten");
            let (promise, promised) = promise();
            let waiter = spawn(promised).named("waiter");
            // The second time after it has gone on.
            let stalled = [reports.recv().await.unwrap(), reports.recv().await.unwrap()];
            promise.set(()).unwrap();
            waiter.await.unwrap().unwrap();
            idle.cancel();
            stalled
        });
        reset_exception_handler();
        for violation in stalled.unwrap() {
            assert!(violation.message.starts_with("nothing has run on the event loop for "));
            let tree = &violation.notes[0];
            assert!(["main", "forgotten", "waiter"].iter().all(|name| tree.contains(name)), "{tree}");
        }
        assert!(reports.is_empty());
    }
}

#[test]
fn without_checks_nothing_is_looked_for() {
    let (result, violations) = capture(|| {
        builder().debug(false).stalled_after(LIMIT).run(async {
            let remote = checked_async::remote();
            run_blocking(move || {
                thread::sleep(4 * LIMIT);
                remote.call_soon(work).unwrap();
            })
            .await
            .unwrap();
            work();
        })
    });
    result.unwrap();
    assert!(violations.is_empty(), "{}", violations[0]);
}
