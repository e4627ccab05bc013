//! The tree of tasks: who awaits whom, and where each future stands.
//!
//! Where futures stand is known in builds with checks only.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::task::Poll;

use checked_async::{TaskTree, checked_async, handle, promise, spawn, task_tree, yield_now};
use checked_async_tests::patient::patient;
use futures::future::{Either, join, join_all, select};
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;

/// Runs with the checks of the loop on.
fn run<F: Future>(main: F) -> F::Output {
    patient().debug(true).run(main).unwrap()
}

/// The tasks of a tree, by their names.
fn task(tree: &TaskTree, name: &str) -> Value {
    let json: Value = serde_json::from_str(&tree.to_json()).expect("it is JSON");
    let tasks = json["tasks"].as_array().unwrap();
    tasks.iter().find(|task| task["name"] == name).unwrap_or_else(|| panic!("no {name} in {tree}")).clone()
}

/// The calls that a task awaits: `f:12(g:13 h:14)` for one of `f` in line 12 that awaits two.
fn stands(tree: &TaskTree, name: &str) -> String {
    fn list(awaits: &Value) -> String {
        let calls = awaits.as_array().unwrap().iter().map(|call| {
            assert!(call["at"]["file"].as_str().unwrap().ends_with("task_tree.rs"));
            assert!(call["at"]["column"].is_u64());
            let function = call["function"].as_str().unwrap().rsplit("::").next().unwrap();
            let inner = list(&call["awaits"]);
            format!("{function}:{}{}", call["at"]["line"], if inner.is_empty() { inner } else { format!("({inner})") })
        });
        calls.collect::<Vec<_>>().join(" ")
    }
    list(&task(tree, name)["awaits"])
}

/// Compares where a task stands, if that is known in this build.
#[track_caller]
fn assert_stands(tree: &TaskTree, name: &str, expected: &str) {
    let expected = if cfg!(debug_assertions) { expected } else { "" };
    assert_eq!(stands(tree, name), expected, "{tree}");
}

#[checked_async]
async fn leaf<T>(inner: impl Future<Output = T>) -> T {
    inner.await
}

const MIDDLE: u32 = line!() + 3;
#[checked_async]
async fn middle<T>(inner: impl Future<Output = T>) -> T {
    leaf(inner).await
}

#[test]
fn a_task_stands_where_its_futures_are_awaited() {
    run(async {
        let line = line!() + 1;
        let _task = spawn(async { middle(pending::<()>()).await }).named("waiter");
        let before = task_tree();
        assert_stands(&before, "waiter", "");
        assert_eq!(task(&before, "waiter")["state"], "not begun");
        yield_now().await;
        let tree = task_tree();
        assert_stands(&tree, "waiter", &format!("middle:{line}(leaf:{MIDDLE})"));
        let waiter = task(&tree, "waiter");
        assert_eq!((&waiter["state"], &waiter["spawned_at"]["line"]), (&"waiting".into(), &line.into()));
        assert!(waiter["age_ms"].is_u64() && waiter["since_ms"].is_u64());
        let text = tree.to_string();
        if cfg!(debug_assertions) {
            let call = format!("└── awaits task_tree::middle at tests/tests/task_tree.rs:{line}:35\n");
            assert!(text.contains(&call), "{text}");
            assert!(text.contains(&format!("    └── awaits task_tree::leaf at tests/tests/task_tree.rs:{MIDDLE}:5\n")));
        }
    });
}

#[test]
fn a_task_stands_where_it_is_now() {
    run(async {
        let (first, waits_for_first) = promise::<()>();
        let (second, waits_for_second) = promise::<()>();
        let lines = line!();
        let task = spawn(async {
            middle(waits_for_first).await.unwrap();
            leaf(waits_for_second).await.unwrap();
        })
        .named("waiter");
        yield_now().await;
        assert_stands(&task_tree(), "waiter", &format!("middle:{}(leaf:{MIDDLE})", lines + 2));
        first.set(()).unwrap();
        yield_now().await;
        assert_stands(&task_tree(), "waiter", &format!("leaf:{}", lines + 3));
        second.set(()).unwrap();
        task.await.unwrap();
        assert_eq!(task_tree().len(), 1);
    });
}

