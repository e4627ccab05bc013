//! Every way out of `#[for_await]` and `defer!`: the cleanup runs once, awaited, before the exit is complete.

use checked_async::{checked_async, generator};
use futures::executor::block_on;
use std::cell::RefCell;

type Log = RefCell<Vec<String>>;

fn note(log: &Log, text: impl Into<String>) {
    log.borrow_mut().push(text.into());
}

/// Suspends once, so that what is awaited is not done in one poll.
async fn turn() {
    futures_lite::future::yield_now().await;
}

#[generator]
async fn numbers<'a>(log: &'a Log, name: &'a str, end: u32) -> u32 {
    note(log, format!("{name} opens"));
    defer! {
        turn().await;
        note(log, format!("{name} closes"));
    }
    for n in 0..end {
        turn().await;
        yield_!(n);
    }
    note(log, format!("{name} ends"));
}

/// Runs a future that logs, and compares what it logged, which ends with its output.
#[track_caller]
fn assert_logs<T: std::fmt::Debug>(run: impl AsyncFnOnce(&Log) -> T, expected: &[&str]) {
    let log = Log::default();
    let output = block_on(run(&log));
    note(&log, format!("{output:?}"));
    assert_eq!(*log.borrow(), expected);
}

#[test]
fn the_end() {
    #[checked_async]
    async fn sum(log: &Log) -> u32 {
        let mut sum = 0;
        #[for_await]
        for n in numbers(log, "a", 3) {
            sum += n;
        }
        note(log, "after");
        sum
    }
    assert_logs(async |log| sum(log).await, &["a opens", "a ends", "a closes", "after", "3"]);
}

#[test]
fn break_() {
    #[checked_async]
    async fn sum(log: &Log) -> u32 {
        let mut sum = 0;
        #[for_await]
        for n in numbers(log, "a", 10) {
            if n == 3 {
                break;
            }
            if n == 1 {
                continue;
            }
            sum += n;
        }
        note(log, "after");
        sum
    }
    assert_logs(async |log| sum(log).await, &["a opens", "a closes", "after", "2"]);
}

#[test]
fn return_() {
    #[checked_async]
    async fn first(log: &Log) -> Option<u32> {
        #[for_await]
        for n in numbers(log, "a", 10) {
            return Some(n);
        }
        None
    }
    assert_logs(async |log| first(log).await, &["a opens", "a closes", "Some(0)"]);
}

#[test]
fn return_of_what_must_be_coerced() {
    #[checked_async]
    async fn shown(log: &Log, early: bool) -> Box<dyn std::fmt::Debug> {
        defer! { note(log, "deferred"); }
        #[for_await]
        for n in numbers(log, "a", 10) {
            if early {
                return Box::new(n);
            }
        }
        Box::new("end")
    }
    assert_logs(async |log| shown(log, true).await, &["a opens", "a closes", "deferred", "0"]);
    assert_logs(async |log| shown(log, false).await, &["a opens", "a ends", "a closes", "deferred", "\"end\""]);
}

#[test]
fn question_mark() {
    #[checked_async]
    async fn parse(log: &Log, text: &str) -> Result<u32, Box<dyn std::error::Error>> {
        let mut sum = 0;
        #[for_await]
        for n in numbers(log, "a", 2) {
            sum += n + text.parse::<u32>()?;
        }
        Ok(sum)
    }
    assert_logs(async |log| parse(log, "2").await.ok(), &["a opens", "a ends", "a closes", "Some(5)"]);
    assert_logs(
        async |log| parse(log, "x").await.map_err(|error| error.to_string()),
        &["a opens", "a closes", "Err(\"invalid digit found in string\")"],
    );
}

#[test]
fn labels_and_values() {
    #[checked_async]
    async fn search(log: &Log) -> u32 {
        let found = 'search: loop {
            #[for_await]
            'outer: for a in numbers(log, "a", 10) {
                #[for_await]
                for b in numbers(log, "b", 10) {
                    match (a, b) {
                        (0, 1) => continue 'outer,
                        (1, 2) => break,
                        (3, 1) => break 'search a * 10 + b,
                        (2, 0) => continue,
                        (2, 2) => continue 'outer,
                        _ => {}
                    }
                }
                note(log, format!("{a}"));
            }
        };
        note(log, "found");
        found
    }
    assert_logs(
        async |log| search(log).await,
        &[
            "a opens", "b opens", "b closes", "b opens", "b closes", "1", "b opens", "b closes", "b opens", "b closes",
            "a closes", "found", "31",
        ],
    );
}

