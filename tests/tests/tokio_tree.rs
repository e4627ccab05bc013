//! The tree of supervised tasks of tokio: seen from any thread.
#![cfg(debug_assertions)]

use std::future::pending;
use std::sync::mpsc;
use std::thread;

use checked_async::checked_async;
use checked_async::tokio::{spawn, spawn_blocking, task_tree};
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::task::yield_now;

#[checked_async]
async fn wait() {
    pending().await
}

/// The task of this name, if it is there.
fn task(name: &str) -> Option<Value> {
    let json: Value = serde_json::from_str(&task_tree().to_json()).unwrap();
    json["tasks"].as_array().unwrap().iter().find(|task| task["name"] == name).cloned()
}

#[test]
fn a_task_stands_where_it_waits_and_below_who_awaits_it() {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let line = line!() + 1;
        let inner = spawn(async { wait().await }).named("inner");
        assert_eq!(task("inner").unwrap()["state"], "not begun");
        let abort = inner.abort_handle();
        let outer = spawn(async { inner.await.is_err() }).named("outer");
        yield_now().await;
        yield_now().await;
        let (inner, outer_seen) = (task("inner").unwrap(), task("outer").unwrap());
        assert_eq!((&inner["state"], &inner["awaited_by"]), (&"waiting".into(), &outer_seen["id"]));
        assert_eq!(inner["awaits"][0]["function"], "tokio_tree::wait");
        assert_eq!(inner["awaits"][0]["at"]["line"], line);
        abort.abort();
        assert!(outer.await.unwrap());
        assert!(task("inner").is_none() && task("outer").is_none());
    });
}

#[test]
fn a_task_is_seen_from_another_thread() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let started = runtime.spawn(async {
        let task = spawn(async { wait().await }).named("elsewhere");
        while self::task("elsewhere").unwrap()["state"] != "waiting" {
            yield_now().await;
        }
        (task,)
    });
    let (task_of_worker,) = runtime.block_on(started).unwrap();
    let seen = thread::spawn(|| task("elsewhere").unwrap()).join().unwrap();
    assert_eq!(seen["awaits"][0]["function"], "tokio_tree::wait");
    task_of_worker.abort();
    assert!(runtime.block_on(task_of_worker).is_err());
    assert!(task("elsewhere").is_none());
}

#[test]
fn what_runs_is_running() {
    #[checked_async]
    async fn ask() -> Value {
        task("asks").unwrap()
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let seen = spawn(async { ask().await }).named("asks").await.unwrap();
        assert_eq!(
            (&seen["state"], &seen["awaits"][0]["function"]),
            (&"running".into(), &"tokio_tree::what_runs_is_running::ask".into())
        );
        let (begun, begins) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let closure = spawn_blocking(move || {
            begun.send(()).unwrap();
            assert!(released.recv().is_err());
        });
        let closure = closure.named("closure");
        begins.recv().unwrap();
        assert_eq!(task("closure").unwrap()["state"], "running");
        drop(release);
        closure.await.unwrap();
        assert!(task("closure").is_none());
    });
}
