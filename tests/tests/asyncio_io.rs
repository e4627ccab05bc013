//! What the page says of pipes, file descriptors, processes and signals, and of the threads they need.

use std::io::Write;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use checked_async::io::{Async, Unblock};
use checked_async::process::{Command, Stdio};
use checked_async::{run, run_blocking, spawn, yield_now};
use checked_async_tests::trace::{Both, Here, Trace};
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt, io::BufReader};

/// The page: there are APIs that read from pipes and watch file descriptors without blocking the loop. The reader waits before
/// there is anything to read, and the writer is another task of the loop.
#[cfg(unix)]
#[test]
fn pipes_do_not_block_the_loop() {
    let trace = Trace::default();
    let (reader, mut writer) = std::io::pipe().unwrap();
    run(async {
        let mut reader = Async::new(reader).unwrap();
        let inner = trace.clone();
        let reading = spawn(async move {
            let mut text = String::new();
            inner.note("reads");
            reader.read_to_string(&mut text).await.unwrap();
            inner.note(text);
        });
        yield_now().await;
        trace.note("the loop runs");
        writer.write_all(b"what was written").unwrap();
        drop(writer);
        reading.await.unwrap();
    });
    trace.assert(&[Both("reads"), Both("the loop runs"), Both("what was written")]);
}

/// What cannot be watched, such as a file, is read by a thread.
#[test]
fn what_blocks_is_read_elsewhere() {
    let text = run(async {
        let mut text = String::new();
        Unblock::new(std::io::Cursor::new("text")).read_to_string(&mut text).await.unwrap();
        text
    });
    assert_eq!(text, "text");
}

/// The page: a process is started, and talked to, from the loop. Its 3.5 edition: that must be on the main thread, which this is
/// not.
#[cfg(unix)]
#[test]
fn processes_need_no_main_thread() {
    let trace = Trace::default();
    assert_ne!(thread::current().name(), Some("main"));
    run(async {
        let mut child = Command::new("cat");
        let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut stdin = child.stdin.take().unwrap();
        for question in ["one\n", "two\n"] {
            stdin.write_all(question.as_bytes()).await.unwrap();
            stdin.flush().await.unwrap();
            trace.note(lines.next().await.unwrap().unwrap());
        }
        drop(stdin);
        trace.note(format!("exited: {}", child.status().await.unwrap().success()));
    });
    trace.assert(&[Both("one"), Both("two"), Both("exited: true")]);
}

/// The page: signals need a loop on the main thread. Here any loop may wait for them, several at a time.
#[cfg(unix)]
#[test]
fn signals_need_no_main_thread() {
    use checked_async::signal::{Signal, Signals};
    let trace = Trace::default();
    let (ready, are_ready) = mpsc::channel();
    let loops = [(); 2].map(|()| {
        let (trace, ready) = (trace.clone(), ready.clone());
        thread::spawn(move || {
            run(async {
                let mut signals = Signals::new([Signal::Usr2]).unwrap();
                ready.send(()).unwrap();
                signals.next().await.unwrap().unwrap();
                trace.note("signal");
            });
        })
    });
    assert_eq!(are_ready.iter().take(2).count(), 2);
    let kill = format!("kill -USR2 {}", std::process::id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    for event_loop in loops {
        event_loop.join().unwrap();
    }
    trace.assert(&[Here("signal"), Here("signal")]);
}

/// The page: blocking code should not be called directly, since all tasks are delayed by it. In a thread it delays none: this
/// closure ends when the task has run that it would have delayed.
#[test]
fn blocking_code_delays_nobody_in_a_thread() {
    let trace = Trace::default();
    run(async {
        let (sender, receiver) = mpsc::channel();
        let inner = trace.clone();
        let task = spawn(async move {
            inner.note("another task runs");
            sender.send(()).unwrap();
        });
        run_blocking(move || receiver.recv_timeout(Duration::from_secs(3600)).unwrap()).await.unwrap();
        trace.note("the closure is over");
        task.await.unwrap();
    });
    trace.assert(&[Both("another task runs"), Both("the closure is over")]);
}
