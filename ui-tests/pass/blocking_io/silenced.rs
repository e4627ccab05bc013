//! Blocking I/O that is meant: at the start of a program, in one expression, in a module.

#![deny(warnings)]

use checked_async::checked_async;
use std::fs;
use std::io;
use std::path::Path;

/// Nothing else runs yet.
#[checked_async(allow(blocking_io))]
async fn start(path: &Path) -> io::Result<String> {
    fs::create_dir_all("cache")?;
    let text = fs::read_to_string(path)?;
    tokio::task::yield_now().await;
    Ok(text)
}

#[checked_async]
async fn cores() -> usize {
    // The kernel answers this from memory.
    let text = #[checked(allow(blocking_io))]
    fs::read_to_string("/proc/cpuinfo");
    #[checked(allow(blocking_io))]
    let load = fs::read_to_string("/proc/loadavg");
    #[checked(allow(blocking_io))]
    if fs::metadata("/proc/self").is_ok() {
        println!("{load:?}");
    }
    text.map_or(0, |text| text.matches("processor").count())
}

#[checked_async(allow(blocking_io))]
mod proc {
    use super::fs;

    pub async fn uptime() -> Option<f64> {
        let text = fs::read_to_string("/proc/uptime").ok()?;
        text.split(' ').next()?.parse().ok()
    }
}
