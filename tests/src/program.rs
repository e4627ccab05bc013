//! A program that a test starts and talks to.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// After what time a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// For the variable `CHECKED_ASYNC`: off is what goes by the machine's time, and so may be reported of a correct program
/// where the machine is slow.
pub const LEVELS: &str = "slow_poll=off,slow_callback=off,slow_select=off,stalled_loop=off,stalled_future=off";

/// A running program; dropped, it is killed.
pub struct Program {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Program {
    /// Starts a program. It reads nothing from stdin.
    ///
    /// # Panics
    ///
    /// If that fails.
    pub fn start(path: &str, args: &[&str]) -> Self {
        let mut command = Command::new(path);
        command.args(args).env("CHECKED_ASYNC", LEVELS);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be run");
        let lines = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
        let (line, stdout) = channel();
        thread::spawn(move || lines.map_while(Result::ok).all(|text| line.send(text).is_ok()));
        let mut errors = child.stderr.take().expect("it is a pipe");
        let (text, stderr) = channel();
        thread::spawn(move || {
            let mut read = String::new();
            let _ = errors.read_to_string(&mut read);
            text.send(read)
        });
        Program { child, stdout, stderr }
    }

    /// The next line that it prints.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("it prints another line")
    }

    /// Reads lines until one is this.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn wait_for_line(&self, line: &str) {
        while self.line() != line {}
    }

    /// Sends it a signal, by its name without `SIG`.
    ///
    /// # Panics
    ///
    /// If that fails.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        // Each shell has its own; not each machine has a program for it.
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success(), "{kill}");
    }

    /// Waits for its end, and that of the programs which it has started. Its status, and what it has said on stderr.
    ///
    /// # Panics
    ///
    /// If it runs on.
    #[track_caller]
    pub fn wait(mut self) -> (ExitStatus, String) {
        let said = self.stderr.recv_timeout(PATIENCE).expect("all programs that hold its stderr end");
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                return (status, said);
            }
            assert!(begin.elapsed() < PATIENCE, "it has closed its stderr, and runs on");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for its end, which is to be a success of which nothing was reported.
    ///
    /// # Panics
    ///
    /// If it fails, or has said something on stderr.
    #[track_caller]
    pub fn wait_for_success(self) {
        let (status, said) = self.wait();
        assert!(status.success() && said.is_empty(), "{status}: {said}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a function gives that may wait for a program.
///
/// # Panics
///
/// If it waits too long.
#[track_caller]
pub fn patiently<T: Send + 'static>(wait: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, result) = channel();
    thread::spawn(move || sender.send(wait()));
    result.recv_timeout(PATIENCE).expect("it does not wait for ever")
}

/// Connects to a program.
///
/// # Panics
///
/// If that fails.
#[track_caller]
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it accepts connections");
    stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    stream
}
