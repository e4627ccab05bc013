//! Where a panic began that is reported: in the report, in the error of a handle, and of no other panic. What needs a hook of the
//! program's own is in `panic_hook`.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::mpsc::channel;
use std::task::Poll;
use std::thread;

use checked_async::{
    Kind, Place, RunError, Violation, adopting_local, call_soon, capture, generator, remote, run_blocking, spawn,
    task_group, yield_now,
};
use checked_async_tests::loops;

/// What is reported on a loop with its checks on, in any build.
fn reports<T>(main: impl Future<Output = T>) -> Vec<Violation> {
    capture(|| loops::builder().debug(true).run(main).map(drop).unwrap_or_else(|_: RunError| ())).1
}

async fn settle() {
    for _ in 0..4 {
        yield_now().await;
    }
}

/// The line of this file at which the one reported panic began.
#[track_caller]
fn line_of(violations: &[Violation]) -> Option<u32> {
    let [violation] = violations else { panic!("not one report: {violations:#?}") };
    line(violation.panicked_at.as_ref())
}

#[track_caller]
fn line(place: Option<&Place>) -> Option<u32> {
    place.map(|place| {
        assert!(place.file.ends_with("panicked_at.rs"), "{place}");
        assert!(place.column > 0, "{place}");
        place.line
    })
}

#[test]
fn a_report_says_where_a_task_panicked() {
    let violations = reports(async {
        drop(spawn(async { panic!("lost") }).named("job"));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 3));
    let shown = violations[0].to_string();
    let (place, created) = (violations[0].panicked_at.clone().unwrap(), violations[0].created.clone().unwrap());
    let begin = format!(
        "warning: task `job` panicked and nobody has read it: lost\n  --> {created} (created here)\n  ::: {place} (panicked here)\n"
    );
    assert!(shown.starts_with(&begin), "{shown}");
}

#[test]
fn a_report_says_where_a_callback_panicked() {
    let violations = reports(async {
        let none: Vec<u8> = Vec::new();
        call_soon(move || assert!(!none.is_empty(), "nothing"));
        settle().await;
    });
    assert_eq!(violations[0].kind, Kind::CallbackPanicked);
    assert_eq!(line_of(&violations), Some(line!() - 4));
}

#[test]
fn a_report_says_where_a_closure_on_another_thread_panicked() {
    let violations = reports(async {
        let (begun, begins) = channel();
        let mut closure = Box::pin(run_blocking(move || {
            begun.send(()).unwrap();
            panic!("on the pool")
        }));
        let polled = std::future::poll_fn(|cx| Poll::Ready(closure.as_mut().poll(cx))).await;
        begins.recv().unwrap();
        let error = match polled {
            Poll::Ready(done) => done,
            Poll::Pending => closure.await,
        };
        let error = error.unwrap_err();
        assert_eq!(line(error.panicked_at().as_ref()), Some(line!() - 9));
        // The error goes on from this thread, with its origin.
        drop(spawn(async move { resume_unwind(error.into_panic()) }));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 14));
}

#[test]
fn the_error_of_a_handle_says_it_too() {
    loops::builder()
        .debug(true)
        .run(async {
            let error = spawn(async { panic!("lost") }).await.unwrap_err();
            assert_eq!(line(error.panicked_at().as_ref()), Some(line!() - 1));
            let place = error.panicked_at().unwrap();
            assert_eq!(format!("{error:?}"), format!("JoinError::Panic(\"lost\", {place})"));
            // What may be compared is the same in every build.
            assert_eq!(error.to_string(), "the task panicked: lost");

            let error = spawn(async { resume_unwind(Box::new("lost")) }).await.unwrap_err();
            assert_eq!((error.panicked_at(), format!("{error:?}")), (None, "JoinError::Panic(\"lost\")".to_owned()));

            let task = spawn(std::future::pending::<()>());
            task.cancel();
            let error = task.await.unwrap_err();
            assert_eq!((error.panicked_at(), format!("{error:?}")), (None, "JoinError::Cancelled".to_owned()));
        })
        .unwrap();
}

