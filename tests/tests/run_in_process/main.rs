//! Functions in worker processes: what becomes of calls, and of processes, whatever goes wrong.
//!
//! This program is its own worker, and so has a `main`. What needs a process to itself is a *scenario*: this program, started
//! with a scenario's name.

#[cfg(unix)]
mod calls;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod functions;
#[cfg(unix)]
mod lifetimes;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod scenarios;

#[cfg(unix)]
fn main() {
    if std::env::var_os(scenarios::FORGETFUL).is_some() {
        return scenarios::not_served();
    }
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, scenarios::MARK, name, ref rest @ ..] => {
            functions::registered().serve_if_worker();
            return scenarios::run(name, rest);
        }
        _ => functions::registered().serve_if_worker(),
    }
    let mut checks = Vec::new();
    checks.extend(calls::CHECKS);
    checks.extend(faults::CHECKS);
    checks.extend(lifetimes::CHECKS);
    let trials = checks.into_iter().map(|&(name, check)| {
        libtest_mimic::Trial::test(name, move || {
            check();
            Ok(())
        })
    });
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials.collect()).exit()
}

#[cfg(not(unix))]
fn main() {
    fn double(n: u64) -> u64 {
        2 * n
    }

    let error = async_io::block_on(checked_async::run_in_process(double, 1)).unwrap_err();
    assert!(matches!(error.kind(), checked_async::WorkerErrorKind::Unsupported), "{error}");
}

/// A check and its name.
#[cfg(unix)]
type Check = (&'static str, fn());

/// The checks of a file, by the names of their functions.
#[cfg(unix)]
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        pub(crate) const CHECKS: &[crate::Check] = &[$((stringify!($name), $name)),*];
    };
}
#[cfg(unix)]
use checks;
