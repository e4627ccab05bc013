//! A worker's process, seen from the program: started, asked, and ended, all of it blocking.
//!
//! The connection is a socket that the worker finds as its standard input, so that only safe code is needed to hand it over,
//! and whatever the function prints cannot break it. It is closed on exec, here and there: the end of either process is
//! the end of the connection.
//!
//! Invariant: a process that was started is waited for, on whatever way its [`Worker`] is given up.

mod frame;
mod serve;

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

pub(super) use serve::serve;

use super::error::WorkerErrorKind;

/// The worker's only argument. Unlike a variable of the environment, what the function starts does not inherit it; and a
/// `main` that reads arguments first refuses it instead of doing its work a second time.
const MARK: &str = "--checked-async-worker";

/// How long a process may take from the end of its connection to its own.
const GRACE: Duration = Duration::from_secs(5);

/// Was this process started to be a worker?
pub(super) fn started_as_worker() -> bool {
    static STARTED: LazyLock<bool> = LazyLock::new(|| std::env::args_os().nth(1).is_some_and(|first| first == MARK));
    *STARTED
}

/// The connection, to be broken from another thread.
#[derive(Clone, Debug)]
pub(super) struct Connection(Arc<UnixStream>);

impl Connection {
    /// Ends the connection, whoever is using it.
    pub(super) fn cut(&self) {
        // It fails if the other side has ended it.
        _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// The connection has failed before the reply came.
#[derive(Debug)]
pub(super) struct Unanswered {
    /// Can the function have begun?
    pub(super) begun: bool,
    pub(super) error: io::Error,
}

/// A worker process that is ready.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    connection: Connection,
    /// Has the process been waited for?
    reaped: bool,
}

impl Worker {
    /// Starts a process of this program, or of another one, and waits until it is ready.
    pub(super) fn start(program: Option<&Path>, limit: Duration) -> Result<Self, WorkerErrorKind> {
        let (ours, theirs) = UnixStream::pair().map_err(WorkerErrorKind::Start)?;
        let child = command(program)
            .and_then(|mut command| command.stdin(OwnedFd::from(theirs)).spawn())
            .map_err(WorkerErrorKind::Start)?;
        let mut worker = Self { child, connection: Connection(Arc::new(ours)), reaped: false };
        let stream = &*worker.connection.0;
        let greeted = stream
            .set_read_timeout(Some(limit))
            .and_then(|()| frame::read_hello(stream))
            .and_then(|()| stream.set_read_timeout(None));
        match greeted {
            Ok(()) => Ok(worker),
            Err(error) => Err(match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => WorkerErrorKind::NotReady(limit),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => match worker.wait() {
                    Ok(status) => WorkerErrorKind::EndedAtStart(status),
                    Err(error) => WorkerErrorKind::Start(error),
                },
                _ => WorkerErrorKind::Start(error),
            }),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Sends a request and waits for the reply.
    pub(super) fn ask(&self, request: &[u8]) -> Result<Vec<u8>, Unanswered> {
        let connection = &*self.connection.0;
        let sent = frame::write(connection, request).and_then(|()| frame::read(connection));
        sent.map_err(|error| Unanswered { begun: false, error })?;
        frame::read(connection).map_err(|error| Unanswered { begun: true, error })
    }

    /// How a process ended whose connection has failed.
    pub(super) fn died(&mut self, error: io::Error) -> WorkerErrorKind {
        self.connection.cut();
        match self.wait() {
            Ok(status) => WorkerErrorKind::Died(status),
            // Nobody can wait for it where the program ignores `SIGCHLD`.
            Err(_) => WorkerErrorKind::Lost(error),
        }
    }

    /// Ends an idle process, which may run what it has to run at its exit.
    pub(super) fn stop(&mut self) {
        self.connection.cut();
        // Whatever the status is, nobody has asked for it.
        _ = self.wait();
    }

    /// Waits for a process whose connection has ended. One that does not follow soon is killed.
    fn wait(&mut self) -> io::Result<ExitStatus> {
        let asked = Instant::now();
        let mut pause = Duration::from_micros(50);
        while asked.elapsed() < GRACE {
            if let Some(status) = self.child.try_wait()? {
                self.reaped = true;
                return Ok(status);
            }
            // Between the two ends lie microseconds, unless there is a lot to do at exit.
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        self.kill()
    }

    /// Kills the process with its group, that is with the subprocesses which it has left in it.
    fn kill(&mut self) -> io::Result<ExitStatus> {
        // The process is not waited for, so nobody else can have its number. Both fail only if it has ended.
        _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        _ = self.child.kill();
        self.reaped = true;
        self.child.wait()
    }
}

/// A worker that is dropped is killed.
impl Drop for Worker {
    fn drop(&mut self) {
        if !self.reaped {
            // Whatever the status is, nobody has asked for it.
            _ = self.kill();
        }
    }
}

/// The command that starts a worker.
fn command(program: Option<&Path>) -> io::Result<Command> {
    let mut command = match program {
        Some(program) => Command::new(program),
        None => {
            let mut command = Command::new(this_program()?);
            // What the program was called as may be more telling than where it lies.
            if let Some(name) = std::env::args_os().next() {
                command.arg0(name);
            }
            command
        }
    };
    command.arg(OsStr::new(MARK)).stdout(Stdio::inherit()).stderr(Stdio::inherit()).process_group(0);
    Ok(command)
}

/// The path of this executable.
fn this_program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    if cfg!(target_os = "linux") && !path.exists() {
        // It was replaced, as by an upgrade; this is the one that is running.
        return Ok("/proc/self/exe".into());
    }
    Ok(path)
}