#[test]
fn members_of_a_group_and_tasks_of_other_threads_say_it() {
    let violations = reports(async {
        let failed = task_group(async |group| {
            group.spawn(async { if true { panic!("member") } else { Ok::<(), ()>(()) } });
            std::future::pending::<Result<(), ()>>().await
        });
        let panics = failed.await.unwrap_err().into_parts().1;
        assert_eq!(line(panics[0].panicked_at().as_ref()), Some(line!() - 4));

        let remote = remote();
        let asks = thread::spawn(move || {
            let task = remote
                .spawn(async {
                    if true {
                        panic!("asked for")
                    }
                })
                .unwrap();
            line(task.result().unwrap_err().panicked_at().as_ref())
        });
        let asked = run_blocking(move || asks.join().unwrap()).await.unwrap();
        assert_eq!(asked, Some(line!() - 7));
    });
    assert!(violations.is_empty(), "{violations:#?}");
}

/// One text, at one address.
static TEXT: &str = "the same words";

fn caught<T>(run: impl FnOnce() -> T) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(run)).map(drop).unwrap_err()
}

#[test]
fn a_panic_that_was_caught_is_not_taken_for_another() {
    // In the same step.
    let violations = reports(async {
        drop(spawn(async {
            drop(caught(|| panic!("caught")));
            resume_unwind(Box::new("another"))
        }));
        settle().await;
    });
    assert_eq!(line_of(&violations), None);
    // In another step, and another task, even where it is the same text.
    let violations = reports(async {
        drop(spawn(async { drop(caught(|| panic_any(TEXT))) }));
        drop(spawn(async { resume_unwind(Box::new(TEXT)) }));
        settle().await;
    });
    assert_eq!(line_of(&violations), None);
    let violations = reports(async {
        let noted = spawn(async {
            drop(caught(|| panic_any(7_u8)));
            yield_now().await;
            resume_unwind(Box::new(7_u8))
        });
        drop(noted);
        settle().await;
    });
    assert_eq!(line_of(&violations), None);
}

#[test]
fn of_several_panics_the_one_counts_that_ends_the_task() {
    let violations = reports(async {
        drop(spawn(async {
            for text in ["one", "two", "three", "four", "five", "six"] {
                drop(caught(|| panic!("{text}")));
            }
            panic!("last")
        }));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 4));
}

#[test]
fn a_panic_that_is_caught_and_goes_on_is_the_same() {
    let violations = reports(async {
        drop(spawn(async {
            let first = caught(|| panic!("{}", 1));
            drop(caught(|| panic!("{}", 2)));
            resume_unwind(first)
        }));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 6));
}

#[test]
fn a_panic_in_a_drop_during_another_does_not_hide_that_one() {
    struct PanicsInside;

    impl Drop for PanicsInside {
        fn drop(&mut self) {
            assert!(thread::panicking());
            drop(caught(|| panic!("{}", "inner")));
            // A loop of its own, whose tasks panic too.
            let violations = thread::spawn(|| reports(async { spawn(async { panic!("elsewhere") }).await })).join();
            assert!(violations.unwrap().is_empty());
        }
    }

    let violations = reports(async {
        drop(spawn(async {
            let _in_the_way = PanicsInside;
            panic!("{}", "outer")
        }));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 4));
    assert!(violations[0].message.ends_with(": outer"), "{}", violations[0]);
}

#[test]
fn what_is_no_text_is_known_by_its_type() {
    #[derive(Debug)]
    struct Reason;

    let violations = reports(async {
        drop(spawn(async {
            drop(caught(|| panic_any(1_u64)));
            panic_any(Reason)
        }));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 4));
    assert!(violations[0].message.ends_with(": no message"));
}

#[test]
fn a_panic_with_megabytes_to_say_is_known_too() {
    let violations = reports(async {
        drop(spawn(async { panic!("{}", "x".repeat(10_000_000)) }));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 3));
}

