//! Files read and processes waited for in async code, next to the same code with the runtime's counterparts.

use checked_async::checked_async;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

#[checked_async]
async fn bad(path: PathBuf) -> io::Result<String> {
    let text = fs::read_to_string(&path)?; //~ warning blocking_io: fs::read_to_string(&path)
    Command::new("sync").status()?; //~ warning blocking_io: Command::new("sync").status()
    Ok(text)
}

#[checked_async]
async fn good(path: PathBuf) -> io::Result<String> {
    let text = tokio::fs::read_to_string(&path).await?;
    tokio::process::Command::new("sync").status().await?;
    let copy = tokio::task::spawn_blocking(move || fs::read_to_string(path)).await??;
    Ok(text + &copy)
}
