//! Tasks of plain tokio that checked functions start: in the tree as long as they are alive, and once, whatever is polled
//! within what.
#![cfg(debug_assertions)]

use std::future::{Future, pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::task::Poll;
use std::thread;

use checked_async::tokio::task_tree;
use checked_async::{capture, checked_async};
use checked_async_tests::by_hand::assert_silent;
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinSet, LocalSet, yield_now};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The tasks that were started in these lines of this file, by their order.
fn started(lines: std::ops::Range<u32>) -> Vec<Value> {
    let json: Value = serde_json::from_str(&task_tree().to_json()).unwrap();
    let is_there = |task: &&Value| {
        let at = &task["spawned_at"];
        at["file"].as_str().unwrap().ends_with("tokio_plain.rs")
            && lines.contains(&(at["line"].as_u64().unwrap() as u32))
    };
    json["tasks"].as_array().unwrap().iter().filter(is_there).cloned().collect()
}

/// The tasks that were started in this line.
fn started_at(line: u32) -> Vec<Value> {
    started(line..line + 1)
}

/// The only task that was started in this line.
#[track_caller]
fn only(line: u32) -> Value {
    let tasks = started_at(line);
    let [task] = &*tasks else { panic!("not one task: {tasks:#?}") };
    task.clone()
}

/// Lets the others run.
async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

#[checked_async]
async fn stuck() {
    pending::<()>().await
}

#[checked_async]
async fn serve() {
    stuck().await;
}

#[test]
fn a_stuck_task_is_seen_where_it_stands() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let task = tokio::spawn(serve());
        let seen = only(line);
        assert_eq!((&seen["name"], &seen["state"]), (&"tokio_plain::serve".into(), &"not begun".into()));
        settle().await;
        let seen = only(line);
        assert_eq!(seen["name"], format!("tokio_plain::serve (task {})", task.id()));
        assert_eq!((&seen["state"], &seen["awaits"][0]["function"]), (&"waiting".into(), &"tokio_plain::serve".into()));
        let inner = &seen["awaits"][0]["awaits"][0];
        assert_eq!(inner["function"], "tokio_plain::stuck");
        // It stands where `serve` awaits it.
        assert_eq!(inner["at"]["line"], line - 8);
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(started_at(line).is_empty());
    }
    runtime().block_on(start());
}

#[test]
fn an_async_block_is_known_by_its_number() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let task = tokio::task::spawn(async { stuck().await });
        settle().await;
        let seen = only(line);
        assert_eq!(seen["name"], format!("task {}", task.id()));
        assert_eq!(seen["awaits"][0]["at"]["line"], line);
        assert!(seen["since_ms"].is_number() && seen["age_ms"].is_number());
    }
    let line = line!() - 8;
    runtime().block_on(start());
    // The runtime is gone, and the task with it.
    assert!(started_at(line).is_empty());
}

#[test]
fn tasks_that_are_started_in_the_arguments_of_a_macro_are_seen() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let tasks = vec![tokio::spawn(serve()), tokio::task::spawn(stuck())];
        let names: Vec<_> = started_at(line).iter().map(|task| task["name"].clone()).collect();
        assert_eq!(names, ["tokio_plain::serve", "tokio_plain::stuck"]);
        for task in &tasks {
            task.abort();
        }
    }
    runtime().block_on(start());
}

/// Parentheses that are the user's are no fault of theirs.
#[test]
#[deny(unused_parens)]
fn a_handle_in_parentheses_is_awaited_without_a_warning() {
    #[checked_async]
    async fn start() -> u32 {
        let task = tokio::spawn(async { 1 });
        (task).await.unwrap() + (tokio::spawn(async { 2 })).await.unwrap()
    }
    assert_eq!(runtime().block_on(start()), 3);
}

#[test]
fn a_task_in_several_places_at_once_is_seen_in_all() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let task = tokio::spawn(async {
            futures::join!(stuck(), serve());
        });
        settle().await;
        let seen = only(line);
        let mut names: Vec<_> =
            seen["awaits"].as_array().unwrap().iter().map(|call| call["function"].clone()).collect();
        names.sort_by_key(Value::to_string);
        assert_eq!(names, ["tokio_plain::serve", "tokio_plain::stuck"]);
        task.abort();
    }
    runtime().block_on(start());
}

