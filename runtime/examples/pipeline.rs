//! A pipeline of programs, fed from memory: all are served at once, and every exit status is looked at.
//!
//! ```sh
//! cargo run -p checked-async --features process --example pipeline              # tr | sort | uniq -c on a few words
//! ls | cargo run -p checked-async --features process --example pipeline -- 'grep e' 'wc -l'
//! ```
//!
//! A pipe takes some 64 KiB. Who writes the whole input before reading any output waits for a program that waits for its
//! reader: so the input is written by a task of its own. Whatever goes wrong, no program is left running.

use std::io::{self, Error, ErrorKind};

use checked_async::io::{AsyncReadExt, AsyncWriteExt, Unblock};
use checked_async::process::{Child, ChildStdin, Command, Stdio};
use checked_async::{checked_async, spawn};

const WORDS: &str = "the loop\nThe Task\nthe Loop\nthe task\nthe turn\nthe loop\n";

fn main() {
    let stages: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = checked_async::run(run(stages)) {
        eprintln!("pipeline: {error}");
        std::process::exit(1);
    }
}

#[checked_async]
async fn run(mut stages: Vec<String>) -> io::Result<()> {
    let mut input = Vec::new();
    if stages.is_empty() {
        stages = ["tr A-Z a-z", "sort", "uniq -c"].map(String::from).into();
        input = WORDS.into();
    } else {
        Unblock::new(io::stdin()).read_to_end(&mut input).await?;
    }
    let output = pipe(&stages, input).await?;
    let mut stdout = Unblock::new(io::stdout());
    stdout.write_all(&output).await?;
    stdout.flush().await
}

/// Runs programs, the first on `input`, each of the others on the output of the one before; gives the output of the last.
///
/// # Errors
///
/// If a program cannot be started, or does not end with status 0. All are killed then, as when the future is dropped.
#[checked_async]
async fn pipe(stages: &[String], input: Vec<u8>) -> io::Result<Vec<u8>> {
    let Some((first, others)) = stages.split_first() else { return Ok(input) };
    let mut children = vec![start(first, Stdio::piped())?];
    let stdin = children[0].stdin.take().expect("it is a pipe");
    for stage in others {
        let before = children.last_mut().and_then(|child| child.stdout.take()).expect("it is a pipe");
        children.push(start(stage, before.into_stdio().await?)?);
    }
    let mut stdout = children.last_mut().and_then(|child| child.stdout.take()).expect("it is a pipe");

    let feeder = spawn(feed(stdin, input)).named("feeder").abort_on_drop();
    let mut output = Vec::new();
    stdout.read_to_end(&mut output).await?;
    for (stage, child) in stages.iter().zip(&mut children) {
        let status = child.status().await?;
        if !status.success() {
            return Err(Error::other(format!("`{stage}`: {status}")));
        }
    }
    feeder.await??;
    Ok(output)
}

fn start(stage: &str, stdin: Stdio) -> io::Result<Child> {
    let mut words = stage.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).stdin(stdin).stdout(Stdio::piped()).kill_on_drop(true);
    command.spawn().map_err(|error| Error::new(error.kind(), format!("`{stage}`: {error}")))
}

/// Writes the input, and closes the pipe.
#[checked_async]
async fn feed(mut stdin: ChildStdin, input: Vec<u8>) -> io::Result<()> {
    match stdin.write_all(&input).await {
        // The program has read as much as it wanted to, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
