//! What the operations of a generator do, in each of its phases.

use checked_async::{AsyncGen, LocalAsyncGen, Refused, closing, generator};
use checked_async_tests::log::Log;
use futures::FutureExt;
use futures::executor::block_on;
use futures::stream::{FusedStream, StreamExt};
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

/// Notes its drop.
struct Noisy(Log, &'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.0.note(format!("{} dropped", self.1));
    }
}

/// Suspends as often as is said.
async fn turns(mut n: u32) {
    poll_fn(|cx| {
        if n == 0 {
            return Poll::Ready(());
        }
        n -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[generator]
async fn numbers(log: Log, suspensions: u32) -> u32 {
    log.note("opens");
    let _local = Noisy(log.clone(), "local");
    defer! {
        log.note("closing");
        turns(1).await;
        log.note("closed");
    }
    for n in 0..3 {
        turns(suspensions).await;
        yield_!(n);
    }
    log.note("ends");
}

#[test]
fn items_come_in_order_and_then_none() {
    block_on(async {
        let log = Log::default();
        let mut numbers = numbers(log.clone(), 1);
        log.assert(&[]);
        for n in 0..3 {
            assert_eq!(numbers.next().await, Some(n));
        }
        assert!(!numbers.is_finished() && !numbers.is_terminated());
        for _ in 0..3 {
            assert_eq!(numbers.next().await, None);
        }
        assert!(numbers.is_finished() && numbers.is_terminated());
        numbers.aclose().await;
        log.assert(&["opens", "ends", "closing", "closed", "local dropped"]);
    });
}

#[test]
fn closing_leaves_at_the_yield() {
    block_on(async {
        let log = Log::default();
        let mut numbers = numbers(log.clone(), 0);
        assert_eq!(numbers.next().await, Some(0));
        numbers.aclose().await;
        log.assert(&["opens", "closing", "closed", "local dropped"]);
        numbers.aclose().await;
        assert_eq!(numbers.next().await, None);
        log.assert(&["opens", "closing", "closed", "local dropped"]);
    });
}

#[test]
fn a_generator_that_never_started_never_runs() {
    #[generator]
    async fn holds(log: Log, argument: Noisy) -> u32 {
        let _argument = argument;
        log.note("runs");
        yield_!(1);
    }
    let log = Log::default();
    let mut holds = holds(log.clone(), Noisy(log.clone(), "argument"));
    block_on(holds.aclose());
    log.assert(&["argument dropped"]);
    assert_eq!(block_on(holds.next()), None);
    log.assert(&["argument dropped"]);
}

#[test]
fn a_dropped_next_loses_no_item() {
    block_on(async {
        let log = Log::default();
        let mut numbers = numbers(log.clone(), 2);
        let mut seen = Vec::new();
        let mut dropped = 0;
        loop {
            match numbers.next().now_or_never() {
                Some(Some(n)) => seen.push(n),
                Some(None) => break,
                None => dropped += 1,
            }
        }
        assert_eq!((seen, dropped), (vec![0, 1, 2], 7));
        log.assert(&["opens", "ends", "closing", "closed", "local dropped"]);
    });
}

#[test]
fn closing_after_a_dropped_next_runs_the_cleanup() {
    #[generator]
    async fn waits(log: Log) -> u32 {
        defer! { log.note("closed"); }
        let _held = Noisy(log.clone(), "held");
        pending::<()>().await;
        log.note("unreachable");
        yield_!(1);
    }
    block_on(async {
        let log = Log::default();
        let mut waits = waits(log.clone());
        assert_eq!(waits.next().now_or_never(), None);
        assert_eq!(waits.next().now_or_never(), None);
        waits.aclose().await;
        log.assert(&["held dropped", "closed"]);
    });
}

#[test]
fn a_dropped_aclose_goes_on_later() {
    block_on(async {
        let log = Log::default();
        let mut first = numbers(log.clone(), 0);
        assert_eq!(first.next().await, Some(0));
        assert_eq!(first.aclose().now_or_never(), None);
        log.assert(&["opens", "closing"]);
        assert_eq!(first.next().await, None);
        log.assert(&["opens", "closing", "closed", "local dropped"]);
    });
}

#[generator(resume = String)]
async fn echo(log: Log) -> usize {
    let mut received = 0;
    loop {
        let message = yield_!(received);
        if message == "end" {
            return;
        }
        log.note(message);
        received += 1;
    }
}

#[test]
fn values_are_sent() {
    block_on(async {
        let log = Log::default();
        let mut echo = echo(log.clone());
        let error = echo.asend("early".into()).await.unwrap_err();
        assert_eq!(error.to_string(), "value sent to a generator that was not started");
        assert_eq!((error.reason(), error.into_value()), (Refused::NotStarted, "early".to_owned()));
        assert_eq!(echo.start().await, Some(0));
        drop(echo.asend("never polled".into()));
        assert_eq!(echo.asend("a".into()).await, Ok(Some(1)));
        assert_eq!(echo.asend("b".into()).await, Ok(Some(2)));
        assert_eq!(echo.asend("end".into()).await, Ok(None));
        let error = echo.asend("late".into()).await.unwrap_err();
        assert_eq!((error.reason(), error.into_value()), (Refused::Finished, "late".to_owned()));
        assert_eq!(echo.start().await, None);
        log.assert(&["a", "b"]);
    });
}

#[test]
fn next_sends_the_default_value() {
    #[generator(resume = Option<u32>)]
    async fn sums() -> u32 {
        let mut sum = 0;
        while sum < 10 {
            sum += yield_!(sum).unwrap_or(1);
        }
    }
    block_on(async {
        let mut sums = sums();
        assert_eq!(sums.next().await, Some(0));
        assert_eq!(sums.next().await, Some(1));
        assert_eq!(sums.asend(Some(5)).await, Ok(Some(6)));
        assert_eq!(sums.collect::<Vec<_>>().await, [7, 8, 9]);
    });
}

#[test]
fn a_step_that_was_dropped_refuses_values() {
    #[generator(resume = u32)]
    async fn slow() -> u32 {
        let mut sum = 0;
        loop {
            sum += yield_!(sum);
            turns(1).await;
        }
    }
    block_on(async {
        let mut slow = slow();
        assert_eq!(slow.start().await, Some(0));
        assert!(slow.asend(2).now_or_never().is_none());
        assert_eq!(slow.asend(3).await.unwrap_err().reason(), Refused::Running);
        assert_eq!(slow.start().await, Some(2));
        assert_eq!(slow.asend(3).await, Ok(Some(5)));
    });
}

#[test]
#[should_panic(expected = "`start` on a generator that waits for a value")]
fn a_generator_that_waits_for_a_value_is_not_started_again() {
    block_on(async {
        let mut echo = echo(Log::default());
        echo.start().await;
        echo.start().await;
    });
}

#[generator(try)]
async fn parsed<'a>(log: &'a Log, texts: &'a [&'a str]) -> Result<u32, std::num::ParseIntError> {
    defer! { log.note("closed"); }
    for text in texts {
        yield_!(Ok(text.parse()?));
    }
    log.note("ends");
}

#[test]
fn an_error_is_the_last_item_after_the_cleanup() {
    block_on(async {
        let log = Log::default();
        let mut items = parsed(&log, &["1", "x", "2"]);
        assert_eq!(items.next().await, Some(Ok(1)));
        assert!(items.next().await.unwrap().is_err());
        log.assert(&["closed"]);
        assert_eq!(items.next().await, None);
        assert_eq!(parsed(&log, &["1", "2"]).collect::<Vec<_>>().await, [Ok(1), Ok(2)]);
        log.assert(&["closed", "ends", "closed"]);
    });
}

#[test]
fn errors_without_cleanup() {
    #[generator(try)]
    async fn plain(fails: bool) -> Result<u32, String> {
        yield_!(Ok(1));
        let number: u32 = if fails { Err("failed")? } else { 2 };
        if number == 2 {
            return;
        }
    }
    assert_eq!(block_on(plain(false).collect::<Vec<_>>()), [Ok(1)]);
    assert_eq!(block_on(plain(true).collect::<Vec<_>>()), [Ok(1), Err("failed".to_owned())]);
}

#[test]
fn nothing_runs_after_a_panic() {
    #[generator]
    async fn panics() -> u32 {
        yield_!(1);
        panic!("in the body");
    }
    let mut panics = panics();
    assert_eq!(block_on(panics.next()), Some(1));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(panics.next()))).unwrap_err();
    assert_eq!(block_on(panics.next()), None);
    block_on(panics.aclose());
}

