//! Holds many connections over loopback, and says how many were lost and what memory each took.
//!
//! ```sh
//! cargo run -p checked-async-benches --release --bin connections -- 10000 30    # connections, seconds
//! ```
//!
//! Server and clients are two processes, as each connection takes a file descriptor at either end; a shell raises their
//! limit as far as it goes. Each connection exchanges a message at the beginning, every five seconds, and at the end. One that
//! fails to, or gets another's message, is lost: then the status is 1. Memory is the growth of the resident set, on
//! Linux; what the kernel keeps for its sockets is not in it.

use std::io::{self, BufRead, Error, ErrorKind};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use checked_async::io::{AsyncReadExt, AsyncWriteExt};
use checked_async::net::{TcpListener, TcpStream};
use checked_async::{checked_async, now, sleep_until, spawn, timeout};

/// How many connections are being made at a time: the listener's queue is short.
const DIALERS: usize = 64;
/// How often a connection is used.
const EVERY: Duration = Duration::from_secs(5);
/// When an answer is lost.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server"] => checked_async::run(serve()),
        ["client", address, server, count, seconds] => {
            checked_async::run(hold_all(address, server, number(count), Duration::from_secs(number(seconds) as u64)))
        }
        [] => both("10000", "30"),
        [count, seconds] => both(count, seconds),
        _ => Err(Error::new(ErrorKind::InvalidInput, "usage: connections [COUNT SECONDS]")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("connections: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

/// Starts the two processes.
fn both(count: &str, seconds: &str) -> io::Result<()> {
    let this = std::env::current_exe()?;
    let with_descriptors = || {
        let mut command = Command::new("sh");
        command.args(["-c", r#"ulimit -n "$(ulimit -H -n)"; exec "$0" "$@""#]).arg(&this);
        command
    };
    let mut server = with_descriptors().arg("server").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    io::BufReader::new(server.stdout.take().expect("it is a pipe")).read_line(&mut address)?;
    // The shell has become the server: it has the same id.
    let client = with_descriptors().args(["client", address.trim(), &server.id().to_string(), count, seconds]).status();
    server.kill()?;
    server.wait()?;
    if client?.success() { Ok(()) } else { Err(Error::other("connections were lost")) }
}

#[checked_async]
async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        drop(spawn(echo(stream)));
    }
}

#[checked_async]
async fn echo(mut stream: TcpStream) {
    let mut message = [0; size_of::<usize>()];
    while stream.read_exact(&mut message).await.is_ok() && stream.write_all(&message).await.is_ok() {}
}

#[checked_async]
async fn hold_all(address: &str, server: &str, count: usize, hold: Duration) -> io::Result<()> {
    let before = [resident(server), resident("self")];
    let begin = now();
    let dialers: Vec<_> = (0..DIALERS).map(|dialer| spawn(dial(address.into(), dialer, count))).collect();
    let mut streams = Vec::new();
    for dialer in dialers {
        streams.extend(dialer.await?);
    }
    println!("{} of {count} connections made in {:.2?}", streams.len(), now() - begin);
    let end = now() + hold;
    let users: Vec<_> = streams.into_iter().map(|(id, stream)| spawn(use_until(end, id, stream))).collect();
    let (mut held, mut messages) = (Vec::new(), count);
    for user in users {
        match user.await? {
            Ok((stream, used)) => {
                messages += used;
                // Open until all have had their last message.
                held.push(stream);
            }
            Err(error) => eprintln!("lost: {error}"),
        }
    }
    println!("{} of {count} held for {hold:.0?}, {messages} messages: {} lost", held.len(), count - held.len());
    for (who, pid, before) in [("server", server, before[0]), ("clients", "self", before[1])] {
        if let (Some(before), Some(after)) = (before, resident(pid)) {
            let each = after.saturating_sub(before) / count.max(1);
            println!("{who}: {} KiB before, {} KiB with them: {each} bytes each", before / 1024, after / 1024);
        }
    }
    if held.len() == count { Ok(()) } else { Err(Error::other("connections were lost")) }
}

/// Makes every so manieth connection; those that fail are missing.
#[checked_async]
async fn dial(address: String, dialer: usize, count: usize) -> Vec<(usize, TcpStream)> {
    let mut streams = Vec::new();
    for id in (dialer..count).step_by(DIALERS) {
        let connected = async {
            let mut stream = TcpStream::connect(&*address).await?;
            exchange(id, &mut stream).await?;
            Ok::<_, Error>(stream)
        };
        match connected.await {
            Ok(stream) => streams.push((id, stream)),
            Err(error) => eprintln!("not connected: {error}"),
        }
    }
    streams
}

/// Uses a connection now and then; gives it back with the number of messages.
#[checked_async]
async fn use_until(end: Instant, id: usize, mut stream: TcpStream) -> io::Result<(TcpStream, usize)> {
    // Not all at the same time.
    let mut next = now() + EVERY.mul_f64(id as f64 / 1e4 % 1.0);
    let mut messages = 0;
    loop {
        sleep_until(next.min(end)).await;
        exchange(id, &mut stream).await?;
        messages += 1;
        if next >= end {
            return Ok((stream, messages));
        }
        next += EVERY;
    }
}

/// Sends a message and waits for it to come back.
#[checked_async]
async fn exchange(id: usize, stream: &mut TcpStream) -> io::Result<()> {
    let sent = id.to_be_bytes();
    let mut received = [0; size_of::<usize>()];
    let answer = async {
        stream.write_all(&sent).await?;
        stream.read_exact(&mut received).await
    };
    timeout(PATIENCE, answer).await??;
    if received == sent { Ok(()) } else { Err(Error::new(ErrorKind::InvalidData, "another's message")) }
}

/// How many bytes of memory a process has, on Linux.
fn resident(pid: &str) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? * 1024)
}