#[test]
fn where_a_task_stands_changes_with_its_polls() {
    #[checked_async]
    async fn first() {
        yield_now().await;
    }
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let task = tokio::spawn(async {
            first().await;
            poll_fn(|_| Poll::<()>::Pending).await;
        });
        yield_now().await;
        let calls = only(line)["awaits"].clone();
        assert_eq!(calls[0]["function"], "tokio_plain::where_a_task_stands_changes_with_its_polls::first");
        settle().await;
        assert_eq!(only(line)["awaits"], Value::Array(vec![]));
        task.abort();
    }
    runtime().block_on(start());
}

#[test]
fn what_runs_is_running() {
    #[checked_async]
    async fn ask(line: u32) -> Value {
        only(line)
    }
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let seen = tokio::spawn(async move { ask(line).await }).await.unwrap();
        assert_eq!(seen["state"], "running");
        assert_eq!(seen["awaits"][0]["function"], "tokio_plain::what_runs_is_running::ask");
        assert!(started_at(line).is_empty());
    }
    runtime().block_on(start());
}

#[test]
fn a_task_that_has_ended_is_gone_however_it_did() {
    #[checked_async]
    async fn start() {
        let line = line!();
        let finished = tokio::spawn(async { 42 });
        let panicked = tokio::spawn(async {
            yield_now().await;
            std::panic::resume_unwind(Box::new("out of paper"));
        });
        let aborted = tokio::spawn(async { stuck().await });
        let never_polled = tokio::spawn(async { stuck().await });
        never_polled.abort();
        settle().await;
        aborted.abort();
        assert_eq!(finished.await.unwrap(), 42);
        assert_eq!(panicked.await.unwrap_err().into_panic().downcast_ref(), Some(&"out of paper"));
        assert!(aborted.await.unwrap_err().is_cancelled() && never_polled.await.unwrap_err().is_cancelled());
        assert!(started(line..line!()).is_empty());
    }
    assert_silent(&capture(|| runtime().block_on(start())).1);
}

#[test]
fn a_dropped_handle_does_not_hide_the_task() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        tokio::spawn(async { stuck().await });
        settle().await;
        assert_eq!(only(line)["awaits"][0]["function"], "tokio_plain::stuck");
    }
    runtime().block_on(start());
}

#[test]
fn a_method_starts_a_task_as_a_function_does() {
    #[checked_async]
    async fn start() {
        let mut set = JoinSet::new();
        let handle = Handle::current();
        let local = LocalSet::new();
        let line = line!();
        set.spawn(async { stuck().await });
        handle.spawn(async { stuck().await });
        local.spawn_local(async { stuck().await });
        settle().await;
        local.run_until(settle()).await;
        let seen = started(line..line!());
        assert_eq!(seen.len(), 3, "{seen:#?}");
        for task in &seen {
            assert_eq!(
                (&task["state"], &task["awaits"][0]["function"]),
                (&"waiting".into(), &"tokio_plain::stuck".into())
            );
        }
        drop((set, local));
        settle().await;
        assert_eq!(started(line..line!()).len(), 1);
    }
    runtime().block_on(start());
}

/// What is supervised is listed as that, and not as a task of plain tokio too.
#[test]
fn a_supervised_task_is_listed_once() {
    mod reexported {
        pub(super) use checked_async::tokio::spawn;
    }
    #[checked_async]
    async fn start() {
        let line = line!();
        let mut set = checked_async::tokio::JoinSet::new();
        let by_function = checked_async::tokio::spawn(async { stuck().await }).named("by function");
        let unseen = reexported::spawn(async { stuck().await }).named("unseen");
        let by_checked_function = checked_async::tokio::spawn(serve()).named("by checked function");
        set.spawn(async { stuck().await });
        let within = checked_async::tokio::spawn(async { group().await }).named("within");
        assert_eq!(started(line..line!()).len(), 6, "the set's is not known to be in it until it is polled");
        settle().await;
        let seen = started(line..line!());
        assert_eq!(seen.len(), 5, "{seen:#?}");
        assert!(seen.iter().all(|task| task["state"] == "waiting"));
        for task in [by_function, unseen, by_checked_function, within] {
            task.abort();
        }
    }
    runtime().block_on(start());
}

/// A group of futures, with a method of that name.
#[derive(Default)]
struct Group<F>(FuturesUnordered<F>);

impl<F: Future> Group<F> {
    fn spawn(&mut self, future: F) {
        self.0.push(future);
    }
}

