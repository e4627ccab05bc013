//! Closures that wait, kept or handed to functions of which nothing is known.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::HashMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Barrier, Mutex};
use std::thread::JoinHandle;

type Hook = Box<dyn FnOnce() -> bool + Send>;

#[derive(Default)]
struct Shutdown {
    hooks: HashMap<&'static str, Hook>,
}

impl Shutdown {
    fn register(&mut self, name: &'static str, hook: impl FnOnce() -> bool + Send + 'static) {
        self.hooks.insert(name, Box::new(hook));
    }

    /// Runs the hooks on a thread of their own.
    fn run(self) {
        std::thread::spawn(|| self.hooks.into_values().all(|hook| hook()));
    }
}

#[checked_async]
async fn register(worker: JoinHandle<u32>, done: Receiver<()>, barrier: Arc<Barrier>) -> Shutdown {
    let mut shutdown = Shutdown::default();
    shutdown.register("worker", move || worker.join().is_ok());
    let wait = move || done.recv().is_ok();
    shutdown.register("done", wait);
    tokio::task::yield_now().await;
    let hook: Hook = Box::new(move || barrier.wait().is_leader());
    shutdown.hooks.insert("barrier", hook);
    shutdown
}

#[checked_async]
async fn finish(shutdown: Arc<Mutex<Option<Shutdown>>>) -> bool {
    let taken = shutdown.lock().unwrap().take();
    let (send, receive) = tokio::sync::oneshot::channel();
    let Some(mut shutdown) = taken else { return false };
    shutdown.register("last", move || send.send(()).is_ok());
    shutdown.run();
    receive.await.is_ok()
}
