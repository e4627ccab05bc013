//! Closures, macros, traits, modules and generics.

use checked_async::checked_async;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep as pause, timeout};

const PERIOD: Duration = Duration::from_millis(10);

#[checked_async]
async fn with_a_limit(ready: &AtomicBool) -> bool {
    let waiting = timeout(PERIOD * 100, async {
        while !ready.load(Ordering::Acquire) { //~ warning busy_wait: !ready.load(Ordering::Acquire)
            pause(PERIOD).await;
        }
    });
    waiting.await.is_ok()
}

#[checked_async]
async fn in_macros(paused: &AtomicBool, mut commands: mpsc::Receiver<u8>) {
    tokio::select! {
        command = commands.recv() => {
            println!("{command:?}");
            while paused.load(Ordering::Acquire) { //~ warning busy_wait: paused.load(Ordering::Acquire)
                pause(PERIOD).await;
            }
        }
        _ = pause(PERIOD) => {}
    }
    futures::join!(commands.recv(), async {
        while paused.load(Ordering::Acquire) { //~ warning busy_wait: paused.load(Ordering::Acquire)
            tokio::task::yield_now().await
        }
    });
}

#[checked_async]
trait Gate<T: AsRef<AtomicBool> + Sync> {
    async fn pass(&self, gate: T) {
        let wait = async |flag: &AtomicBool| {
            while !flag.load(Ordering::Acquire) { //~ warning busy_wait: !flag.load(Ordering::Acquire)
                pause(PERIOD).await;
            }
        };
        wait(gate.as_ref()).await;
    }
}

#[checked_async]
mod flags {
    pub struct Flags {
        pub ready: bool,
    }

    pub async fn plain(flags: &mut Flags) {
        while !flags.ready { //~ warning busy_wait: !flags.ready
            super::pause(super::PERIOD).await;
        }
    }

    pub async fn hidden(flags: &super::AtomicBool) {
        let is_set = || flags.load(super::Ordering::Acquire);
        while !is_set() { //~ missed busy_wait: !is_set()
            super::pause(super::PERIOD).await;
        }
    }
}
