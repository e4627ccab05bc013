//! What a task closes of the generators that were left to it is closed in the order in which synchronous code would have
//! dropped them, whatever ways are taken.
//!
//! One program is written once and compiled twice: with generators that are iterated by hand, so that every loop leaves
//! its generator to the task, and with iterators and guards whose drop does the same at once.

use checked_async::{adopting_local, capture, checked_async, generator, spawn};
use checked_async_tests::drawn::Run;
use checked_async_tests::guard;
use checked_async_tests::patient::run_patiently;
use std::collections::HashSet;
use std::rc::Rc;

/// The program. What differs is how a function is declared and called, and how a cleanup is written.
macro_rules! program {
    ([$($function:tt)*] [$($call:tt)*] $defer:ident) => {
        #[allow(clippy::never_loop, reason = "one of the ways is drawn")]
        $($function)* fn inner(run: Rc<Run>) -> Option<u64> {
            $defer! { pause()$($call)*; run.note("inner".to_owned()); }
            let mut sum = 0;
            let mut source = leaf(run.clone(), "i");
            while let Some(n) = source.next()$($call)* {
                sum += run.fails().ok()?;
                if run.below(4) == 1 {
                    return Some(n);
                }
            }
            Some(sum)
        }

        #[allow(clippy::never_loop, reason = "one of the ways is drawn")]
        $($function)* fn outer(run: Rc<Run>) -> Result<u64, String> {
            let mut sum = 0;
            $defer! { pause()$($call)*; run.note("outer".to_owned()); }
            let mut branches = branch(run.clone(), "a");
            'a: while let Some(a) = branches.next()$($call)* {
                $defer! { pause()$($call)*; run.note(format!("turn {a}")); }
                if run.below(3) == 1 {
                    match run.below(6) {
                        1 => continue,
                        2 => break,
                        3 => return Ok(sum),
                        4 => return Err("early".to_owned()),
                        _ => sum += run.fails()?,
                    }
                }
                let found = 'block: {
                    $defer! { pause()$($call)*; run.note("block".to_owned()); }
                    let mut leaves = leaf(run.clone(), "b");
                    let mut more = branch(run.clone(), "m");
                    while let (Some(b), Some(m)) = (leaves.next()$($call)*, more.next()$($call)*) {
                        match run.below(9) {
                            1 => continue 'a,
                            2 => break 'a,
                            3 => break 'block b + m,
                            4 => break,
                            5 => return Err(format!("{b}")),
                            6 => sum += inner(run.clone())$($call)*.unwrap_or(100),
                            _ => {}
                        }
                    }
                    1
                };
                sum += found;
            }
            Ok(sum + inner(run.clone())$($call)*.ok_or("none")?)
        }
    };
}

mod synchronous {
    use super::*;

    type Items = Box<dyn Iterator<Item = u64>>;

    /// An iterator that notes when it begins, and when it is left after that.
    struct Noted {
        run: Rc<Run>,
        name: &'static str,
        kind: &'static str,
        begun: bool,
        items: Option<Items>,
    }

    impl Noted {
        fn new(run: Rc<Run>, name: &'static str, kind: &'static str, items: Items) -> Self {
            Noted { run, name, kind, begun: false, items: Some(items) }
        }

        fn close(&mut self) {
            // First what it holds, and only once.
            if self.items.take().is_some() && self.begun {
                self.run.note(format!("{} {} closes", self.kind, self.name));
            }
        }
    }

    impl Iterator for Noted {
        type Item = u64;

        fn next(&mut self) -> Option<u64> {
            if !self.begun {
                self.begun = true;
                self.run.note(format!("{} {} opens", self.kind, self.name));
            }
            let item = self.items.as_mut()?.next();
            if item.is_none() {
                self.close();
            }
            item
        }
    }

    impl Drop for Noted {
        fn drop(&mut self) {
            self.close();
        }
    }

    fn leaf(run: Rc<Run>, name: &'static str) -> Noted {
        Noted::new(run, name, "leaf", Box::new(0..3))
    }

    fn branch(run: Rc<Run>, name: &'static str) -> Noted {
        let within = run.clone();
        let mut leaves = None;
        let mut number = 0;
        let items = std::iter::from_fn(move || {
            loop {
                if number == 3 {
                    return None;
                }
                let current = leaves.get_or_insert_with(|| leaf(within.clone(), "of branch"));
                match current.next() {
                    Some(item) if within.below(5) != 1 => return Some(10 * number + item),
                    _ => {
                        leaves = None;
                        number += 1;
                    }
                }
            }
        });
        Noted::new(run, name, "branch", Box::new(items))
    }

    fn pause() {}

    program! { [pub(super)] [] guard }
}

mod asynchronous {
    use super::*;

    /// Goes on when what was left is closed.
    async fn pause() {
        futures_lite::future::yield_now().await;
    }

    #[generator]
    async fn leaf(run: Rc<Run>, name: &'static str) -> u64 {
        pause().await;
        run.note(format!("leaf {name} opens"));
        defer! {
            run.note(format!("leaf {name} closes"));
            pause().await;
        }
        for n in 0..3 {
            yield_!(n);
        }
    }

    #[generator(allow(unclosed_generator))]
    async fn branch(run: Rc<Run>, name: &'static str) -> u64 {
        pause().await;
        run.note(format!("branch {name} opens"));
        // Without an await of its own.
        defer! { run.note(format!("branch {name} closes")); }
        for number in 0..3 {
            let mut leaves = leaf(run.clone(), "of branch");
            while let Some(item) = leaves.next().await {
                if run.below(5) == 1 {
                    break;
                }
                yield_!(10 * number + item);
            }
        }
    }

    program! { [#[checked_async(allow(unclosed_generator))] pub(super) async] [.await] defer }
}

/// Compares the order of many runs, each in a task that `run_task` runs to its end.
fn compare(run_task: impl Fn(Rc<Run>) -> Result<u64, String>) {
    let (mut longest, mut outcomes) = (0, HashSet::new());
    for seed in 0..2_000 {
        let (expected, found) = (Rc::new(Run::new(seed)), Rc::new(Run::new(seed)));
        let expected_output = synchronous::outer(expected.clone());
        // What is left is reported; that is not what this is about.
        let (output, _) = capture(|| run_task(found.clone()));
        assert_eq!(found.notes(), expected.notes(), "seed {seed}");
        assert_eq!(output, expected_output, "seed {seed}");
        longest = longest.max(found.notes().len());
        outcomes.insert(output);
    }
    assert!(longest > 40, "{longest} events at most");
    assert!(outcomes.len() > 20, "{} outcomes", outcomes.len());
}

#[test]
fn in_a_task_of_the_loop() {
    compare(|run| run_patiently(async { spawn(asynchronous::outer(run)).await.unwrap() }));
}

#[test]
fn in_a_task_that_adopts() {
    compare(|run| futures::executor::block_on(adopting_local(asynchronous::outer(run))));
}