/// A future that is polled within the task that awaits the group.
#[checked_async]
async fn group() {
    let mut group = Group(FuturesUnordered::new());
    group.spawn(async { stuck().await });
    group.0.next().await;
}

/// Where that is.
fn line_of_group() -> u32 {
    line!() - 7
}

#[test]
fn what_is_part_of_a_task_is_no_task() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let task = tokio::spawn(group());
        settle().await;
        assert_eq!(only(line)["state"], "waiting");
        assert!(started_at(line_of_group()).iter().all(|task| task["state"] == "not begun"));
        task.abort();
    }
    runtime().block_on(start());
}

/// What others poll on a thread that a task of tokio's has is not that task.
#[test]
fn a_task_of_another_executor_is_none_of_tokio() {
    #[checked_async]
    async fn start() {
        let line = line!();
        let executor = smol::LocalExecutor::new();
        let task = executor.spawn(async { stuck().await });
        let within = executor.run(async {
            for _ in 0..5 {
                smol::future::yield_now().await;
            }
            started(line..line!())
        });
        assert_eq!(within.await, [] as [Value; 0]);
        drop(task);
    }
    fn on_smol() {
        smol::block_on(start());
    }
    #[checked_async]
    async fn start_in_a_task() {
        tokio::spawn(async { on_smol() }).await.unwrap();
    }
    runtime().block_on(start());
    on_smol();
    runtime().block_on(start_in_a_task());
}

#[test]
fn a_task_of_the_event_loop_is_none_of_tokio() {
    #[checked_async]
    async fn start() {
        let line = line!();
        let group = checked_async::task_group(async |group| {
            group.spawn(async {
                stuck().await;
                Ok(())
            });
            let task = checked_async::spawn(async { stuck().await });
            checked_async::yield_now().await;
            checked_async::yield_now().await;
            assert!(started(line..line!()).is_empty());
            task.cancel();
            Err::<(), ()>(())
        });
        assert!(group.await.is_err());
    }
    checked_async::run(start());
    runtime().block_on(async { tokio::task::spawn_blocking(|| checked_async::run(start())).await.unwrap() });
}

/// A runtime in a closure of another one: the tasks of both are listed.
#[test]
fn nested_runtimes_have_tasks_of_their_own() {
    #[checked_async]
    async fn inner() -> u32 {
        let line = line!() + 1;
        let task = tokio::spawn(async { stuck().await });
        while only(line)["state"] != "waiting" {
            yield_now().await;
        }
        assert_eq!(only(line)["awaits"][0]["function"], "tokio_plain::stuck");
        task.abort();
        assert!(task.await.is_err());
        line
    }
    #[checked_async]
    async fn outer() {
        let line = line!() + 1;
        let task = tokio::spawn(async move {
            assert_eq!(only(line)["state"], "running");
            let handle = Handle::current();
            let blocks = move || (runtime().block_on(inner()), handle.block_on(inner()));
            tokio::task::spawn_blocking(blocks).await.unwrap()
        });
        let (one, other) = task.await.unwrap();
        assert!(one == other && started_at(one).is_empty() && started_at(line).is_empty());
    }
    Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(outer());
}

/// A set of local tasks that a task runs: its tasks are polled within that one, and are tasks nevertheless.
#[test]
fn a_task_within_a_task_is_one_too() {
    #[checked_async]
    async fn local() {
        let line = line!() + 1;
        let task = tokio::task::spawn_local(async { stuck().await });
        settle().await;
        assert_eq!(only(line)["state"], "waiting");
        task.abort();
    }
    #[checked_async]
    async fn outer() {
        let line = line!() + 1;
        let task = tokio::task::spawn_local(async move {
            LocalSet::new().run_until(local()).await;
            // What was polled within is another's, and this one runs still.
            assert_eq!(only(line)["state"], "running");
        });
        task.await.unwrap();
    }
    LocalSet::new().block_on(&runtime(), outer());
}

