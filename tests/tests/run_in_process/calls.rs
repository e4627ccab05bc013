//! Calls that go well: outputs, order, workers side by side, executors.

use std::collections::{BTreeMap, BTreeSet};

use async_io::block_on;
use checked_async::{RunInProcess, WorkerPool, run_in_process};
use futures::future::{join, join_all};

use crate::functions::*;
use crate::processes::*;

crate::checks! {
    output,
    order,
    workers_run_side_by_side,
    calls_begin_without_being_polled,
    workers_are_reused,
    no_more_workers_than_allowed,
    megabytes,
    attributes_of_serde,
    standard_input_is_empty,
    worker_has_one_argument,
    worker_leads_its_group,
    any_executor,
    another_program,
}

fn one_worker() -> WorkerPool {
    WorkerPool::builder().max_workers(1).build()
}

fn output() {
    assert_eq!(block_on(run_in_process(double, 21)).unwrap(), 42);
}

fn order() {
    let pool = one_worker();
    let calls: Vec<_> = (0..20).map(|_| pool.run(count, ())).collect();
    // They are awaited the other way round.
    let counts: Vec<u32> = calls.into_iter().rev().map(|call| block_on(call).unwrap()).collect();
    assert_eq!(counts, (0..20).rev().collect::<Vec<_>>());
}

fn workers_run_side_by_side() {
    let notes = Notes::new("side_by_side");
    let (a, b) = (notes.file("a"), notes.file("b"));
    let pool = WorkerPool::builder().max_workers(2).build();
    let calls = join(pool.run(meet, (a.clone(), b.clone())), pool.run(meet, (b, a)));
    let (a, b) = block_on(calls);
    assert!(a.unwrap() && b.unwrap());
}

fn calls_begin_without_being_polled() {
    let notes = Notes::new("unpolled");
    let call = one_worker().run(hang, notes.file("number"));
    wait_number(&notes.file("number"));
    drop(call);
}

fn workers_are_reused() {
    let pool = WorkerPool::builder().max_workers(8).build();
    let processes: BTreeSet<u32> = (0..50).map(|_| block_on(pool.run(process, ())).unwrap()).collect();
    assert_eq!(processes.len(), 1, "{processes:?}");
    assert!(!processes.contains(&std::process::id()));
}

fn no_more_workers_than_allowed() {
    let pool = WorkerPool::builder().max_workers(3).build();
    let processes = block_on(join_all((0..100).map(|_| pool.run(process, ()))));
    let processes: BTreeSet<u32> = processes.into_iter().map(Result::unwrap).collect();
    assert!(processes.len() <= 3, "{processes:?}");
}

fn megabytes() {
    let bytes: Vec<u8> = (0..10_000_000u32).map(|n| n as u8).collect();
    let mut reversed = block_on(run_in_process(reversed, bytes.clone())).unwrap();
    reversed.reverse();
    assert!(reversed == bytes);
    let text = "ä€".repeat(2_000_000);
    assert!(block_on(run_in_process(same, text.clone())).unwrap() == text);
}

fn attributes_of_serde() {
    let more = BTreeMap::from([("x".to_owned(), -0.5), ("y".to_owned(), f64::INFINITY)]);
    let attributes = Attributes { absent: None, present: Some(-1), more, big: u128::MAX };
    assert_eq!(block_on(run_in_process(same, attributes.clone())).unwrap(), attributes);
    let shapes = vec![Shape::Bytes(vec![0, 255]), Shape::Circle { radius: 1.5 }, Shape::Word('ö'), Shape::Nothing];
    assert_eq!(block_on(run_in_process(same, shapes.clone())).unwrap(), shapes);
}

fn standard_input_is_empty() {
    let pool = one_worker();
    assert_eq!(block_on(pool.run(read_input, ())).unwrap(), 0);
    assert_eq!(block_on(pool.run(count, ())).unwrap(), 0);
}

fn worker_has_one_argument() {
    assert_eq!(block_on(run_in_process(arguments, ())).unwrap(), ["--checked-async-worker"]);
}

/// So Ctrl-C in a terminal does not reach it.
fn worker_leads_its_group() {
    let (group, number) = block_on(run_in_process(group, ())).unwrap();
    assert_eq!(group, number);
}

fn any_executor() {
    fn is_send(call: RunInProcess<u64>) -> RunInProcess<u64> {
        fn check<T: Send + Sync + Unpin + 'static>(value: T) -> T {
            value
        }
        check(call)
    }
    assert_eq!(futures::executor::block_on(run_in_process(double, 1)).unwrap(), 2);
    assert_eq!(smol::block_on(smol::spawn(is_send(run_in_process(double, 2)))).unwrap(), 4);
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let joined = tokio.block_on(tokio.spawn(run_in_process(double, 3)));
    assert_eq!(joined.unwrap().unwrap(), 6);
}

fn another_program() {
    let this = std::env::current_exe().unwrap();
    let pool = WorkerPool::builder().program(this).build();
    assert_eq!(block_on(pool.run(double, 4)).unwrap(), 8);
}
