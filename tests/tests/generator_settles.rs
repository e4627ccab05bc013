//! A cleanup begins when what was dropped on the way to it is closed, wherever it stands and whoever polls.

use checked_async::{adopting, adopting_local, capture, checked_async, closing, generator, spawn};
use checked_async_tests::log::SharedLog as Log;
use checked_async_tests::patient::run_patiently;
use futures::FutureExt as _;
use futures::future::{join, join_all, pending};
use futures::stream::{FuturesUnordered, StreamExt as _};
use std::future::Future;
use std::rc::Rc;
use std::sync::Mutex;

async fn pause() {
    futures_lite::future::yield_now().await;
}

#[generator]
async fn rows(log: Log) -> u32 {
    defer! {
        pause().await;
        log.note("rows");
    }
    yield_!(1);
    yield_!(2);
}

/// Its cleanup awaits nothing.
#[generator(allow(unclosed_generator))]
async fn cursor(log: Log) -> u32 {
    defer! { log.note("cursor"); }
    let mut rows = rows(log.clone());
    while let Some(row) = rows.next().await {
        yield_!(row);
    }
}

#[checked_async(allow(unclosed_generator))]
async fn leaves_cursor(log: Log) -> Option<u32> {
    let mut cursor = cursor(log);
    cursor.next().await
}

/// Runs a task in every way to run one, and compares what it does with what is expected.
#[track_caller]
fn in_every_task<F: Future<Output = ()> + Send + 'static>(task: fn(Log) -> F, expected: &[&str]) {
    let ways: [(&str, &dyn Fn(F)); 6] = [
        ("a task of the loop", &|task| run_patiently(async { spawn(task).await.unwrap() })),
        ("the main task of the loop", &|task| run_patiently(task)),
        ("a supervised task of tokio", &|task| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
            runtime.block_on(async { checked_async::tokio::spawn(task).await.unwrap() });
        }),
        ("a task of tokio that adopts", &|task| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async { tokio::spawn(adopting(task)).await.unwrap() });
        }),
        ("a task of smol", &|task| smol::block_on(async { smol::spawn(adopting(task)).await })),
        ("no task", &|task| futures::executor::block_on(adopting_local(task))),
    ];
    for (way, run) in ways {
        let log = Log::default();
        let ((), _) = capture(|| run(task(log.clone())));
        assert_eq!(log.notes(), expected, "{way}");
    }
}

#[test]
fn of_a_generator_that_is_left_to_its_task() {
    in_every_task(|log| leaves_cursor(log).map(drop), &["rows", "cursor"]);
}

#[test]
fn of_a_generator_that_is_closed() {
    #[checked_async]
    async fn closes(log: Log) {
        let mut cursor = cursor(log.clone());
        cursor.next().await;
        cursor.aclose().await;
        log.note("went on");
    }
    in_every_task(closes, &["rows", "cursor", "went on"]);
}

#[test]
fn of_a_generator_that_comes_to_its_end() {
    #[generator(allow(unclosed_generator))]
    async fn two(log: Log) -> u32 {
        defer! { log.note("two"); }
        for _ in 0..2 {
            let mut rows = rows(log.clone());
            let first = rows.next().await.unwrap();
            yield_!(first);
        }
    }
    #[checked_async]
    async fn iterates(log: Log) {
        #[for_await]
        for _ in two(log.clone()) {}
        log.note("went on");
    }
    in_every_task(iterates, &["rows", "rows", "two", "went on"]);
}

#[test]
fn of_a_checked_function() {
    #[checked_async(allow(unclosed_generator))]
    async fn without_a_value(log: Log) {
        defer! { log.note("function"); }
        let mut cursor = cursor(log.clone());
        cursor.next().await;
    }
    #[checked_async(allow(unclosed_generator))]
    async fn that_awaits(log: Log) -> Result<u32, String> {
        defer! {
            pause().await;
            log.note("function");
        }
        let mut cursor = cursor(log.clone());
        let row = cursor.next().await.ok_or("none")?;
        if row == 1 {
            return Err("one".to_owned());
        }
        Ok(row)
    }
    #[checked_async(allow(unclosed_generator))]
    async fn with_a_plain_value(log: Log) -> Result<u32, String> {
        defer! { log.note("function"); }
        let mut cursor = cursor(log.clone());
        Ok(cursor.next().await.ok_or("none")?)
    }
    #[checked_async(allow(unclosed_generator))]
    async fn all(log: Log) {
        without_a_value(log.clone()).await;
        assert_eq!(with_a_plain_value(log.clone()).await, Ok(1));
        assert!(that_awaits(log).await.is_err());
    }
    in_every_task(all, &["rows", "cursor", "function"].repeat(3));
}

