//! Runs cargo as a child, so that an interrupted command leaves none behind.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};

use crate::error::{Result, Trouble};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CHILD: Mutex<Option<Arc<Mutex<Child>>>> = Mutex::new(None);

/// From here on an interrupt ends the running cargo first, and this command after it.
pub(crate) fn watch_interrupts() {
    // Fails only when a handler is set already.
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        let child = CHILD.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match child {
            // A terminal has told the child too, which then ends by itself; a plain `kill` has not.
            Some(child) => {
                thread::sleep(Duration::from_millis(300));
                let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            }
            None => std::process::exit(2),
        }
    });
}

/// Runs a command to its end and keeps what it prints.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = start(command)?;
    let (stdout, stderr) = {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        (child.stdout.take(), child.stderr.take())
    };
    let reader = thread::spawn(move || read_all(stderr));
    let stdout = read_all(stdout);
    let stderr = reader.join().unwrap_or_default();
    Ok(Output { status: wait(&child)?, stdout, stderr })
}

/// Runs a command to its end and hands on each line of its standard output.
pub(crate) fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    command.stdout(Stdio::piped());
    let child = start(command)?;
    let stdout = child.lock().unwrap_or_else(PoisonError::into_inner).stdout.take();
    if let Some(stdout) = stdout {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            each(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
            line.clear();
        }
    }
    wait(&child)
}

/// Runs a command to its end, with our standard streams.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let child = start(command)?;
    wait(&child)
}

fn start(command: &mut Command) -> Result<Arc<Mutex<Child>>> {
    let child = command.spawn().map_err(|error| {
        Trouble::new(format!("cannot run `{}`: {error}", command.get_program().to_string_lossy()))
            .help("install Rust from https://rustup.rs, or set the variable `CARGO` to the cargo to use")
    })?;
    let child = Arc::new(Mutex::new(child));
    *CHILD.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&child));
    Ok(child)
}

/// Waits without holding the lock, which the interrupt handler needs.
fn wait(child: &Mutex<Child>) -> Result<ExitStatus> {
    let mut pause = Duration::from_micros(200);
    let status = loop {
        let ended = child.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
        match ended {
            Ok(Some(status)) => break status,
            Ok(None) => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(10));
            }
            Err(error) => return Err(Trouble::new(format!("cannot wait for cargo: {error}"))),
        }
    };
    *CHILD.lock().unwrap_or_else(PoisonError::into_inner) = None;
    if INTERRUPTED.load(Ordering::SeqCst) {
        return Err(Trouble::new("interrupted; nothing of yours has been changed"));
    }
    Ok(status)
}

fn read_all(source: Option<impl io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut source) = source {
        // What was read before an error is still worth showing.
        let _ = source.read_to_end(&mut bytes);
    }
    bytes
}
