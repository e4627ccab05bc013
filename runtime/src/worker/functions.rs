//! The functions that worker processes can run, by name.
//!
//! A program and its workers are the same executable, whose `main` registers the same functions: that is all they need to
//! agree on. A function's name is that of its type, which only function items have for themselves.
//!
//! Invariant: a process starts workers of itself only once it has been through
//! [`serve_if_worker`](Functions::serve_if_worker), so a `main` that never calls it cannot start copies of itself that
//! start copies.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use serde::{Serialize, de::DeserializeOwned};

use super::error::WorkerErrorKind;
use super::message;
use super::process::started_as_worker;

/// The functions of this program that its workers can run; `None` before `serve_if_worker`.
static SERVED: OnceLock<HashSet<&'static str>> = OnceLock::new();

/// The functions that [`run_in_process`](crate::run_in_process) can run in worker processes.
///
/// A worker is the program itself, started once more. So the program's `main` begins with
/// [`serve_if_worker`](Functions::serve_if_worker), which does nothing in the program and does not return in a worker.
/// It is the counterpart of `if __name__ == "__main__":` in a Python program with a `ProcessPoolExecutor`.
///
/// # Examples
///
/// ```standalone_crate
/// use checked_async::{Functions, run_in_process};
///
/// fn count_primes(below: u64) -> u64 {
///     (2..below).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count() as u64
/// }
///
/// fn main() {
///     Functions::new().register(count_primes).serve_if_worker();
/// #   if !cfg!(unix) { return; }
///     let primes = futures_executor::block_on(run_in_process(count_primes, 10_000));
///     assert_eq!(primes.unwrap(), 1229);
/// }
/// ```
#[derive(Default)]
#[must_use = "functions can run in worker processes after `serve_if_worker`"]
pub struct Functions {
    registered: HashMap<&'static str, Registered>,
}

struct Registered {
    id: TypeId,
    run: Box<Run>,
}

/// Takes a serialised argument and gives a reply.
type Run = dyn Fn(&[u8]) -> Vec<u8>;

impl Functions {
    /// No functions yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function. It takes one argument, which may be a tuple, or `()`.
    ///
    /// A generic function is registered for each type that it is called with: `register(sort::<u32>)`.
    ///
    /// # Errors
    ///
    /// It is a compile error to register what is no function item, such as a function pointer or a closure that captures:
    ///
    /// ```compile_fail,E0080
    /// let factor = 3;
    /// checked_async::Functions::new().register(move |n: u32| n * factor).serve_if_worker();
    /// ```
    ///
    /// # Panics
    ///
    /// If it is a closure without captures, or if another function has the same path, as in two versions of a crate: the
    /// path is what a worker finds it by.
    #[track_caller]
    pub fn register<F, A, T>(mut self, function: F) -> Self
    where
        F: Fn(A) -> T + Copy + 'static,
        A: Serialize + DeserializeOwned,
        T: Serialize + DeserializeOwned,
    {
        let name = name_of(function);
        assert!(
            !name.contains("{{closure}}"),
            "a closure cannot run in a worker process, because it has no name to find it by: make `{name}` a `fn`"
        );
        let id = TypeId::of::<F>();
        let run = Box::new(move |argument: &[u8]| message::run(function, argument));
        if let Some(other) = self.registered.insert(name, Registered { id, run }) {
            assert!(
                other.id == id,
                "two different functions are called `{name}`: rename one, so that a worker process can tell them apart"
            );
        }
        self
    }

    /// In a worker process, runs what the program asks for, and never returns; in the program itself, returns at once.
    ///
    /// What stands before it in `main` happens in every worker, too. Put there what the functions need, such as a logger,
    /// and nothing else; above all no reading of arguments or of standard input, no subprocess, and no runtime: under
    /// `#[tokio::main]`, functions would run inside of it.
    ///
    /// In a worker, standard input is empty, standard output and standard error are the program's own, and the environment
    /// and the working directory are those which the program had when it started the worker. A worker is the leader of a
    /// process group of its own, so that Ctrl-C in a terminal reaches the program only, which then decides. When the
    /// program ends, however it does, an idle worker exits, and a busy one is killed together with its group.
    ///
    /// # Panics
    ///
    /// If it is called a second time: what is registered then could not be found by a worker. Let libraries add theirs to
    /// one `Functions` instead.
    #[track_caller]
    pub fn serve_if_worker(self) {
        let first = SERVED.set(self.registered.keys().copied().collect()).is_ok();
        assert!(first, "`serve_if_worker` is called twice: register all functions in one `Functions`");
        if started_as_worker() {
            super::process::serve(&self);
        }
    }

    /// The reply to a request for one of these functions.
    ///
    /// Only a worker asks.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no workers"))]
    pub(super) fn reply(&self, request: &[u8]) -> Vec<u8> {
        let registered = message::split_request(request)
            .and_then(|(function, argument)| Some((self.registered.get(function)?, argument)));
        let Some((function, argument)) = registered else { return message::not_registered() };
        // After a panic, what the function has left in its statics is seen by the next call, as on a thread.
        let run = std::panic::AssertUnwindSafe(|| (function.run)(argument));
        std::panic::catch_unwind(run).unwrap_or_else(|payload| message::panicked(&*payload))
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.registered.keys()).finish()
    }
}

/// The path of a function item.
pub(super) fn name_of<F: Copy + 'static>(_: F) -> &'static str {
    const {
        assert!(
            size_of::<F>() == 0,
            "only a function item can run in a worker process, which finds it by its path: not a function pointer, not a \
             closure that captures; pass what it captures as the argument"
        );
    }
    std::any::type_name::<F>()
}

/// Can this process have workers that run the function?
pub(super) fn check(function: &str) -> Result<(), WorkerErrorKind> {
    may_have_workers()?;
    let served = SERVED.get().ok_or(WorkerErrorKind::NotServed)?;
    served.contains(function).then_some(()).ok_or(WorkerErrorKind::NotRegistered)
}

/// Can this process have workers, of whatever program?
pub(super) fn may_have_workers() -> Result<(), WorkerErrorKind> {
    if !cfg!(unix) {
        return Err(WorkerErrorKind::Unsupported);
    }
    match (started_as_worker(), SERVED.get()) {
        (false, _) => Ok(()),
        (true, Some(_)) => Err(WorkerErrorKind::Nested),
        (true, None) => Err(WorkerErrorKind::NotServed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(n: u32) -> u32 {
        n
    }

    fn of<T>(_: T) {}

    #[test]
    fn functions_are_found_by_their_path_and_types() {
        let functions = Functions::new().register(one).register(one).register(of::<u8>).register(of::<i8>);
        assert_eq!(functions.registered.len(), 3, "{functions:?}");
        let reply = functions.reply(&message::request(name_of(one), &7).unwrap());
        assert_eq!(message::output::<u32>(&reply).unwrap(), 7);
        let reply = functions.reply(&message::request("nobody", &7).unwrap());
        assert!(matches!(message::output::<u32>(&reply), Err(WorkerErrorKind::NotRegistered)));
        let reply = functions.reply(b"nonsense");
        assert!(matches!(message::output::<u32>(&reply), Err(WorkerErrorKind::NotRegistered)));
    }

    #[test]
    #[should_panic(expected = "a closure cannot run in a worker process")]
    fn closures_are_refused() {
        let _ = Functions::new().register(|n: u32| n);
    }

    #[test]
    fn what_does_not_serve_has_no_workers() {
        assert!(matches!(check("one"), Err(WorkerErrorKind::NotServed)));
    }
}