#[test]
fn futures_that_are_awaited_together_are_all_there() {
    #[checked_async]
    async fn both() {
        let (left, right) = (leaf(pending::<()>()), middle(pending::<()>()));
        join(left, right).await;
    }
    run(async {
        let line = line!() + 1;
        let _task = spawn(async { both().await }).named("waiter");
        yield_now().await;
        let inside = line - 5;
        assert_stands(&task_tree(), "waiter", &format!("both:{line}(leaf:{inside} middle:{inside}(leaf:{MIDDLE}))"));
    });
}

#[test]
fn a_future_that_lost_a_race_stands_nowhere() {
    #[checked_async]
    async fn race() {
        assert!(matches!(select(pin!(leaf(pending::<()>())), pin!(async {})).await, Either::Right(_)));
        leaf(pending::<()>()).await;
    }
    run(async {
        let line = line!() + 1;
        let _task = spawn(async { race().await }).named("waiter");
        yield_now().await;
        let inside = line - 4;
        // The loser is kept until the function ends where `pin!` is, and dropped with the race where it is not.
        let kept = format!("race:{line}(leaf:{} leaf:{inside})", inside - 1);
        let gone = format!("race:{line}(leaf:{inside})");
        let stands = stands(&task_tree(), "waiter");
        assert!(!cfg!(debug_assertions) || stands == kept || stands == gone, "{stands}");

        let line = line!() + 3;
        let _task = spawn(async {
            drop(select(Box::pin(leaf(pending::<()>())), Box::pin(async {})).await);
            middle(pending::<()>()).await;
        })
        .named("other");
        yield_now().await;
        assert_stands(&task_tree(), "other", &format!("middle:{line}(leaf:{MIDDLE})"));
    });
}

#[test]
fn a_future_that_is_polled_by_reference_and_kept_is_there() {
    run(async {
        let line = line!() + 2;
        let _task = spawn(async {
            let mut kept = Box::pin(leaf(pending::<()>()));
            drop(select(&mut kept, Box::pin(async {})).await);
            leaf(pending::<()>()).await;
            drop(kept);
        })
        .named("waiter");
        yield_now().await;
        assert_stands(&task_tree(), "waiter", &format!("leaf:{line} leaf:{}", line + 2));
    });
}

#[test]
fn a_future_that_pends_twice_in_a_poll_is_there_once() {
    #[checked_async]
    async fn twice() {
        let mut inner = Box::pin(leaf(pending::<()>()));
        std::future::poll_fn(|cx| {
            assert!(inner.as_mut().poll(cx).is_pending());
            inner.as_mut().poll(cx)
        })
        .await;
    }
    run(async {
        let line = line!() + 1;
        let _task = spawn(async { twice().await }).named("waiter");
        yield_now().await;
        assert_stands(&task_tree(), "waiter", &format!("twice:{line}(leaf:{})", line - 9));
    });
}

#[test]
fn a_task_that_runs_stands_where_it_asks() {
    #[checked_async]
    async fn ask() -> TaskTree {
        task_tree()
    }
    run(async {
        let line = line!() + 1;
        let tree = leaf(async { ask().await }).await;
        assert_stands(&tree, "main", &format!("leaf:{line}(ask:{line})"));
        assert_eq!(task(&tree, "main")["state"], "running");
        // Another task is asked for while this one runs.
        let handle = handle();
        let line = line!() + 1;
        let tree = spawn(async move { leaf(async { handle.task_tree() }).await }).named("asks").await.unwrap();
        assert_stands(&tree, "asks", &format!("leaf:{line}"));
        assert_stands(&tree, "main", "");
    });
}

#[test]
fn a_loop_within_a_checked_function_has_its_own_tasks_only() {
    #[checked_async]
    async fn outside() {
        std::future::poll_fn(|_| {
            run(async {
                let _task = spawn(async { leaf(pending::<()>()).await }).named("waiter");
                yield_now().await;
                let tree = task_tree();
                assert_stands(&tree, "waiter", &format!("leaf:{}", line!() - 3));
                assert_stands(&tree, "main", "");
            });
            Poll::Ready(())
        })
        .await;
    }
    futures::executor::block_on(outside());
}

