//! Calls that go wrong: each has an error that says what to do, and the next call goes well.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use async_io::block_on;
use checked_async::{RunInProcess, WorkerError, WorkerErrorKind as Kind, WorkerPool, run_in_process};

use crate::functions::*;
use crate::processes::*;
use crate::scenarios;

crate::checks! {
    killed_while_it_runs,
    killed_while_idle,
    function_exits,
    function_becomes_another_program,
    function_overflows_the_stack,
    function_panics,
    panic_is_no_text,
    argument_cannot_be_written,
    argument_cannot_be_read,
    output_cannot_be_written,
    output_cannot_be_read,
    serde_panics,
    not_registered,
    not_registered_in_another_program,
    not_served,
    not_served_in_a_worker,
    nested_call,
    no_program,
    program_that_ends,
    program_that_is_silent,
    program_that_speaks_otherwise,
    worker_by_hand,
    out_of_files,
    polled_after_completion,
}

fn one_worker() -> WorkerPool {
    WorkerPool::builder().max_workers(1).build()
}

#[track_caller]
fn failure<T: std::fmt::Debug>(call: RunInProcess<T>) -> WorkerError {
    let error = block_on(call).unwrap_err();
    let text = error.to_string();
    let names_it = text.contains(&format!("`{}`", error.function()));
    assert!(names_it && text.contains("; ") && !text.contains('\n') && !text.ends_with('.'), "{text}");
    error
}

#[track_caller]
fn works(pool: &WorkerPool) -> u32 {
    assert_eq!(block_on(pool.run(double, 5)).unwrap(), 10);
    block_on(pool.run(process, ())).unwrap()
}

fn killed_while_it_runs() {
    let notes = Notes::new("killed");
    let pool = one_worker();
    let call = pool.run(hang, notes.file("number"));
    let waiting = pool.run(double, 1);
    let number = wait_number(&notes.file("number"));
    kill(number);
    let error = failure(call);
    assert!(matches!(error.kind(), Kind::Died(status) if status.signal() == Some(9)), "{error:?}");
    assert!(error.to_string().contains("SIGKILL"), "{error}");
    // So does what was waiting for this worker, and what comes later.
    assert_eq!(block_on(waiting).unwrap(), 2);
    assert_ne!(works(&pool), number);
}

fn killed_while_idle() {
    let pool = one_worker();
    let mut number = works(&pool);
    for _ in 0..10 {
        kill(number);
        // The call does not notice, at whatever time it comes.
        let next = works(&pool);
        assert_ne!(next, number);
        number = next;
    }
}

fn function_exits() {
    let pool = one_worker();
    for status in [0, 3] {
        let error = failure(pool.run(leave, status));
        assert!(matches!(error.kind(), Kind::Died(died) if died.code() == Some(status)), "{error:?}");
        assert!(error.to_string().contains(&format!("exit status: {status}")), "{error}");
    }
    works(&pool);
}

fn function_becomes_another_program() {
    let pool = one_worker();
    let error = failure(pool.run(close_everything, ()));
    assert!(matches!(error.kind(), Kind::Died(_)), "{error:?}");
    works(&pool);
}

fn function_overflows_the_stack() {
    let pool = one_worker();
    let error = failure(pool.run(recurse, 0));
    assert!(matches!(error.kind(), Kind::Died(status) if status.signal().is_some()), "{error:?}");
    works(&pool);
}

fn function_panics() {
    let pool = one_worker();
    let number = works(&pool);
    let error = failure(pool.run(panic_with, "the reason".to_owned()));
    assert_eq!(error.panic_message(), Some("the reason"));
    assert!(error.to_string().contains("panicked in a worker process: the reason"), "{error}");
    assert_eq!(works(&pool), number, "the worker survives");
}

fn panic_is_no_text() {
    let error = failure(run_in_process(panic_without_text, 1));
    assert!(error.panic_message().unwrap().contains("no text"), "{error}");
}

fn argument_cannot_be_written() {
    let error = failure(run_in_process(same, Hostile(Hostile::CANNOT_BE_WRITTEN)));
    assert!(matches!(error.kind(), Kind::Argument(why) if why.contains("not to be written")), "{error:?}");
}

fn argument_cannot_be_read() {
    let error = failure(run_in_process(same, Hostile(Hostile::CANNOT_BE_READ)));
    assert!(matches!(error.kind(), Kind::Argument(why) if why.contains("not to be read")), "{error:?}");
}

fn output_cannot_be_written() {
    let error = failure(run_in_process(hostile, Hostile::CANNOT_BE_WRITTEN));
    assert!(matches!(error.kind(), Kind::Output(why) if why.contains("not to be written")), "{error:?}");
}

fn output_cannot_be_read() {
    let error = failure(run_in_process(hostile, Hostile::CANNOT_BE_READ));
    assert!(matches!(error.kind(), Kind::Output(why) if why.contains("not to be read")), "{error:?}");
}

