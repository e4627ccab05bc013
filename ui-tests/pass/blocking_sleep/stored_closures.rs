//! Sleeps in closures that are kept or handed to functions of which nothing is known.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

type Pause = Box<dyn Fn(Duration) + Send>;

struct Backoff {
    pause: Pause,
    attempts: u32,
}

impl Backoff {
    fn new(pause: impl Fn(Duration) + Send + 'static) -> Self {
        Self { pause: Box::new(pause), attempts: 3 }
    }
}

struct Connection;
impl Connection {
    /// Runs the closure on the thread of the connection.
    async fn interact<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        tokio::task::spawn_blocking(work).await.unwrap()
    }
}

#[checked_async]
async fn configure() -> Backoff {
    let by_name = Backoff::new(thread::sleep);
    let by_closure = Backoff::new(|time| thread::sleep(time));
    if by_name.attempts < by_closure.attempts {
        return by_name;
    }
    Backoff { pause: Box::new(|time| thread::sleep(time * 2)), attempts: 1 }
}

#[checked_async]
async fn hand_over(connection: &Connection) -> u32 {
    let wait = move || {
        thread::sleep(Duration::from_millis(3));
        3
    };
    let waited = connection.interact(wait).await;
    let in_place = || thread::sleep(Duration::from_millis(1));
    let task = tokio::task::spawn_blocking(in_place);
    let answer = connection.interact(move || {
        thread::sleep(Duration::from_millis(2));
        waited + 2
    });
    let slow: LazyLock<u32> = LazyLock::new(|| {
        thread::sleep(Duration::from_millis(1));
        1
    });
    task.await.unwrap();
    drop(slow);
    answer.await
}
