//! Functions and types that are called like those of a runtime and are something else.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Mutex;

type Job = Box<dyn FnOnce() -> Result<(), String> + Send>;

/// A list of jobs: `spawn` only notes one.
#[derive(Default)]
struct Queue {
    jobs: Mutex<Vec<Job>>,
}

/// A number on a list.
struct JoinHandle(usize);

impl JoinHandle {
    fn detach(self) {
        println!("job {} is on its own", self.0);
    }
}

impl Queue {
    fn spawn(&self, job: Job) -> JoinHandle {
        let mut jobs = self.jobs.lock().unwrap();
        jobs.push(job);
        JoinHandle(jobs.len())
    }
}

fn spawn(name: &str) {
    println!("spawned {name} at the entrance of the dungeon");
}

mod smol {
    pub fn spawn<T>(future: impl Future<Output = T>) -> super::Detach {
        drop(future);
        super::Detach
    }
}

struct Detach;

impl Detach {
    fn detach(&self) {}
}

#[checked_async]
async fn play(queue: &Queue) {
    spawn("an ogre");
    queue.spawn(Box::new(|| Err("too late".into())));
    let _ = queue.spawn(Box::new(|| Ok(())));
    queue.spawn(Box::new(|| Ok(()))).detach();
    smol::spawn(async { Err::<(), &str>("never run") }).detach();
    rayon::spawn(|| println!("in the pool"));
}