#[test]
fn of_a_loop_whose_body_drops_a_generator() {
    #[generator]
    async fn outer(log: Log) -> u32 {
        defer! { log.note("outer"); }
        yield_!(1);
        yield_!(2);
    }
    #[checked_async(allow(unclosed_generator))]
    async fn iterates(log: Log) {
        #[for_await]
        for _ in outer(log.clone()) {
            let mut cursor = cursor(log.clone());
            if cursor.next().await.is_some() {
                break;
            }
        }
        log.note("went on");
    }
    in_every_task(iterates, &["rows", "cursor", "outer", "went on"]);
}

#[test]
fn of_a_scope_that_closes() {
    #[generator]
    async fn outer(log: Log) -> u32 {
        defer! { log.note("outer"); }
        yield_!(1);
        yield_!(2);
    }
    async fn scope(log: Log) {
        closing(outer(log.clone()), async |outer| {
            outer.next().await;
            cursor(log.clone()).next().await;
        })
        .await;
        log.note("went on");
    }
    // It cannot be shown to be `Send`, so not every task takes it.
    let log = Log::default();
    let ((), _) = capture(|| run_patiently(scope(log.clone())));
    log.assert(&["rows", "cursor", "outer", "went on"]);
    let elsewhere = Log::default();
    let ((), _) = capture(|| futures::executor::block_on(adopting_local(scope(elsewhere.clone()))));
    elsewhere.assert(&["rows", "cursor", "outer", "went on"]);
}

/// They poll what has woken itself, some of them at once.
#[test]
fn among_others_that_are_polled_by_the_same_task() {
    async fn in_sets(log: Log) {
        let unordered: FuturesUnordered<_> = (0..3).map(|_| leaves_cursor(log.clone())).collect();
        assert_eq!(unordered.collect::<Vec<_>>().await, [Some(1); 3]);
        pause().await;
        log.note("joined");
        join(leaves_cursor(log.clone()), leaves_cursor(log.clone())).await;
        pause().await;
        log.note("all");
        join_all((0..40).map(|_| leaves_cursor(log.clone()))).await;
        pause().await;
    }
    // All of a set are dropped in one poll, and closed in that order.
    let closed = |count| ["rows", "cursor"].repeat(count);
    let expected = [closed(3), vec!["joined"], closed(2), vec!["all"], closed(40)].concat();
    in_every_task(in_sets, &expected);
}

/// A set that polls what has woken itself a second time, before its task has closed what was left.
#[test]
fn in_a_set_that_polls_twice() {
    #[checked_async(allow(unclosed_generator))]
    async fn with_cleanup(log: Log) {
        defer! { log.note("function"); }
        pause().await;
        rows(log.clone()).next().await;
    }
    async fn in_a_set(log: Log) {
        let mut set: FuturesUnordered<_> =
            [with_cleanup(log.clone()).boxed(), pending().boxed(), pending().boxed()].into_iter().collect();
        set.next().await;
    }
    in_every_task(in_a_set, &["rows", "function"]);
}

/// What polls until it is ready, in the poll of a task, cannot wait for that poll to end. It must not hang.
#[test]
fn not_where_that_would_be_for_ever() {
    #[checked_async(allow(unclosed_generator))]
    async fn with_cleanup(log: Log) {
        defer! { log.note("function"); }
        rows(log.clone()).next().await;
    }
    fn blocks(log: Log) {
        futures_lite::future::block_on(with_cleanup(log));
    }
    async fn task(log: Log) {
        blocks(log.clone());
        log.note("unblocked");
    }
    in_every_task(task, &["function", "unblocked", "rows"]);
}

/// Where nobody adopts nothing is waited for.
#[test]
fn not_where_there_is_no_task() {
    let log = Log::default();
    let ((), _) = capture(|| {
        let mut cursor = cursor(log.clone());
        assert_eq!(cursor.next().now_or_never(), Some(Some(1)));
        assert_eq!(cursor.aclose().now_or_never(), Some(()));
    });
    log.assert(&["cursor"]);
}

