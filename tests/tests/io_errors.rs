//! What the loop's own errors become in a function that returns `io::Result`.

use std::future::pending;
use std::io::{self, ErrorKind};
use std::time::Duration;

use checked_async::{Elapsed, JoinError, MockClock, run_blocking, spawn, timeout};

fn run(future: impl Future<Output = io::Result<()>>) -> io::Error {
    let event_loop = checked_async::EventLoop::builder().clock(MockClock::new());
    event_loop.run(future).expect("it runs to its end").expect_err("it gives an error")
}

#[test]
fn a_time_limit_is_timed_out() {
    let error = run(async { timeout(Duration::from_secs(1), pending()).await? });
    assert_eq!((error.kind(), &*error.to_string()), (ErrorKind::TimedOut, "the time limit has elapsed"));
    assert!(error.get_ref().is_some_and(|error| error.is::<Elapsed>()));
}

#[test]
fn a_task_without_output_is_another_error() {
    let error = run(async {
        let task = spawn(async { Ok(()) });
        task.cancel();
        task.await?
    });
    assert_eq!((error.kind(), &*error.to_string()), (ErrorKind::Other, "the task was cancelled"));
    assert!(error.get_ref().and_then(|error| error.downcast_ref()).is_some_and(JoinError::is_cancelled));
}

#[test]
fn a_closure_has_errors_of_both_kinds() {
    let read = || Err(ErrorKind::NotFound.into());
    assert_eq!(run(async { run_blocking(read).await? }).kind(), ErrorKind::NotFound);
    let panicked = run(async { run_blocking(|| panic!("no such luck")).await? });
    assert_eq!((panicked.kind(), &*panicked.to_string()), (ErrorKind::Other, "the task panicked: no such luck"));
}
