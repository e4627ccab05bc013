//! The order of opens and closes is that of synchronous code with destructors, whatever ways are taken.
//!
//! One program is written once and compiled twice: with generators, `#[for_await]` and `defer!`, and with iterators and
//! guards whose drop does the same at once. Which way it takes at each fork is drawn at random, the same for both.

use checked_async::{checked_async, generator};
use checked_async_tests::drawn::Run;
use checked_async_tests::guard;
use futures::executor::block_on;

/// The program. What differs is how a function is declared and called, how a loop runs and how a cleanup is written.
macro_rules! program {
    ([$($function:tt)*] [$($call:tt)*] [$($for_each:tt)*] $defer:ident) => {
        $($function)* fn inner(run: &Run) -> Option<u64> {
            $defer! { run.note("inner".to_owned()); }
            let mut sum = 0;
            $($for_each)*
            for n in source(run, "i", 2) {
                sum += run.fails().ok()?;
                if run.below(4) == 1 {
                    return Some(n);
                }
            }
            Some(sum)
        }

        $($function)* fn outer(run: &Run) -> Result<u64, String> {
            let mut sum = 0;
            $defer! { run.note("outer".to_owned()); }
            $($for_each)*
            'a: for a in source(run, "a", 3) {
                $defer! { run.note(format!("turn {a}")); }
                if run.below(3) == 1 {
                    $defer! { run.note("within".to_owned()); }
                    match run.below(6) {
                        1 => continue,
                        2 => break,
                        3 => return Ok(sum),
                        4 => return Err("early".to_owned()),
                        _ => sum += run.fails()?,
                    }
                }
                let found = 'block: {
                    $defer! { run.note("block".to_owned()); }
                    $($for_each)*
                    for b in source(run, "b", 3) {
                        match run.below(9) {
                            1 => continue 'a,
                            2 => break 'a,
                            3 => break 'block b,
                            4 => break,
                            5 => return Err(format!("{b}")),
                            6 => sum += inner(run)$($call)*.unwrap_or(100),
                            _ => {}
                        }
                    }
                    let last = loop {
                        $defer! { run.note("loop".to_owned()); }
                        $($for_each)*
                        for c in source(run, "c", 2) {
                            match run.below(5) {
                                1 => break 'block c + run.fails()?,
                                2 => continue 'a,
                                _ => {}
                            }
                        }
                        match run.below(3) {
                            1 => continue,
                            2 => break 'block 5,
                            _ => break 6,
                        }
                    };
                    $defer! { run.note(format!("last {last}")); }
                    while run.below(2) == 1 {
                        $defer! { run.note("while".to_owned()); }
                        if run.below(3) == 1 {
                            break;
                        }
                        sum += run.fails()?;
                    }
                    last
                };
                sum += found;
            }
            Ok(sum + inner(run)$($call)*.ok_or("none")?)
        }
    };
}

mod synchronous {
    use super::*;

    struct Source<'a>(&'a Run, &'static str, u64, u64, bool);

    fn source<'a>(run: &'a Run, name: &'static str, end: u64) -> Source<'a> {
        Source(run, name, 0, end, false)
    }

    impl Iterator for Source<'_> {
        type Item = u64;

        fn next(&mut self) -> Option<u64> {
            let Source(run, name, n, end, open) = self;
            if *n == 0 {
                run.note(format!("{name} opens"));
                *open = true;
            }
            *n += 1;
            if *n > *end {
                self.close();
                return None;
            }
            Some(*n - 1)
        }
    }

    impl Source<'_> {
        fn close(&mut self) {
            if std::mem::take(&mut self.4) {
                self.0.note(format!("{} second", self.1));
                self.0.note(format!("{} closes", self.1));
            }
        }
    }

    impl Drop for Source<'_> {
        fn drop(&mut self) {
            self.close();
        }
    }

    program! { [pub(super)] [] [] guard }
}

mod asynchronous {
    use super::*;

    #[generator]
    async fn source(run: &Run, name: &'static str, end: u64) -> u64 {
        run.note(format!("{name} opens"));
        defer! {
            futures_lite::future::yield_now().await;
            run.note(format!("{name} closes"));
        }
        defer! {
            run.note(format!("{name} second"));
            futures_lite::future::yield_now().await;
        }
        for n in 0..end {
            futures_lite::future::yield_now().await;
            yield_!(n);
        }
    }

    program! { [#[checked_async] pub(super) async] [.await] [#[for_await]] defer }
}

#[test]
fn opens_and_closes_are_as_in_synchronous_code() {
    let (mut longest, mut outcomes) = (0, std::collections::HashSet::new());
    for seed in 0..5_000 {
        let (expected, found) = (Run::new(seed), Run::new(seed));
        let expected_output = synchronous::outer(&expected);
        let output = block_on(asynchronous::outer(&found));
        assert_eq!(found.notes(), expected.notes(), "seed {seed}");
        assert_eq!(output, expected_output, "seed {seed}");
        longest = longest.max(found.notes().len());
        outcomes.insert(output);
    }
    assert!(longest > 50, "{longest} events at most");
    assert!(outcomes.len() > 20, "{} outcomes", outcomes.len());
}
