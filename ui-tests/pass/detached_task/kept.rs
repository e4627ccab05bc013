//! Handles that somebody keeps: fields, collections, arguments, return values.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::HashMap;
use std::io;
use tokio::task::JoinHandle;

type Outcome = io::Result<u64>;

async fn copy(file: u64) -> Outcome {
    tokio::fs::copy(file.to_string(), "backup").await
}

struct Pool {
    workers: Vec<JoinHandle<Outcome>>,
    by_name: HashMap<u64, JoinHandle<Outcome>>,
    last: Option<JoinHandle<Outcome>>,
}

fn watch(handle: JoinHandle<Outcome>) {
    handle.abort();
}

#[checked_async]
impl Pool {
    async fn new(files: u64) -> Self {
        let workers = (0..files).map(|file| tokio::spawn(copy(file))).collect();
        Pool { workers, by_name: HashMap::new(), last: Some(tokio::spawn(copy(files))) }
    }

    async fn add(&mut self, file: u64) {
        self.workers.push(tokio::spawn(copy(file)));
        self.by_name.insert(file, tokio::spawn(copy(file)));
        self.last = Some(tokio::spawn(copy(file)));
        watch(tokio::spawn(copy(file)));
    }

    async fn close(self) -> io::Result<u64> {
        let mut sum = 0;
        for worker in self.workers {
            sum += worker.await??;
        }
        Ok(sum)
    }
}

#[checked_async]
async fn start(file: u64, fast: bool) -> JoinHandle<Outcome> {
    if fast {
        return tokio::spawn(copy(file));
    }
    match file {
        0 => tokio::spawn(async { Ok(0) }),
        file => {
            let task = tokio::spawn(copy(file));
            println!("started {file}");
            task
        }
    }
}
