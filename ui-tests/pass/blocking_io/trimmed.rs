//! Functions that the project says do not block, and names of its list that are others' functions.

#![deny(warnings)]

use checked_async::checked_async;
use std::fs::metadata;
use std::io;
use std::path::Path;

mod legacy {
    pub async fn fetch_user(id: u32) -> String {
        format!("user {id}")
    }
}

mod modern {
    pub fn fetch_user(id: u32) -> String {
        format!("user {id}")
    }
}

/// The files are on a disk in memory.
#[checked_async(non_blocking("std::fs::metadata"))]
async fn size(path: &Path) -> io::Result<u64> {
    let data = std::fs::metadata(path)?;
    if data.is_dir() {
        return Ok(0);
    }
    let again = metadata(path.join("index"))?;
    tokio::task::yield_now().await;
    Ok(data.len() + again.len())
}

#[checked_async(non_blocking("std::fs::metadata", "std::fs::exists"))]
impl Index {
    async fn is_new(&self) -> bool {
        use std::fs;
        let known = self.0.iter().all(|path| fs::exists(path).unwrap_or(false));
        known && fs::metadata("index").is_ok()
    }
}
struct Index(Vec<String>);

/// A function that answers with a future does not block, whatever it is called.
#[checked_async(blocking("legacy::fetch_user"))]
async fn users() -> String {
    let first = legacy::fetch_user(1).await;
    let second = modern::fetch_user(2);
    let third = tokio::task::spawn_blocking(|| modern::fetch_user(3)).await;
    [first, second, third.unwrap_or_default()].concat()
}