fn serde_panics() {
    let pool = one_worker();
    // Here, the argument; there, the argument; there, the output; here, the output.
    let error = failure(pool.run(same, Hostile(Hostile::PANICS_WHEN_WRITTEN)));
    assert!(matches!(error.kind(), Kind::Lost(_)), "{error:?}");
    let error = failure(pool.run(same, Hostile(Hostile::PANICS_WHEN_READ)));
    assert_eq!(error.panic_message(), Some("panics when read"));
    let error = failure(pool.run(hostile, Hostile::PANICS_WHEN_WRITTEN));
    assert_eq!(error.panic_message(), Some("panics when written"));
    let error = failure(pool.run(hostile, Hostile::PANICS_WHEN_READ));
    assert!(matches!(error.kind(), Kind::Lost(_)), "{error:?}");
    assert_eq!(block_on(pool.run(hostile, Hostile::FINE)).unwrap().0, Hostile::FINE);
    works(&pool);
}

fn not_registered() {
    let error = failure(run_in_process(unregistered, 1));
    assert!(matches!(error.kind(), Kind::NotRegistered), "{error:?}");
    assert!(error.to_string().contains("add `.register(unregistered)`"), "{error}");
    let error = failure(run_in_process(|n: u32| n, 1));
    assert!(error.to_string().contains("closures cannot be registered"), "{error}");
}

fn not_registered_in_another_program() {
    let this = std::env::current_exe().unwrap();
    let pool = WorkerPool::builder().program(this).max_workers(1).build();
    assert!(matches!(failure(pool.run(unregistered, 1)).kind(), Kind::NotRegistered));
    works(&pool);
}

fn not_served() {
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this).env(scenarios::FORGETFUL, "").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("NotServed"), "{told}");
    assert!(
        told.contains("begin `main` with `checked_async::Functions::new().register(…).serve_if_worker()`"),
        "{told}"
    );
    assert!(told.contains("no children"), "{told}");
}

/// A worker whose `main` does not serve cannot go on to start workers.
fn not_served_in_a_worker() {
    let this = std::env::current_exe().unwrap();
    let text = format!("{}= exec '{}' \"$@\" > \"$0.told\"", scenarios::FORGETFUL, this.display());
    let (_notes, file) = script("forgetful", &text);
    let error = failure(WorkerPool::builder().program(&file).build().run(double, 1));
    assert!(matches!(error.kind(), Kind::EndedAtStart(status) if status.code() == Some(0)), "{error:?}");
    assert!(error.to_string().contains("call `serve_if_worker` first in `main`"), "{error}");
    let told = fs::read_to_string(file.with_extension("told")).unwrap();
    assert!(told.contains("NotServed") && told.contains("no children"), "{told}");
}

fn nested_call() {
    let error = block_on(run_in_process(nested, 1)).unwrap().unwrap_err();
    assert!(error.contains("Nested") && error.contains("; call it directly"), "{error}");
}

fn no_program() {
    let pool = WorkerPool::builder().program("/nowhere/to/be/found").build();
    let error = failure(pool.run(double, 1));
    assert!(matches!(error.kind(), Kind::Start(why) if why.kind() == io::ErrorKind::NotFound), "{error:?}");
}

fn program_that_ends() {
    let (_notes, file) = script("ends", "exit 7");
    let error = failure(WorkerPool::builder().program(file).build().run(double, 1));
    assert!(matches!(error.kind(), Kind::EndedAtStart(status) if status.code() == Some(7)), "{error:?}");
}

fn program_that_is_silent() {
    let (_notes, file) = script("silent", "echo $$ > \"$0.number\"; exec sleep 1000");
    let limit = Duration::from_secs(3);
    let pool = WorkerPool::builder().program(&file).start_timeout(limit).build();
    let error = failure(pool.run(double, 1));
    assert!(matches!(error.kind(), Kind::NotReady(time) if *time == limit), "{error:?}");
    let number = fs::read_to_string(file.with_extension("number")).unwrap();
    wait_end(number.trim().parse().unwrap());
}

fn program_that_speaks_otherwise() {
    let (_notes, file) = script("other", "echo 'something that is longer than a greeting' >&0; exec sleep 1000");
    let error = failure(WorkerPool::builder().program(file).build().run(double, 1));
    assert!(matches!(error.kind(), Kind::Start(why) if why.kind() == io::ErrorKind::InvalidData), "{error:?}");
}

fn worker_by_hand() {
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this).arg("--checked-async-worker").stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("`--checked-async-worker` is for the program itself"), "{told}");
}

fn out_of_files() {
    let output = scenarios::output("out_of_files", &[]);
    assert_eq!(output, "Start(Some(24))\nOk(6)\n");
}

fn polled_after_completion() {
    let mut call = run_in_process(double, 1);
    block_on(&mut call).unwrap();
    let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(call)));
    assert!(again.is_err());
}

/// A program of the shell.
fn script(name: &str, text: &str) -> (Notes, std::path::PathBuf) {
    let notes = Notes::new(name);
    let file = notes.file("program");
    fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    (notes, file)
}