#[test]
fn of_futures_that_are_polled_on_their_own_those_last_polled_are_there() {
    run(async {
        let (first, waits_for_first) = promise::<()>();
        let (second, waits_for_second) = promise::<()>();
        let line = line!() + 2;
        let _task = spawn(async {
            let one = async { leaf(waits_for_first).await.unwrap() };
            let other = async { middle(waits_for_second).await.unwrap() };
            let mut futures = FuturesUnordered::<Pin<Box<dyn Future<Output = ()>>>>::new();
            futures.push(Box::pin(one));
            futures.push(Box::pin(other));
            while futures.next().await.is_some() {}
        })
        .named("waiter");
        yield_now().await;
        let both = stands(&task_tree(), "waiter");
        if cfg!(debug_assertions) {
            assert!(both.contains(&format!("leaf:{line}")), "{both}");
            assert!(both.contains(&format!("middle:{}(leaf:{MIDDLE})", line + 1)), "{both}");
        }
        first.set(()).unwrap();
        yield_now().await;
        // The other was not woken, so it was not polled.
        assert_stands(&task_tree(), "waiter", "");
        second.set(()).unwrap();
    });
}

#[test]
fn what_is_noted_of_a_task_is_bounded() {
    fn deep(depth: u32) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            match depth.checked_sub(1) {
                None => pending().await,
                Some(less) => leaf(deep(less)).await,
            }
        })
    }
    run(async {
        let _wide = spawn(async { join_all((0..40).map(|_| leaf(pending::<()>()))).await }).named("wide");
        let _deep = spawn(deep(100)).named("deep");
        yield_now().await;
        let tree = task_tree();
        let wide = task(&tree, "wide");
        let expected = if cfg!(debug_assertions) { (32, 8) } else { (0, 0) };
        assert_eq!((wide["awaits"].as_array().unwrap().len(), wide["left_out"].as_u64().unwrap()), expected);
        assert_eq!(tree.to_string().contains("└── and 8 more\n"), cfg!(debug_assertions), "{tree}");
        assert_eq!(stands(&tree, "deep").matches("leaf").count(), expected.0);
        assert_eq!(task(&tree, "deep")["left_out"], if cfg!(debug_assertions) { 68 } else { 0 });
    });
}

#[test]
fn without_checks_of_the_loop_nothing_is_noted() {
    patient()
        .debug(false)
        .run(async {
            let _task = spawn(async { leaf(pending::<()>()).await }).named("waiter");
            yield_now().await;
            let waiter = task(&task_tree(), "waiter");
            assert_eq!(waiter["awaits"], Value::Array(vec![]));
            assert!(waiter["age_ms"].is_null() && waiter["since_ms"].is_null());
        })
        .unwrap();
}

#[test]
fn where_a_task_stood_before_the_checks_were_off_is_forgotten() {
    run(async {
        let (first, waits_for_first) = promise::<()>();
        let line = line!() + 2;
        let _task = spawn(async {
            middle(waits_for_first).await.unwrap();
            leaf(pending::<()>()).await;
        })
        .named("waiter");
        yield_now().await;
        assert_stands(&task_tree(), "waiter", &format!("middle:{line}(leaf:{MIDDLE})"));
        handle().set_debug(false);
        first.set(()).unwrap();
        yield_now().await;
        // It went on, unseen.
        assert_stands(&task_tree(), "waiter", "");
        handle().set_debug(true);
        assert_stands(&task_tree(), "waiter", "");
    });
}

#[test]
fn tasks_that_await_each_other_are_a_tree() {
    run(async {
        let inner = spawn(pending::<()>()).named("inner");
        let outer = spawn(async { inner.await.unwrap() }).named("outer");
        yield_now().await;
        yield_now().await;
        let tree = task_tree();
        let id = |name| task(&tree, name)["id"].clone();
        assert_eq!(task(&tree, "inner")["awaited_by"], id("outer"));
        assert!(task(&tree, "outer")["awaited_by"].is_null());
        assert!(tree.to_string().contains("\n└── inner: waiting"), "{tree}");
        drop(outer);
    });
}

#[test]
fn whatever_a_task_is_called_its_tree_is_json() {
    run(async {
        let name = "a \"quoted\" \\ name\n</script> 🦀 \u{1}";
        let _task = spawn(pending::<()>()).named(name);
        assert_eq!(task(&task_tree(), name)["name"], name);
    });
}
