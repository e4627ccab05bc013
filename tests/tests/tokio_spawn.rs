//! A plain `tokio::spawn(…)` in a checked function: the task is known by the place where it was started, and loses nothing
//! unseen where its handle is dropped at once. It is the same task with the same handle.

#![allow(
    clippy::let_underscore_future,
    clippy::needless_question_mark,
    clippy::useless_vec,
    reason = "users write such"
)]

use std::future::Future;
use std::rc::Rc;

use checked_async::{Violation, capture, checked_async};
use checked_async_tests::by_hand::assert_silent;
use tokio::runtime::Builder;
use tokio::task::{JoinHandle, JoinSet, LocalSet, yield_now};

fn reports<T>(future: impl Future<Output = T>) -> (T, Vec<Violation>) {
    capture(|| Builder::new_current_thread().enable_all().build().unwrap().block_on(future))
}

#[derive(Debug)]
struct Failed(std::num::ParseIntError);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no number")
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn fails() -> Result<u32, Failed> {
    "x".parse().map_err(Failed)
}

#[cfg(debug_assertions)]
mod reported {
    use checked_async::Kind;
    use checked_async_tests::by_hand::kinds;

    use super::*;

    async fn settle() {
        for _ in 0..5 {
            yield_now().await;
        }
    }

    fn quiet_panic(message: &'static str) {
        std::panic::resume_unwind(Box::new(message));
    }

    #[track_caller]
    fn assert_one(violations: &[Violation], kind: Kind, message: &str, line: u32) {
        let [violation] = violations else { panic!("not one report: {violations:#?}") };
        assert_eq!((violation.kind, &*violation.message), (kind, message), "{violation}");
        let created = violation.created.as_ref().unwrap();
        assert!(created.file.ends_with("tokio_spawn.rs"), "{violation}");
        assert_eq!(created.line, line, "{violation}");
    }

    #[test]
    fn an_error_is_reported_where_the_handle_is_dropped_at_once() {
        #[checked_async(allow(detached_task))]
        async fn start() -> u32 {
            tokio::spawn(async { fails() });
            settle().await;
            line!() - 2
        }
        let (line, violations) = reports(start());
        let message = "error of a task was never retrieved: `Failed(ParseIntError { kind: InvalidDigit })`";
        assert_one(&violations, Kind::TaskErrorNeverRetrieved, message, line);
        assert_eq!(violations[0].notes, ["it says: no number, caused by: invalid digit found in string"]);
    }

    #[test]
    fn so_is_a_panic() {
        #[checked_async]
        async fn start() -> u32 {
            let _ = tokio::task::spawn(async { quiet_panic("out of paper") });
            settle().await;
            line!() - 2
        }
        let (line, violations) = reports(start());
        assert_one(&violations, Kind::TaskPanic, "task panicked and nobody has read it: out of paper", line);
    }

    #[test]
    fn what_cannot_be_printed_is_named_by_its_type() {
        struct Opaque;
        #[checked_async(allow(detached_task))]
        async fn start() {
            drop(tokio::spawn(async { Err::<(), _>(Opaque) }));
            settle().await;
        }
        let ((), violations) = reports(start());
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert!(violation.message.contains("Opaque`"));
        assert!(violation.notes.is_empty(), "{violation}");
    }

    #[test]
    fn where_the_handle_is_kept_nothing_is_guessed() {
        #[checked_async]
        async fn start() {
            let failed = tokio::spawn(async { fails() });
            let panicked = tokio::spawn(async { quiet_panic("read") });
            settle().await;
            failed.await.unwrap().unwrap_err();
            panicked.await.unwrap_err();
        }
        assert_silent(&reports(start()).1);
    }

    #[test]
    fn a_supervised_task_knows_what_its_error_says() {
        #[checked_async(allow(detached_task))]
        async fn start() -> u32 {
            drop(checked_async::tokio::spawn(async { fails() }).named("reader"));
            settle().await;
            line!() - 2
        }
        let (line, violations) = reports(start());
        let message = "error of task `reader` was never retrieved: `Failed(ParseIntError { kind: InvalidDigit })`";
        assert_one(&violations, Kind::TaskErrorNeverRetrieved, message, line);
        assert_eq!(violations[0].notes, ["it says: no number, caused by: invalid digit found in string"]);
    }

