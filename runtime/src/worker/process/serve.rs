//! The life of a worker process.
//!
//! ```text
//!                  connection
//! reading thread ◀──────────── program
//!        │ requests                ▲
//!        ▼              replies    │
//!   main thread ───────────────────┘
//! ```
//! Functions run on the main thread, whose stack is the largest, and which some libraries insist on. The other thread waits
//! for the end of the connection even while a function runs: then nobody waits for the output any more.
//!
//! Invariants:
//! - a function never sees the connection: standard input is empty before the first one runs;
//! - `BUSY` is set before a function begins, by the thread that looks at it when the connection ends;
//! - before a function begins, the program is told so: where it is not told, another worker may run the function.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group, kill_process};

use super::{MARK, frame};
use crate::worker::functions::Functions;

/// The exit status of a worker that cannot work.
const TROUBLE: i32 = 2;

/// Is a function running?
static BUSY: AtomicBool = AtomicBool::new(false);

/// Runs functions until the program has ended, or wants no more.
pub(crate) fn serve(functions: &Functions) -> ! {
    let (requests, received) = mpsc::channel();
    let begun = take_connection().and_then(|connection| {
        let reading = connection.try_clone()?;
        thread::Builder::new().name("checked-async requests".into()).spawn(move || receive(&reading, &requests))?;
        frame::write(&connection, frame::HELLO)?;
        Ok(connection)
    });
    let connection = match begun {
        Ok(connection) => connection,
        // The program has ended meanwhile, or does not want a worker any more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit(0),
        Err(error) => {
            // The program sees the status only.
            eprintln!("checked-async: `{MARK}` is for the program itself, and this worker cannot begin: {error}");
            exit(TROUBLE);
        }
    };
    while let Ok(request) = received.recv() {
        if frame::write(&connection, frame::BEGUN).is_err() {
            break;
        }
        let reply = functions.reply(&request);
        drop(request);
        // What the function has printed must not wait for the next call, or be lost when the worker is killed.
        _ = io::stdout().flush();
        BUSY.store(false, Ordering::SeqCst);
        if frame::write(&connection, &reply).is_err() {
            break;
        }
    }
    exit(0);
}

/// Takes the connection off standard input, and puts nothing in its place.
fn take_connection() -> io::Result<UnixStream> {
    let connection = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // This fails on what is no socket, as when somebody has typed the mark.
    connection.peer_addr()?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(connection)
}

/// Hands requests to the main thread, until there can be no more.
fn receive(connection: &UnixStream, requests: &Sender<Vec<u8>>) {
    while let Ok(request) = frame::read(connection) {
        BUSY.store(true, Ordering::SeqCst);
        if requests.send(request).is_err() {
            return;
        }
    }
    if BUSY.load(Ordering::SeqCst) {
        // Nothing gentler is certain to end a function that computes. What it has started goes with it.
        if getpgrp() == getpid() {
            _ = kill_current_process_group(Signal::KILL);
        }
        _ = kill_process(getpid(), Signal::KILL);
    }
}
