//! The example `pipeline`, with real programs.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};
use std::thread;

use checked_async_tests::program::{LEVELS, Program, patiently};

const PROGRAM: &str = env!("CARGO_BIN_EXE_example-pipeline");

/// Runs it to its end.
fn pipe(stages: &[&str], input: &str) -> Output {
    let mut command = Command::new(PROGRAM);
    command
        .args(stages)
        .env("CHECKED_ASYNC", LEVELS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = patiently(move || child.wait_with_output().unwrap());
    writer.join().unwrap().unwrap();
    output
}

#[track_caller]
fn assert_output(output: &Output, stdout: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{}: {said}", output.status);
    assert!(output.stdout == stdout.as_bytes(), "{} bytes instead of {}", output.stdout.len(), stdout.len());
}

#[track_caller]
fn assert_fails(output: &Output, message: &str) {
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(1), message));
    assert!(output.stdout.is_empty());
}

#[test]
fn words_are_counted() {
    let output = pipe(&[], "");
    let counts: Vec<Vec<&str>> =
        str::from_utf8(&output.stdout).unwrap().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(counts, [["3", "the", "loop"], ["2", "the", "task"], ["1", "the", "turn"]]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn more_than_the_pipes_take_goes_through() {
    let input = "one line of many\n".repeat(100_000);
    assert_output(&pipe(&["cat", "cat", "cat"], &input), &input);
}

#[test]
fn a_program_need_not_read_all_of_its_input() {
    let input = "first\n".to_owned() + &"more\n".repeat(100_000);
    assert_output(&pipe(&["head -n 1", "cat"], &input), "first\n");
}

#[test]
fn each_status_counts() {
    assert_fails(&pipe(&["cat", "grep nothing", "wc -l"], "something\n"), "pipeline: `grep nothing`: exit status: 1\n");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    assert_fails(
        &pipe(&["cat", "no-such-program"], ""),
        "pipeline: `no-such-program`: No such file or directory (os error 2)\n",
    );
}

#[test]
fn interrupted_it_leaves_no_program_behind() {
    let folder = std::env::temp_dir().join(format!("checked-async-pipeline-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let fifo = folder.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // It opens the pipe, which says that it runs, and then waits for ever.
    let script = folder.join("script");
    fs::write(&script, format!("exec 3> '{}'\necho running >&3\nexec sleep 100000\n", fifo.display())).unwrap();
    let program = Program::start(PROGRAM, &[&format!("sh {}", script.display())]);
    let mut pipe = patiently(move || {
        let mut pipe = fs::File::open(&fifo).unwrap();
        pipe.read_exact(&mut [0; "running\n".len()]).unwrap();
        pipe
    });
    program.signal("INT");
    let (status, said) = program.wait();
    assert_eq!((std::os::unix::process::ExitStatusExt::signal(&status), &*said), (Some(2), ""));
    // Nobody holds its other end.
    assert_eq!(patiently(move || pipe.read(&mut [0]).unwrap()), 0);
    fs::remove_dir_all(folder).unwrap();
}
