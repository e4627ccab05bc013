//! Processes waited for, and lines read from the terminal.

use checked_async::checked_async;
use std::io::{self, Read, stdin};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

#[checked_async]
async fn build(target: &str) -> io::Result<bool> {
    let version = Command::new("cargo").arg("--version").output()?; //~ warning blocking_io: Command::new("cargo").arg("--version").output()
    println!("{}", String::from_utf8_lossy(&version.stdout));
    let mut command = Command::new("cargo");
    command.args(["build", "--target", target]).stdin(Stdio::null());
    if !command.status()?.success() { //~ warning blocking_io: command.status()
        return Ok(false);
    }
    std::process::Command::new("strip").arg(target).status().map(|status| status.success()) //~ warning blocking_io: std::process::Command::new("strip").arg(target).status()
}

#[checked_async]
async fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    child.wait() //~ warning blocking_io: child.wait()
}

#[checked_async]
async fn collect(command: &mut Command) -> io::Result<Output> {
    let child = command.stdout(Stdio::piped()).spawn()?;
    child.wait_with_output() //~ warning blocking_io: child.wait_with_output()
}

#[checked_async]
async fn sweep(children: Vec<Child>) -> usize {
    children
        .into_iter()
        .filter_map(|mut child| {
            child.kill().ok()?;
            child.wait().ok() //~ warning blocking_io: child.wait()
        })
        .filter(ExitStatus::success)
        .count()
}

#[checked_async]
async fn ask(question: &str) -> io::Result<String> {
    println!("{question}");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?; //~ warning blocking_io: io::stdin().read_line(&mut answer)
    if answer.is_empty() {
        for line in std::io::stdin().lines() { //~ warning blocking_io: std::io::stdin().lines()
            answer += &line?;
        }
        stdin().read_to_string(&mut answer)?; //~ warning blocking_io: stdin().read_to_string(&mut answer)
    }
    let input = stdin();
    input.read_line(&mut answer)?; //~ warning blocking_io: input.read_line(&mut answer)
    Ok(answer)
}