#[test]
fn a_scope_closes() {
    block_on(async {
        let log = Log::default();
        let first = closing(numbers(log.clone(), 1), async |numbers| numbers.next().await).await;
        assert_eq!(first, Some(0));
        log.assert(&["opens", "closing", "closed", "local dropped"]);
    });
}

#[test]
fn yield_is_an_expression() {
    #[generator]
    async fn everywhere(flag: bool) -> u32 {
        let () = yield_!(1);
        match flag {
            true => yield_!(2),
            false => {}
        }
        if flag {
            for n in 3..5 {
                yield_!({
                    let next = async { n }.await;
                    next
                });
            }
        }
        let closure = |n: u32| n + 1;
        dbg!(yield_!(closure(4)));
        let late = async { 6 };
        tokio::select! {
            n = late => { yield_!(n); }
        }
        yield_!(7)
    }
    assert_eq!(block_on(everywhere(true).collect::<Vec<_>>()), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn awaits_in_every_position() {
    #[generator]
    async fn sums() -> i32 {
        let f = async |n: i32| n;
        _ = f(3).await - 1;
        let x = f(3).await - f(1).await;
        yield_!(x);
        if f(1).await == 1 && matches!(f(2).await, 2) {
            yield_!(f(1).await.pow(2) + f(2).await);
        }
        let mut n = 4;
        while let 4 = f(n).await {
            yield_!(n);
            n += 1;
        }
        let text = String::from("temporary");
        yield_!(f(text.as_str().len() as i32).await)
    }
    assert_eq!(block_on(sums().collect::<Vec<_>>()), [2, 3, 4, 9]);
}

trait Source {
    #[generator]
    async fn rows(&self) -> &str;

    #[generator]
    async fn both(&self) -> String {
        #[for_await]
        for row in self.rows() {
            yield_!(row.to_owned());
        }
        yield_!("default".to_owned());
    }
}

struct Table<T>(Vec<T>);

impl<T: AsRef<str> + Sync> Source for Table<T> {
    #[generator(send)]
    async fn rows(&self) -> &str {
        for row in &self.0 {
            yield_!(row.as_ref());
        }
    }
}

impl<T: Clone> Table<T> {
    #[generator]
    async fn pairs<const N: usize>(&mut self, (first, mut second): (T, T), _: u8) -> [T; N]
    where
        T: Default + Copy,
    {
        yield_!([first; N]);
        std::mem::swap(&mut second, &mut self.0[0]);
        yield_!([second; N]);
    }
}

#[test]
fn methods_and_traits() {
    let table = Table(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(block_on(table.rows().collect::<Vec<_>>()), ["a", "b"]);
    assert_eq!(block_on(table.both().collect::<Vec<_>>()), ["a", "b", "default"]);
    let mut table = Table(vec![1]);
    assert_eq!(block_on(table.pairs::<2>((2, 3), 0).collect::<Vec<_>>()), [[2, 2], [1, 1]]);
    assert_eq!(table.0, [3]);
}

#[test]
fn recursion() {
    struct Tree(u32, Vec<Tree>);

    #[generator]
    async fn walk(tree: &Tree) -> u32 {
        yield_!(tree.0);
        for child in &tree.1 {
            #[for_await]
            for n in walk_erased(child) {
                yield_!(n);
            }
        }
    }
    fn walk_erased(tree: &Tree) -> AsyncGen<'_, u32> {
        walk(tree).erased()
    }
    let tree = Tree(1, vec![Tree(2, vec![Tree(3, vec![])]), Tree(4, vec![])]);
    assert_eq!(block_on(walk(&tree).collect::<Vec<_>>()), [1, 2, 3, 4]);
}

fn assert_send<T: Send + Sync + Unpin>(value: T) -> T {
    value
}

#[test]
fn a_generator_is_send_when_its_body_is() {
    #[generator]
    async fn cells(cell: Cell<u32>) -> Cell<u32> {
        yield_!(cell.clone());
        turns(1).await;
        yield_!(cell);
    }
    #[generator]
    async fn local(rc: Rc<u32>) -> u32 {
        yield_!(*rc);
    }
    let mut sent = assert_send(cells(Cell::new(1)));
    let first = std::thread::spawn(move || (block_on(sent.next()), sent)).join();
    let (first, mut sent) = first.unwrap();
    assert_eq!(first, Some(Cell::new(1)));
    assert_eq!(block_on(sent.next()), Some(Cell::new(1)));
    let erased: AsyncGen<'static, Cell<u32>> = assert_send(sent.into());
    drop(erased);
    let mut local: LocalAsyncGen<'_, u32> = local(Rc::new(7)).into();
    assert_eq!(block_on(local.next()), Some(7));
}

#[test]
fn a_generator_is_one_pointer() {
    let numbers = numbers(Log::default(), 0);
    assert_eq!(size_of_val(&numbers), size_of::<usize>());
    assert_eq!(size_of_val(&numbers.erased_local()), 2 * size_of::<usize>());
}

#[test]
fn combinators() {
    block_on(async {
        let log = Log::default();
        let doubled = numbers(log.clone(), 1).map(|n| n * 2).filter(|n| std::future::ready(*n != 2));
        assert_eq!(doubled.collect::<Vec<_>>().await, [0, 4]);
        let (left, right) = (numbers(log.clone(), 0), numbers(log.clone(), 2));
        let mut merged = pin!(futures::stream::select(left, right));
        let mut count = 0;
        while merged.next().await.is_some() {
            count += 1;
        }
        assert_eq!(count, 6);
    });
}