#[test]
fn panics_of_many_threads_keep_apart() {
    let threads: Vec<_> = (0..8)
        .map(|n| {
            thread::spawn(move || {
                for _ in 0..20 {
                    let violations = reports(async move {
                        drop(spawn(async move {
                            match n % 2 {
                                0 => panic!("even"),
                                _ => panic!("odd"),
                            }
                        }));
                        settle().await;
                    });
                    let lines = [line!() - 6, line!() - 5];
                    assert_eq!(line_of(&violations), Some(lines[n % 2]));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn cleanup_that_was_left_to_a_task_says_where_it_panicked() {
    #[generator]
    async fn leaves() -> u32 {
        defer! { panic!("cleanup") }
        yield_!(1);
    }

    async fn leave() {
        assert_eq!(Box::pin(leaves()).next().await, Some(1));
        yield_now().await;
    }

    // With checks, that it was left is a report of its own.
    let panics = |mut violations: Vec<Violation>| {
        violations.retain(|violation| violation.kind == Kind::TaskPanic);
        violations
    };
    let violations = panics(reports(async { spawn(leave()).await.unwrap() }));
    assert_eq!(line_of(&violations), Some(line!() - 15));
    // Where a task adopts that is not the loop's own.
    let violations = panics(reports(async { spawn(adopting_local(leave())).await.unwrap() }));
    assert_eq!(line_of(&violations), Some(line!() - 18));
}

#[test]
fn a_panic_goes_on_through_what_adopts() {
    let violations = reports(async {
        drop(spawn(adopting_local(async {
            yield_now().await;
            panic!("within")
        })));
        settle().await;
    });
    assert_eq!(line_of(&violations), Some(line!() - 4));
}

/// What panics with a report panics in this library, as std sees it.
#[cfg(debug_assertions)]
#[test]
fn a_panic_that_is_a_report_is_where_that_says() {
    use checked_async::checked_async;

    #[checked_async]
    async fn leaf() {}

    #[checked_async]
    async fn forgets(awaits: bool) {
        let leaf = leaf();
        if awaits {
            leaf.await
        }
    }

    loops::run(async {
        let error = spawn(forgets(false)).await.unwrap_err();
        let place = error.panicked_at().unwrap();
        assert!(place.file.ends_with("panicked_at.rs"), "{place}");
        assert!(error.to_string().contains("future was never awaited"), "{error}");
        assert!(error.to_string().contains(&place.to_string()), "{error}");
        // What is ours to say without a place of the user's is where it is said.
        let error = spawn(async { checked_async::run(async {}) }).await.unwrap_err();
        assert_eq!(line(error.panicked_at().as_ref()), Some(line!() - 1));
    });
    // It was said in full when it panicked.
    let violations = reports(async {
        drop(spawn(forgets(false)));
        settle().await;
    });
    let lost = violations.iter().find(|violation| violation.kind == Kind::TaskPanic).unwrap();
    let said = "panicked and nobody has read it: future was never awaited: `panicked_at::";
    assert!(lost.message.contains(said) && lost.message.ends_with("::leaf`"), "{}", lost.message);
}

/// Tasks of tokio's, which have their checks where the build has.
#[cfg(debug_assertions)]
mod tokio_tasks {
    use checked_async::checked_async;
    use checked_async::tokio::{JoinSet, spawn, spawn_blocking, spawn_local};
    use tokio::runtime::Builder;
    use tokio::task::LocalSet;

    use super::*;

    fn reports<T>(main: impl Future<Output = T>) -> Vec<Violation> {
        capture(|| Builder::new_current_thread().build().unwrap().block_on(main)).1
    }

    async fn settle() {
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn supervised_tasks() {
        let violations = reports(async {
            drop(spawn(async { panic!("lost") }));
            settle().await;
        });
        assert_eq!(line_of(&violations), Some(line!() - 3));
        let violations = reports(LocalSet::new().run_until(async {
            let task = spawn_local(async { panic!("lost") });
            settle().await;
            drop(task);
        }));
        assert_eq!(line_of(&violations), Some(line!() - 4));
    }

    #[test]
    fn members_of_a_set() {
        let violations = reports(async {
            let mut set = JoinSet::new();
            set.spawn(async { panic!("lost") });
            settle().await;
            set.detach_all();
        });
        assert_eq!(line_of(&violations), Some(line!() - 4));
    }

    #[test]
    fn blocking_closures() {
        let (say, said) = channel();
        let violations = reports(async move {
            let task = spawn_blocking(move || {
                say.send(()).unwrap();
                panic!("lost")
            });
            said.recv().unwrap();
            while !task.is_finished() {
                tokio::task::yield_now().await;
            }
            drop(task);
        });
        assert_eq!(line_of(&violations), Some(line!() - 8));
    }

    #[checked_async]
    async fn start() {
        tokio::spawn(async { panic!("lost") });
        settle().await;
    }

    #[test]
    fn tasks_of_plain_tokio() {
        let violations = reports(start());
        assert_eq!(line_of(&violations), Some(line!() - 7));
    }

    #[test]
    fn what_a_task_has_caught_is_not_taken_for_what_ends_the_next() {
        let violations = reports(async {
            spawn(async { drop(caught(|| panic_any(TEXT))) }).await.unwrap();
            drop(spawn(async { resume_unwind(Box::new(TEXT)) }));
            settle().await;
        });
        assert_eq!(line_of(&violations), None);
    }
}