    fn block() {
        std::thread::sleep(std::time::Duration::from_millis(150));
    }

    #[checked_async]
    async fn blocks() {
        block();
    }

    /// The place of a task is below all that it awaits, whatever starts it.
    #[test]
    fn a_task_is_the_root_of_what_it_awaits() {
        #[checked_async]
        async fn start() -> [u32; 3] {
            tokio::spawn(async { blocks().await }).await.unwrap();
            let mut set = JoinSet::new();
            set.spawn(async move { blocks().await });
            set.join_next().await.unwrap().unwrap();
            let local = LocalSet::new();
            local.spawn_local(async { blocks().await });
            local.await;
            let line = line!();
            [line - 7, line - 5, line - 2]
        }
        let (lines, violations) = reports(start());
        assert_eq!(kinds(&violations), [Kind::SlowPoll; 3]);
        for (violation, line) in violations.iter().zip(lines) {
            assert_eq!(violation.function.as_deref(), Some("tokio_spawn::reported::blocks"), "{violation}");
            let root = violation.backtrace.iter().find(|frame| frame.function == "task").unwrap();
            assert_eq!((&*root.function, root.defined.line, &root.called), ("task", line, &None), "{violation}");
            let text = format!("note: awaited from: `task` ({}:{line})", root.defined.file);
            assert!(violation.to_string().contains(&text), "{violation}");
        }
    }

    /// An unchecked future is slow: the task is named.
    #[test]
    fn a_slow_task_is_known_by_its_place() {
        #[checked_async]
        async fn start() -> u32 {
            tokio::spawn(async { block() }).await.unwrap();
            line!() - 1
        }
        let (line, violations) = reports(start());
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert_eq!((violation.kind, violation.function.as_deref()), (Kind::SlowPoll, Some("task")), "{violation}");
        assert_eq!(violation.created.as_ref().unwrap().line, line, "{violation}");
    }
}

/// What compiles and means the same with the attribute as without.
#[checked_async]
async fn keeps_types() {
    // The handle's type, an error type that is inferred from it, and `?`.
    let handle: JoinHandle<Result<u32, Failed>> = tokio::spawn(async {
        let number = fails()?;
        Ok(number)
    });
    handle.await.unwrap().unwrap_err();
    // What is moved in, and what is borrowed only for the call.
    let text = String::from("moved");
    let moved = tokio::spawn(async move { text.len() });
    assert_eq!(moved.await.unwrap(), 5);
    let words = vec!["a", "b"];
    let joined = tokio::spawn(std::future::ready(words.join(" ").len()));
    assert_eq!(joined.await.unwrap(), 3);
    // Outputs that never are, boxed futures, and futures of checked functions.
    let endless = tokio::spawn(async {
        loop {
            yield_now().await;
        }
    });
    endless.abort();
    assert!(endless.await.unwrap_err().is_cancelled());
    let never = tokio::spawn(diverges());
    never.abort();
    let boxed: std::pin::Pin<Box<dyn Future<Output = u32> + Send>> = Box::pin(async { 42 });
    assert_eq!(tokio::spawn(boxed).await.unwrap(), 42);
    // A written type is kept.
    assert_eq!(tokio::spawn::<std::future::Ready<u32>>(std::future::ready(42)).await.unwrap(), 42);
    let mut set: JoinSet<Result<u32, Failed>> = JoinSet::new();
    set.spawn(async { Ok(fails()?) });
    set.join_next().await.unwrap().unwrap().unwrap_err();
}

#[checked_async]
async fn diverges() -> ! {
    loop {
        yield_now().await;
    }
}

#[checked_async]
async fn generic<F>(future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(async {});
    tokio::spawn(future).await.unwrap()
}

