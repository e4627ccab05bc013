//! The blocking methods of tokio's channels and locks.

use checked_async::checked_async;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock, broadcast, mpsc, oneshot};

struct Job {
    id: u32,
    reply: oneshot::Sender<u32>,
}

struct Worker {
    jobs: mpsc::Receiver<Job>,
    log: mpsc::Sender<String>,
    total: Arc<Mutex<u32>>,
    limit: RwLock<u32>,
}

#[checked_async]
impl Worker {
    async fn run(&mut self) {
        while let Some(job) = self.jobs.blocking_recv() { //~ nested_block_on: self.jobs.blocking_recv()
            if job.id > *self.limit.blocking_read() { //~ nested_block_on: self.limit.blocking_read()
                continue;
            }
            *self.total.blocking_lock() += job.id; //~ nested_block_on: self.total.blocking_lock()
            self.log.blocking_send(format!("job {}", job.id)).ok(); //~ nested_block_on: self.log.blocking_send(format!("job {}", job.id))
            job.reply.send(job.id).ok();
        }
        let mut total = self.total.clone().blocking_lock_owned(); //~ nested_block_on: self.total.clone().blocking_lock_owned()
        *total = 0;
        *self.limit.blocking_write() = 0; //~ nested_block_on: self.limit.blocking_write()
    }

    async fn drain(&mut self) -> usize {
        let mut jobs = Vec::new();
        self.jobs.blocking_recv_many(&mut jobs, 16) //~ nested_block_on: self.jobs.blocking_recv_many(&mut jobs, 16)
    }
}

#[checked_async]
async fn ask(jobs: &mpsc::Sender<Job>, mut news: broadcast::Receiver<u32>) -> Option<u32> {
    let (reply, answer) = oneshot::channel();
    jobs.send(Job { id: 1, reply }).await.ok()?;
    match answer.blocking_recv() { //~ nested_block_on: answer.blocking_recv()
        Ok(id) => Some(id),
        Err(_) => news.blocking_recv().ok(), //~ nested_block_on: news.blocking_recv()
    }
}

#[checked_async]
async fn by_path(total: &Mutex<u32>) -> u32 {
    *Mutex::blocking_lock(total) //~ nested_block_on: Mutex::blocking_lock(total)
}