/// An await before the cleanup is one that what is returned would live across.
#[test]
fn a_future_stays_send_whatever_it_returns() {
    #[checked_async]
    async fn shared(log: Log) -> Rc<u32> {
        defer! { log.note("function"); }
        pause().await;
        Rc::new(1)
    }
    #[checked_async]
    async fn fails(log: Log) -> Result<(), Box<dyn std::error::Error>> {
        defer! { log.note("function"); }
        pause().await;
        Err("failed")?;
        Ok(())
    }
    #[checked_async]
    async fn task(log: Log) {
        assert_eq!(*shared(log.clone()).await, 1);
        assert!(fails(log).await.is_err());
    }
    in_every_task(task, &["function", "function"]);
}

fn send<T: Send>(_: T) {}

/// Where the cleanup is all that could be waited for, and where a variable is given up before anything is awaited.
#[test]
fn a_future_stays_send_whatever_its_variables_are() {
    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
    mod own {
        pub(super) type Result<T, E> = std::result::Result<T, std::rc::Rc<E>>;
    }
    static COUNT: Mutex<u32> = Mutex::new(1);

    #[checked_async]
    async fn variable(log: Log) -> u32 {
        pause().await;
        let shared = Rc::new(1);
        defer! { log.note("function"); }
        *shared
    }
    #[checked_async]
    async fn guard_is_dropped(log: Log) -> Option<u32> {
        let locked = COUNT.lock().ok()?;
        defer! { log.note("function"); }
        let half = log.notes().len().checked_sub(1)?;
        drop(locked);
        pause().await;
        u32::try_from(half).ok()
    }
    #[checked_async]
    async fn given_to_the_cleanup(log: Log) -> u32 {
        let locked = COUNT.lock().unwrap();
        defer! {
            drop(locked);
            pause().await;
            log.note("function");
        }
        1
    }
    #[checked_async]
    async fn another_result(log: Log) -> Result<u32> {
        defer! { log.note("function"); }
        pause().await;
        Ok(1)
    }
    #[checked_async]
    async fn another_result_by_its_path(log: Log) -> own::Result<u32, String> {
        defer! { log.note("function"); }
        pause().await;
        Ok(1)
    }
    #[checked_async]
    async fn spawns(log: Log) -> Rc<u32> {
        defer! { tokio::spawn(async move { log.note("function"); pause().await; }); }
        pause().await;
        Rc::new(1)
    }
    #[generator]
    async fn in_blocks(log: Log) -> u32 {
        let variable = {
            let shared = Rc::new(1);
            defer! { log.note("block"); }
            *shared
        };
        yield_!(variable);
        let value = *{
            defer! { log.note("block"); }
            pause().await;
            Rc::new(1)
        };
        yield_!(value);
        let value = *loop {
            defer! { log.note("loop"); }
            pause().await;
            break Rc::new(1);
        };
        yield_!(value);
        #[allow(unreachable_code, unused_variables, clippy::diverging_sub_expression)]
        if value == 2 {
            let never: Rc<u32> = {
                defer! { log.note("loop"); }
                pause().await;
                return;
            };
        }
    }
    let log = Log::default();
    send(variable(log.clone()));
    send(guard_is_dropped(log.clone()));
    send(given_to_the_cleanup(log.clone()));
    send(another_result(log.clone()));
    send(another_result_by_its_path(log.clone()));
    send(spawns(log.clone()));
    send(in_blocks(log));
}

/// In loops and blocks, by their ends and their exits without a value.
#[test]
fn of_what_stands_in_loops_and_blocks() {
    #[checked_async(allow(unclosed_generator))]
    async fn in_loops(log: Log) -> Rc<u32> {
        for n in 0..3 {
            defer! { log.note("loop"); }
            if rows(log.clone()).next().await.is_none() || n == 1 {
                break;
            }
        }
        'block: {
            defer! { log.note("block"); }
            if rows(log.clone()).next().await.is_some() {
                break 'block;
            }
            log.note("never");
        }
        if log.notes().len() == 6 {
            defer! { log.note("branch"); }
            let mut rows = rows(log.clone());
            rows.next().await;
        }
        Rc::new(1)
    }
    let expected = ["rows", "loop", "rows", "loop", "rows", "block", "rows", "branch"];
    in_every_task(|log| in_loops(log).map(drop), &expected);
}
