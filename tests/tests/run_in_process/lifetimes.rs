//! When workers end: with the future of their call, their pool, and the program. Nothing is left of them.

use std::time::Duration;

use async_io::{Timer, block_on};
use checked_async::{WorkerPool, run_in_process, shutdown_workers};
use futures_lite::FutureExt;

use crate::functions::*;
use crate::processes::*;
use crate::scenarios;

crate::checks! {
    dropped_while_it_runs,
    dropped_with_its_subprocess,
    dropped_while_it_waits,
    dropped_at_any_time,
    used_from_many_threads,
    shutdown,
    shutdown_runs_what_was_called_before,
    shutdown_of_nothing,
    pool_is_dropped,
    program_exits,
    program_is_killed,
    no_zombies,
    prints,
}

fn one_worker() -> WorkerPool {
    WorkerPool::builder().max_workers(1).build()
}

fn dropped_while_it_runs() {
    let notes = Notes::new("dropped");
    let pool = one_worker();
    let call = pool.run(hang, notes.file("number"));
    let next = pool.run(process, ());
    let number = wait_number(&notes.file("number"));
    drop(call);
    assert_ne!(block_on(next).unwrap(), number);
    wait_end(number);
}

fn dropped_with_its_subprocess() {
    let notes = Notes::new("subprocess");
    let call = run_in_process(hang_with_subprocess, notes.file("number"));
    let number = wait_number(&notes.file("number"));
    assert!(is_alive(number));
    drop(call);
    wait_end(number);
}

fn dropped_while_it_waits() {
    let notes = Notes::new("waits");
    let pool = one_worker();
    let running = pool.run(hang, notes.file("number"));
    let dropped = pool.run(touch, notes.file("never"));
    let kept = pool.run(touch, notes.file("always"));
    let number = wait_number(&notes.file("number"));
    drop(dropped);
    assert!(is_alive(number), "what runs is not touched");
    drop(running);
    block_on(kept).unwrap();
    assert!(notes.file("always").exists());
    assert!(!notes.file("never").exists());
}

fn dropped_at_any_time() {
    let pool = WorkerPool::builder().max_workers(2).build();
    block_on(async {
        let mut outputs = 0;
        for round in 0..100 {
            let limit = async {
                Timer::after(Duration::from_micros(round * 50)).await;
                None
            };
            let call = pool.run(double, round);
            if let Some(output) = async { Some(call.await.unwrap()) }.or(limit).await {
                assert_eq!(output, 2 * round);
                outputs += 1;
            }
        }
        assert_eq!(pool.run(double, 1).await.unwrap(), 2, "after {outputs} outputs");
        pool.shutdown().await;
    });
}

/// Calls are awaited, dropped early and late, and shut down, all at once. Whatever is awaited is answered.
fn used_from_many_threads() {
    let pool = WorkerPool::builder().max_workers(3).build();
    std::thread::scope(|scope| {
        for thread in 0..6u64 {
            let pool = pool.clone();
            scope.spawn(move || {
                for round in 0..60 {
                    let n = thread * 1000 + round;
                    let calls: Vec<_> = (0..3).map(|more| pool.run(double, n + more)).collect();
                    match (thread + round) % 4 {
                        0 => drop(calls),
                        1 => {
                            let outputs = block_on(futures::future::join_all(calls));
                            let outputs: Vec<u64> = outputs.into_iter().map(Result::unwrap).collect();
                            assert_eq!(outputs, [2 * n, 2 * n + 2, 2 * n + 4]);
                        }
                        2 => {
                            let mut calls = calls;
                            let kept = calls.remove(1);
                            drop(calls);
                            assert_eq!(block_on(kept).unwrap(), 2 * n + 2);
                        }
                        _ => {
                            let stopped = pool.shutdown();
                            let kept = pool.run(double, n);
                            drop(calls);
                            block_on(stopped);
                            assert_eq!(block_on(kept).unwrap(), 2 * n);
                        }
                    }
                }
            });
        }
    });
    block_on(pool.shutdown());
}

fn shutdown() {
    let pool = WorkerPool::builder().max_workers(2).build();
    let number = block_on(pool.run(process, ())).unwrap();
    assert!(is_alive(number));
    block_on(pool.shutdown());
    assert!(!is_alive(number));
    assert_ne!(block_on(pool.run(process, ())).unwrap(), number, "the pool goes on with new workers");
}

fn shutdown_runs_what_was_called_before() {
    let pool = one_worker();
    let before: Vec<_> = (0..3).map(|_| pool.run(count, ())).collect();
    let shutdown = pool.shutdown();
    let after = pool.run(count, ());
    assert_eq!(block_on(after).unwrap(), 0, "it has a new worker");
    block_on(shutdown);
    let before: Vec<_> = before.into_iter().map(|call| block_on(call).unwrap()).collect();
    assert_eq!(before, [0, 1, 2]);
}

fn shutdown_of_nothing() {
    block_on(one_worker().shutdown());
}

fn pool_is_dropped() {
    let pool = one_worker();
    let number = block_on(pool.run(process, ())).unwrap();
    let calls = [pool.run(double, 1), pool.run(double, 2)];
    drop(pool.clone());
    drop(pool);
    let outputs = calls.map(|call| block_on(call).unwrap());
    assert_eq!(outputs, [2, 4]);
    wait_end(number);
}

fn program_exits() {
    let notes = Notes::new("exits");
    scenarios::output("leave_workers", &[notes.folder().to_str().unwrap(), "exit"]);
    wait_end(wait_number(&notes.file("idle")));
    wait_end(wait_number(&notes.file("busy")));
    wait_end(wait_number(&notes.file("subprocess")));
}

fn program_is_killed() {
    let notes = Notes::new("is_killed");
    let mut program = scenarios::start("leave_workers", &[notes.folder().to_str().unwrap(), "stay"]);
    let workers = ["idle", "busy", "subprocess"].map(|name| wait_number(&notes.file(name)));
    assert!(workers.into_iter().all(is_alive));
    program.kill().unwrap();
    program.wait().unwrap();
    workers.into_iter().for_each(wait_end);
}

fn no_zombies() {
    let output = scenarios::output("zombies", &[]);
    assert_eq!(output, "no children\n");
}

fn prints() {
    let output = scenarios::start("prints", &[]).wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "to stdout: first\nto stdout: second, from 4\n");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "to stderr: first\nto stderr: second, from ");
    // The default pool is of this program, whatever other tests do with it.
    block_on(shutdown_workers());
}
