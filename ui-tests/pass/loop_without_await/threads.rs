//! Endless loops on threads of their own, and in functions that are not async.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

fn forever(receiver: Receiver<u32>) -> ! {
    loop {
        if let Ok(number) = receiver.recv() {
            println!("{number}");
        }
    }
}

#[checked_async]
async fn start() -> (Sender<u32>, Sender<u32>, Sender<u32>) {
    let (first, receiver) = channel();
    thread::spawn(move || forever(receiver));
    let (second, receiver) = channel::<u32>();
    let named = thread::Builder::new().name("second".into()).spawn(move || {
        loop {
            if let Ok(number) = receiver.recv() {
                println!("second: {number}");
            }
        }
    });
    println!("{:?}", named.is_ok());
    let (third, receiver) = channel::<u32>();
    tokio::task::spawn_blocking(move || {
        loop {
            let number = receiver.recv().unwrap_or(0);
            println!("third: {number}");
        }
    });
    (first, second, third)
}

#[checked_async]
async fn start_in_pools() {
    rayon::spawn(|| {
        loop {
            thread::park();
        }
    });
    smol::unblock(|| {
        loop {
            thread::park();
        }
    })
    .await
}

struct Worker(Receiver<u32>);

#[checked_async]
impl Worker {
    fn run(self) {
        loop {
            if let Ok(number) = self.0.recv() {
                println!("{number}");
            }
        }
    }

    async fn start(self) -> thread::JoinHandle<()> {
        fn body(worker: Worker) -> ! {
            loop {
                println!("{:?}", worker.0.recv());
            }
        }
        thread::spawn(move || if self.0.try_recv().is_ok() { body(self) } else { self.run() })
    }
}
