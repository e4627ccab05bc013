//! Longer bodies: branches, loops, early returns, and none of them awaits.

use checked_async::checked_async;
use std::sync::Mutex;

#[checked_async(warn(async_without_await))]
async fn classify(log: &Mutex<Vec<String>>, line: &str) -> Result<usize, String> { //~ warning async_without_await: classify
    if line.is_empty() {
        return Err("empty".into());
    }
    let mut log = log.lock().map_err(|error| error.to_string())?;
    for word in line.split(' ') {
        match word {
            "skip" => continue,
            "stop" => break,
            _ => log.push(word.into()),
        }
    }
    Ok(log.len())
}

#[checked_async(warn(async_without_await))]
async fn half_done(ready: bool) -> u32 { //~ warning async_without_await: half_done
    if ready { 1 } else { todo!() }
}
