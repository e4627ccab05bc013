//! What the event loop says of errors that nobody has read: the error itself and its causes, where a checked function starts a
//! task with such an output, and else its type.

use std::error::Error;
use std::fmt;

use checked_async::{Kind, Violation, capture, checked_async, promise, remote, spawn, yield_now};
use checked_async_tests::loops;

macro_rules! error {
    ($name:ident) => {
        #[derive(Debug)]
        struct $name(&'static str, fmt::Error);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "storage says: {}", self.0)
            }
        }

        impl Error for $name {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.1)
            }
        }
    };
}

error!(Full);
error!(Plain);
error!(OfPromise);

/// It cannot be printed.
struct Silent;

/// The one report, and whether it is of the place in this line.
#[track_caller]
fn only(violations: &[Violation], line: u32) -> &Violation {
    let [violation] = violations else { panic!("{violations:#?}") };
    assert_eq!(violation.kind, Kind::TaskErrorNeverRetrieved);
    assert_eq!(violation.created.as_ref().map(|created| created.line), Some(line));
    violation
}

#[track_caller]
fn assert_says(violation: &Violation, in_checked_builds: (&str, &[&str]), elsewhere: &str) {
    let (message, notes) = if cfg!(debug_assertions) { in_checked_builds } else { (elsewhere, &[][..]) };
    assert_eq!(
        (&*violation.message, &*violation.notes),
        (message, &notes.iter().map(|&it| it.into()).collect::<Vec<String>>()[..])
    );
}

async fn fail<E>(error: E) -> Result<u32, E> {
    yield_now().await;
    Err(error)
}

#[test]
fn a_task_that_a_checked_function_starts_says_what_its_error_says() {
    #[checked_async]
    async fn checkout() -> u32 {
        let line = line!() + 1;
        let receipt = spawn(fail(Full("disk full", fmt::Error))).named("receipt");
        yield_now().await;
        yield_now().await;
        assert!(receipt.is_finished());
        drop(receipt);
        line
    }
    let (line, violations) = capture(|| loops::run(checkout()));
    assert_says(
        only(&violations, line),
        (
            "error of task `receipt` was never retrieved: `Full(\"disk full\", Error)`",
            &["it says: storage says: disk full, caused by: an error occurred when formatting an argument"],
        ),
        "error of task `receipt` was never retrieved: `loop_errors::Full`",
    );
}

#[test]
fn what_cannot_be_printed_is_named_by_its_type() {
    #[checked_async]
    async fn checkout() -> u32 {
        let line = line!() + 1;
        drop(checked_async::spawn(fail(Silent)).named("receipt"));
        yield_now().await;
        yield_now().await;
        line
    }
    let (line, violations) = capture(|| loops::run(checkout()));
    let message = "error of task `receipt` was never retrieved: `loop_errors::Silent`";
    assert_says(only(&violations, line), (message, &[]), message);
}

#[test]
fn an_error_that_is_read_is_read() {
    #[checked_async]
    async fn checkout() {
        let receipt = spawn(fail(Full("disk full", fmt::Error)));
        receipt.await.unwrap().unwrap_err();
    }
    let ((), violations) = capture(|| loops::run(checkout()));
    assert!(violations.is_empty(), "{violations:#?}");
}

/// What is said of a task does not depend on what ran before.
#[test]
fn a_task_that_unchecked_code_starts_says_the_type() {
    #[checked_async]
    async fn before() {
        spawn(fail(Plain("disk full", fmt::Error))).await.unwrap().unwrap_err();
    }
    let (lines, violations) = capture(|| {
        loops::run(async {
            before().await;
            let line = line!() + 1;
            drop(spawn(fail(Plain("disk full", fmt::Error))));
            drop(remote().spawn(fail(Plain("disk full", fmt::Error))).unwrap());
            for _ in 0..3 {
                yield_now().await;
            }
            [line, line + 1]
        })
    });
    let [own, of_remote] = &violations[..] else { panic!("{violations:#?}") };
    assert_eq!(
        only(std::slice::from_ref(own), lines[0]).message,
        "error of task 3 was never retrieved: `loop_errors::Plain`"
    );
    let of_remote = only(std::slice::from_ref(of_remote), lines[1]);
    assert_eq!(of_remote.message, "error of task 4 was never retrieved: `loop_errors::Plain`");
}

#[test]
fn a_promise_is_no_task() {
    let (line, violations) = capture(|| {
        loops::run(async {
            let line = line!() + 1;
            let (promise, promised) = promise::<Result<(), OfPromise>>();
            promise.set_error(OfPromise("gone", fmt::Error)).unwrap();
            drop(promised);
            line
        })
    });
    let violation = only(&violations, line);
    assert_eq!(violation.message, "error of a promise was never retrieved: `loop_errors::OfPromise`");
    assert_eq!(violation.help, ["await the promise's future and look at the result"]);
}

/// What the attribute asks of a task's output leaves its type to be inferred as it is without it.
#[test]
fn types_are_inferred_from_what_follows() {
    async fn start<F: Future + 'static>(future: F) -> checked_async::JoinHandle<F::Output> {
        spawn(future)
    }
    #[checked_async]
    async fn checkout() {
        let later = spawn(async { Ok(()) });
        let result: Result<(), Full> = later.await.unwrap();
        result.unwrap();
        let never = spawn(async {
            loop {
                yield_now().await;
            }
        });
        never.cancel();
        let silent: checked_async::JoinHandle<Result<u8, Silent>> = spawn(async { Err(Silent) });
        assert!(silent.await.unwrap().is_err());
        assert_eq!(start(async { 1 }).await.await.unwrap(), 1);
    }
    #[checked_async]
    async fn generic<E: 'static>(error: E) -> bool {
        spawn(async { Err::<(), E>(error) }).await.unwrap().is_err()
    }
    let (generic, violations) = capture(|| {
        loops::run(async {
            checkout().await;
            generic(Silent).await
        })
    });
    assert!(generic && violations.is_empty(), "{violations:#?}");
}