#[checked_async]
async fn stays_on_its_thread() -> usize {
    let shared = Rc::new(3);
    tokio::task::spawn_local(async move { *shared }).await.unwrap()
}

/// Other functions of the same names take what they take.
mod others {
    use super::*;

    mod task {
        pub(super) fn spawn(number: u32) -> u32 {
            number + 1
        }
    }

    struct Scope;

    impl Scope {
        fn spawn(&self, function: impl Fn() -> u32) -> u32 {
            function()
        }
    }

    fn spawn(number: u32) -> u32 {
        number
    }

    #[checked_async]
    pub(super) async fn all() {
        assert_eq!(task::spawn(1), 2);
        assert_eq!(spawn(1), 1);
        assert_eq!(Scope.spawn(|| 1), 1);
    }
}

/// What is awaited by its name is what it was, handle or not.
mod joined {
    #![deny(warnings)]

    use std::future::{IntoFuture, ready};

    use super::*;

    async fn f() {}

    #[checked_async]
    pub(super) async fn awaited() -> u64 {
        let panics = tokio::spawn(async { panic!("quietly") });
        let _: Result<(), _> = panics.await;
        let inferred = tokio::spawn(async { "1".parse() });
        let parsed: Result<u64, std::num::ParseIntError> = inferred.await.unwrap();
        let mut sum = parsed.unwrap();
        for number in [ready(1), ready(2)] {
            sum += number.await;
        }
        let mut later = Vec::new();
        for future in later.drain(..) {
            let number: u64 = future.await;
            sum += number;
        }
        later.push(ready(7));
        for future in later {
            sum += future.await;
        }
        let never = tokio::spawn(async {
            loop {
                f().await
            }
        });
        never.abort();
        if never.await.is_ok() {
            return 0;
        }
        let mut handles = vec![tokio::spawn(async { 1_u64 })];
        for handle in &mut handles {
            sum += handle.await.unwrap();
        }
        for handle in handles.drain(..) {
            drop(handle);
        }
        let shadowed = tokio::spawn(async { 1 });
        let shadowed = shadowed.await;
        sum += shadowed.unwrap();
        let name = tokio::spawn(f());
        let closure = |name: std::future::Ready<u64>| async move { name.await };
        sum += closure(ready(1)).await;
        name.await.unwrap();
        sum += tokio::spawn(async move { ready(1).await }).await.unwrap();
        let block = {
            let inner = tokio::spawn(async { String::from("x") });
            async { inner.await }
        };
        sum += block.await.unwrap().len() as u64;
        sum
    }

    pub(super) struct Custom(pub(super) u64);
    impl IntoFuture for Custom {
        type Output = u64;
        type IntoFuture = std::future::Ready<u64>;
        fn into_future(self) -> Self::IntoFuture {
            ready(self.0)
        }
    }

    #[checked_async]
    pub(super) async fn generic<T: IntoFuture<Output = O>, O: Send + 'static>(
        all: Vec<T>,
        handles: Vec<JoinHandle<O>>,
    ) -> Vec<O> {
        let mut outputs = Vec::new();
        for one in all {
            outputs.push(one.await);
        }
        for handle in handles {
            let output = handle.await;
            outputs.extend(output);
        }
        outputs
    }

    #[checked_async(send)]
    pub(super) async fn sent<F>(future: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let handle = tokio::spawn(future);
        match handle.await {
            Ok(output) => output,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

#[test]
fn a_task_is_what_it_was() {
    let ((), violations) = reports(async {
        keeps_types().await;
        assert_eq!(generic(async { 42 }).await, 42);
        assert_eq!(LocalSet::new().run_until(stays_on_its_thread()).await, 3);
        others::all().await;
        assert_eq!(joined::awaited().await, 16);
        assert_eq!(joined::generic(vec![joined::Custom(1)], vec![tokio::spawn(async { 2 })]).await, [1, 2]);
        assert_eq!(joined::sent(async { 3 }).await, 3);
    });
    assert_silent(&violations);
}