#[test]
fn blocks_with_labels() {
    #[checked_async]
    async fn find(log: &Log) -> &'static str {
        let found = 'block: {
            defer! { note(log, "block"); }
            #[for_await]
            for n in numbers(log, "a", 10) {
                if n == 1 {
                    break 'block "early";
                }
            }
            "late"
        };
        note(log, "after");
        found
    }
    assert_logs(async |log| find(log).await, &["a opens", "a closes", "block", "after", "\"early\""]);
}

#[test]
fn defers_run_last_in_first_out() {
    #[checked_async]
    async fn three(log: &Log, at: u32) -> Result<u32, String> {
        defer! { turn().await; note(log, "1"); }
        if at == 0 {
            return Err("none".to_owned());
        }
        defer! { turn().await; note(log, "2"); }
        let text = if at == 1 { "x" } else { "7" };
        let number: u32 = text.parse().map_err(|_| "not a number".to_owned())?;
        defer! { note(log, "3"); }
        Ok(number)
    }
    assert_logs(async |log| three(log, 0).await, &["1", "Err(\"none\")"]);
    assert_logs(async |log| three(log, 1).await, &["2", "1", "Err(\"not a number\")"]);
    assert_logs(async |log| three(log, 2).await, &["3", "2", "1", "Ok(7)"]);
}

#[test]
fn defer_in_a_loop() {
    #[checked_async]
    async fn turns(log: &Log) -> u32 {
        let mut n = 0;
        let last = loop {
            defer! { note(log, format!("turn {n}")); }
            n += 1;
            if n == 1 {
                continue;
            }
            if n == 3 {
                break n;
            }
            note(log, "two");
        };
        for _ in 0..2 {
            defer! { note(log, "for"); }
            break;
        }
        last
    }
    assert_logs(async |log| turns(log).await, &["turn 1", "two", "turn 2", "turn 3", "for", "3"]);
}

#[test]
fn closures_and_async_blocks_have_exits_of_their_own() {
    #[checked_async]
    async fn mixed(log: &Log) -> Option<u32> {
        let mut sum = 0;
        #[for_await]
        for n in numbers(log, "a", 3) {
            let double = |n: u32| -> Option<u32> {
                if n == 1 {
                    return None;
                }
                let double = n.checked_mul(2)?;
                Some(double)
            };
            let inner = async {
                defer! { note(log, "inner"); }
                if n == 2 {
                    return None;
                }
                Some(double(n)?)
            };
            sum += inner.await.unwrap_or(10);
        }
        Some(sum)
    }
    assert_logs(
        async |log| mixed(log).await,
        &["a opens", "inner", "inner", "inner", "a ends", "a closes", "Some(20)"],
    );
}

#[test]
fn exits_in_macros() {
    #[checked_async]
    async fn all(log: &Log, text: &str) -> Result<Vec<u32>, std::num::ParseIntError> {
        defer! { note(log, "closed"); }
        println!("{}", text.parse::<u32>()?);
        assert!(text.parse::<u32>()? < 10);
        Ok(vec![text.parse::<u32>()?; 2])
    }
    assert_logs(async |log| all(log, "3").await, &["closed", "Ok([3, 3])"]);
    assert_logs(async |log| all(log, "x").await.is_err(), &["closed", "true"]);
}

#[test]
fn what_is_declared_before_and_after() {
    #[checked_async]
    async fn moves(log: &Log) -> String {
        let kept = String::from("kept");
        let moved = String::from("moved");
        let assigned;
        defer! { note(log, kept.clone()); later(log); }
        fn later(log: &Log) {
            note(log, "later");
        }
        if moved.is_empty() {
            return moved;
        }
        assigned = moved;
        assigned + "!"
    }
    assert_logs(async |log| moves(log).await, &["kept", "later", "\"moved!\""]);
}

#[test]
fn other_streams() {
    #[checked_async]
    async fn sum(log: &Log) -> Option<u32> {
        let mut sum = 0;
        #[for_await]
        for n in futures::stream::iter([1, 2, 3]) {
            sum += n;
        }
        let mut generator = numbers(log, "a", 4);
        #[for_await]
        for n in &mut generator {
            sum += n;
            if n == 1 {
                break;
            }
        }
        note(log, "left open");
        #[for_await]
        for (n, m) in futures::StreamExt::map(generator.erased_local(), |n| (n, Some(n))) {
            sum += n + m?;
        }
        Some(sum)
    }
    assert_logs(async |log| sum(log).await, &["a opens", "left open", "a ends", "a closes", "Some(17)"]);
}
