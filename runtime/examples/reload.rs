#![cfg_attr(not(unix), allow(unused, reason = "there is no SIGHUP, and nothing but a message"))]
//! A service that reads its configuration anew on SIGHUP, keeps the old one where the new one is wrong, and ends on SIGTERM.
//!
//! ```sh
//! printf 'greeting = hello\nevery_ms = 1000\n' > /tmp/reload.conf
//! cargo run -p checked-async --features signal --example reload -- /tmp/reload.conf
//! kill -HUP $(pgrep -x reload)
//! ```
//!
//! Signals arrive as a stream, between the turns of the loop: none of the code here is a signal handler.

use std::io::{self, Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(unix)]
use checked_async::signal::{Signal, Signals};
use checked_async::stream::StreamExt;
use checked_async::{checked_async, run_blocking, sleep, spawn};

#[derive(Clone, Debug)]
struct Config {
    greeting: String,
    every: Duration,
}

impl Config {
    /// Reads the file on another thread: a file may be slow.
    #[checked_async]
    async fn read(path: &Path) -> io::Result<Self> {
        let file = path.to_owned();
        let text = run_blocking(move || std::fs::read_to_string(file)).await??;
        Config::parse(&text).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut config = Config { greeting: "hello".into(), every: Duration::from_secs(1) };
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let (name, value) = line.split_once('=').ok_or_else(|| format!("line {number} has no `=`"))?;
            match (name.trim(), value.trim()) {
                ("greeting", value) => config.greeting = value.into(),
                ("every_ms", value) => {
                    let every = value.parse().map_err(|error| format!("line {number}: {error}"))?;
                    config.every = Duration::from_millis(every);
                }
                (name, _) => return Err(format!("line {number}: nobody knows `{name}`")),
            }
        }
        Ok(config)
    }
}

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).expect("usage: reload FILE");
    checked_async::run(serve(path.into()))
}

#[cfg(unix)]
#[checked_async]
async fn serve(path: PathBuf) -> io::Result<()> {
    // Before anything else: SIGHUP ends a program that does not wait for it.
    let mut signals = Signals::new([Signal::Hup, Signal::Term])?;
    let mut config = Config::read(&path).await?;
    println!("read: {config:?}");
    loop {
        // Dropped, and so cancelled, when the next signal has come.
        let worker = spawn(work(config.clone())).named("worker").abort_on_drop();
        match signals.try_next().await? {
            Some(Signal::Hup) => match Config::read(&path).await {
                Ok(new) => {
                    println!("reloaded: {new:?}");
                    config = new;
                }
                Err(error) => println!("not reloaded: {error}"),
            },
            _ => break,
        }
        drop(worker);
    }
    println!("bye");
    Ok(())
}

#[cfg(not(unix))]
async fn serve(_: PathBuf) -> io::Result<()> {
    Err(Error::new(ErrorKind::Unsupported, "there is no SIGHUP here"))
}

/// What the service is for.
#[checked_async]
async fn work(config: Config) {
    loop {
        println!("{}", config.greeting);
        sleep(config.every).await;
    }
}