#[test]
fn a_task_is_seen_from_another_thread() {
    #[checked_async]
    async fn start() -> u32 {
        let line = line!() + 1;
        let task = tokio::spawn(async { stuck().await });
        while only(line)["state"] != "waiting" {
            yield_now().await;
        }
        drop(task);
        line
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let line = runtime.block_on(start());
    let seen = thread::spawn(move || only(line)).join().unwrap();
    assert_eq!(seen["awaits"][0]["function"], "tokio_plain::stuck");
    drop(runtime);
    assert!(started_at(line).is_empty());
}

/// A supervised task that a task of plain tokio awaits stands below it.
#[test]
fn who_awaits_a_supervised_task_is_known() {
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let awaits = tokio::spawn(async {
            let awaited = checked_async::tokio::spawn(async { stuck().await }).named("awaited by a plain one");
            let _may_be_aborted = awaited.abort_handle();
            awaited.await.unwrap();
        });
        settle().await;
        let (awaiter, awaited) = (only(line), only(line + 1));
        assert_eq!((&awaited["name"], &awaited["awaited_by"]), (&"awaited by a plain one".into(), &awaiter["id"]));
        awaits.abort();
    }
    runtime().block_on(start());
}

/// A task whose handle a checked function awaits stands below the task that does.
#[test]
fn who_awaits_a_task_is_known_where_its_handle_is_awaited_by_name() {
    #[checked_async]
    async fn awaits_all() {
        let one = tokio::spawn(async { stuck().await });
        let mut other = tokio::spawn(async {
            let reference = tokio::spawn(async { stuck().await });
            let result = reference.await;
            result.unwrap();
        });
        let many = vec![tokio::spawn(async { 1 }), tokio::spawn(async { pending().await })];
        for task in many {
            let output = task.await.unwrap();
            assert_eq!(output, 1);
        }
        one.await.unwrap();
        (&mut other).await.unwrap();
    }
    #[checked_async]
    async fn start() {
        let line = line!() + 1;
        let outer = tokio::spawn(async { tokio::spawn(awaits_all()).await.unwrap() });
        settle().await;
        let seen = started_at(line);
        let [outer_seen, inner] = &*seen else { panic!("{seen:#?}") };
        assert_eq!((&outer_seen["awaited_by"], &inner["awaited_by"]), (&Value::Null, &outer_seen["id"]));
        let first = line - 17;
        let awaited_by = |line: u32| started_at(line).iter().map(|task| task["awaited_by"].clone()).collect::<Vec<_>>();
        assert_eq!(awaited_by(first), [Value::Null]);
        assert_eq!(awaited_by(first + 2), [only(first + 1)["id"].clone()]);
        // The first of the loop is finished.
        assert_eq!(awaited_by(first + 6), [inner["id"].clone()]);
        outer.abort();
    }
    runtime().block_on(start());
}

/// A report says in which task it was made.
#[test]
fn a_report_names_the_task() {
    #[checked_async]
    async fn blocks() {
        block();
    }
    fn block() {
        thread::sleep(std::time::Duration::from_millis(150));
    }
    #[checked_async]
    async fn start() -> String {
        let task = tokio::spawn(blocks());
        let id = task.id();
        task.await.unwrap();
        format!("tokio_plain::a_report_names_the_task::blocks (task {id})")
    }
    let (name, violations) = capture(|| runtime().block_on(start()));
    let [violation] = &*violations else { panic!("not one report: {violations:#?}") };
    assert_eq!(violation.task.as_ref(), Some(&name), "{violation}");
}

/// The tree may be asked for wherever code of the user's runs: while a task's future, or its output, is dropped.
#[test]
fn the_tree_may_be_asked_for_in_a_drop() {
    struct Asks(mpsc::Sender<bool>, u32);
    impl Drop for Asks {
        fn drop(&mut self) {
            let _ = self.0.send(started_at(self.1).is_empty());
        }
    }
    #[checked_async]
    async fn start(tell: mpsc::Sender<bool>) {
        let line = line!() + 1;
        let task = tokio::spawn({
            let asks = Asks(tell, line);
            async move {
                let _asks = asks;
                stuck().await;
            }
        });
        settle().await;
        task.abort();
        assert!(task.await.is_err());
    }
    let (tell, told) = mpsc::channel();
    runtime().block_on(start(tell));
    assert_eq!(told.iter().collect::<Vec<_>>(), [true]);
}

/// The wrapper has the traits of what it wraps.
#[test]
fn a_wrapped_future_is_what_it_was() {
    fn is<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe>(value: T) -> T {
        value
    }
    let ready = is(checked_async::private::task(std::future::ready(42)));
    assert_eq!(runtime().block_on(async { tokio::spawn(ready).await.unwrap() }), 42);
    // Outside of any task, as in a test of one's own, it is a future as any other.
    let mut alone = std::pin::pin!(checked_async::private::task(AssertUnwindSafe(async { yield_now().await })));
    let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(alone.as_mut().poll(cx).is_pending());
}
