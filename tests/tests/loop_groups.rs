//! Task groups: nothing outlives them, and no error is lost.

use std::future::pending;
use std::time::Duration;

use checked_async::{
    Kind, TaskGroup, capture, catch_cancel, current_task, sleep, spawn, task_group, timeout, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::faults::{OnDrop, PanicsOnDrop};
use checked_async_tests::log::Log;
use checked_async_tests::loops::run;

type Group = TaskGroup<&'static str>;

/// Waits to be cancelled, then cleans up for a while.
async fn clean_up_slowly(log: Log, name: &'static str) -> Result<(), &'static str> {
    let _ = catch_cancel(pending::<()>()).await;
    log.note(format!("{name} cleans up"));
    sleep(Duration::from_millis(1)).await;
    log.note(format!("{name} is clean"));
    Ok(())
}

#[test]
fn the_first_failure_cancels_siblings_and_body_and_waits() {
    let log = Log::default();
    run(async {
        let result = task_group(async |group: &Group| {
            let _guard = OnDrop(|| log.note("body dropped"));
            drop(group.spawn(clean_up_slowly(log.clone(), "sibling")));
            drop(group.spawn(async {
                yield_now().await;
                Err::<(), _>("first")
            }));
            pending::<()>().await;
            Ok(())
        });
        let error = result.await.unwrap_err();
        log.note("over");
        assert_eq!(error.errors(), ["first"]);
        assert!(error.panics().is_empty());
    });
    log.assert(&["sibling cleans up", "body dropped", "sibling is clean", "over"]);
}

#[test]
fn all_errors_are_kept_in_their_order() {
    let ((), violations) = capture(|| {
        run(async {
            let result = task_group(async |group: &Group| {
                for name in ["a", "b", "c"] {
                    drop(group.spawn(async move {
                        let _ = catch_cancel(pending::<()>()).await;
                        Err::<(), _>(name)
                    }));
                }
                drop(group.spawn::<(), _>(async {
                    let _ = catch_cancel(pending::<()>()).await;
                    panic!("and a panic")
                }));
                yield_now().await;
                Err::<(), _>("body")
            });
            let error = result.await.unwrap_err();
            assert_eq!(error.errors(), ["body", "a", "b", "c"]);
            assert_eq!(error.panics().len(), 1);
            assert_eq!(error.to_string(), "body (and 4 more)");
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_panic_of_the_body_is_an_error_too() {
    let log = Log::default();
    run(async {
        let result = task_group(async |group: &Group| {
            drop(group.spawn(clean_up_slowly(log.clone(), "member")));
            yield_now().await;
            if true {
                panic!("in the body");
            }
            Ok(())
        });
        let error = result.await.unwrap_err();
        assert_eq!(error.panics()[0].to_string(), "the task panicked: in the body");
    });
    log.assert(&["member cleans up", "member is clean"]);
}

#[test]
fn a_member_that_is_cancelled_alone_is_no_failure() {
    run(async {
        let result = task_group(async |group: &Group| {
            let cancelled = group.spawn(async {
                pending::<()>().await;
                Ok(1)
            });
            let other = group.spawn(async { Ok(2) });
            cancelled.task().cancel();
            assert!(cancelled.await.unwrap_err().is_cancelled());
            Ok(other.await.unwrap())
        });
        assert_eq!(result.await.unwrap(), 2);
    });
}

#[test]
fn a_group_waits_for_members_that_nobody_awaits() {
    let log = Log::default();
    run(async {
        let result = task_group(async |group: &Group| {
            let log = log.clone();
            drop(group.spawn(async move {
                sleep(Duration::from_millis(1)).await;
                log.note("member");
                Ok(())
            }));
            assert_eq!(group.running(), 1);
            Ok(())
        });
        result.await.unwrap();
        log.note("over");
    });
    log.assert(&["member", "over"]);
}

#[test]
fn the_tasks_of_a_dropped_group_end_before_the_task_around_it() {
    let log = Log::default();
    run(async {
        let inner = log.clone();
        let task = spawn(async move {
            task_group(async |group: &Group| {
                drop(group.spawn(clean_up_slowly(inner.clone(), "member")));
                pending::<()>().await;
                Ok(())
            })
            .await
        });
        yield_now().await;
        yield_now().await;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        log.note("task over");
    });
    log.assert(&["member cleans up", "member is clean", "task over"]);
}

#[test]
fn a_group_that_timed_out_is_over_before_the_code_goes_on() {
    let log = Log::default();
    run(async {
        let group = task_group(async |group: &Group| {
            drop(group.spawn(clean_up_slowly(log.clone(), "member")));
            pending::<()>().await;
            Ok(())
        });
        assert!(timeout(Duration::from_millis(5), group).await.is_err());
        // What was left is awaited where the task suspends next, or ends.
        yield_now().await;
        log.note("went on");
    });
    log.assert(&["member cleans up", "member is clean", "went on"]);
}

#[test]
fn a_cancelled_member_takes_its_own_group_with_it() {
    let log = Log::default();
    run(async {
        let result = task_group(async |outer: &Group| {
            let log = log.clone();
            drop(outer.spawn(async move {
                let inner = task_group(async |inner: &Group| {
                    drop(inner.spawn(clean_up_slowly(log.clone(), "grandchild")));
                    pending::<()>().await;
                    Ok(())
                });
                inner.await.map_err(|_| "inner")
            }));
            yield_now().await;
            yield_now().await;
            yield_now().await;
            Err::<(), _>("outer fails")
        });
        assert_eq!(result.await.unwrap_err().errors(), ["outer fails"]);
        log.note("outer over");
    });
    log.assert(&["grandchild cleans up", "grandchild is clean", "outer over"]);
}

#[test]
fn nested_groups_hand_errors_up() {
    run(async {
        let result = task_group(async |outer: &TaskGroup<String>| {
            drop(outer.spawn(async {
                let inner = task_group(async |inner: &Group| {
                    drop(inner.spawn(async { Err::<(), _>("deep") }));
                    Ok(())
                });
                inner.await.map_err(|error| format!("inner: {error}"))
            }));
            pending::<()>().await;
            Ok(())
        });
        assert_eq!(result.await.unwrap_err().errors(), ["inner: deep"]);
    });
}

#[test]
fn a_task_spawned_into_a_failing_group_does_not_run() {
    let log = Log::default();
    run(async {
        let result = task_group(async |group: &Group| {
            // The drop of the body is where a failing group can still be spawned into.
            let late = log.clone();
            let _guard = OnDrop(|| {
                let late = late.clone();
                drop(group.spawn(async move {
                    late.note("ran");
                    Ok(())
                }));
            });
            drop(group.spawn(async { Err::<(), _>("fails") }));
            pending::<()>().await;
            Ok(())
        });
        assert_eq!(result.await.unwrap_err().errors(), ["fails"]);
    });
    log.assert(&[]);
}

#[test]
fn cancel_ends_the_tasks_and_lets_the_body_go_on() {
    run(async {
        let result = task_group(async |group: &Group| {
            let member = group.spawn(async {
                pending::<()>().await;
                Ok(())
            });
            yield_now().await;
            group.cancel();
            assert!(member.await.unwrap_err().is_cancelled());
            assert_eq!(group.running(), 0);
            Ok(3)
        });
        assert_eq!(result.await.unwrap(), 3);
    });
}

#[test]
fn a_member_whose_drop_panics_fails_the_group() {
    let ((), violations) = capture(|| {
        run(async {
            let result = task_group(async |group: &Group| {
                drop(group.spawn(async {
                    let _value = PanicsOnDrop("in the drop of the member");
                    pending::<()>().await;
                    Ok(())
                }));
                yield_now().await;
                group.cancel();
                Ok(())
            });
            let error = result.await.unwrap_err();
            assert_eq!(error.panics()[0].to_string(), "the task panicked: in the drop of the member");
        });
    });
    assert_silent(&violations);
}

#[test]
fn errors_of_a_dropped_group_are_reported() {
    let ((), violations) = capture(|| {
        run(async {
            let group = task_group(async |group: &Group| {
                for _ in 0..2 {
                    drop(group.spawn(async {
                        let _ = catch_cancel(pending::<()>()).await;
                        Err::<(), _>("nobody hears")
                    }));
                }
                pending::<()>().await;
                Ok(())
            });
            assert!(timeout(Duration::from_millis(1), group).await.is_err());
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved; 2]);
}

#[test]
fn what_the_body_left_unpolled_when_it_failed_is_no_fault() {
    checked_async_tests::checked! { async fn leaf() {} }
    let ((), violations) = capture(|| {
        run(async {
            let result = task_group(async |group: &Group| {
                let later = leaf();
                drop(group.spawn(async { Err::<(), _>("fails") }));
                pending::<()>().await;
                later.await;
                Ok(())
            });
            assert!(result.await.is_err());
        });
    });
    assert_silent(&violations);
}

#[test]
fn many_members_that_come_and_go() {
    run(async {
        let sum = task_group(async |group: &Group| {
            let mut sum = 0;
            for n in 0..1000_u32 {
                sum += group.spawn(async move { Ok(n) }).await.unwrap();
            }
            Ok(sum)
        });
        assert_eq!(sum.await.unwrap(), 499_500);
        assert_eq!(current_task().unwrap().name(), "main");
    });
}
