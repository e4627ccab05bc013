//! Patterns that take the outer result apart and leave the inner one alone.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

#[derive(Debug)]
enum Failure {
    Denied,
}

async fn login(user: &str) -> Result<u64, Failure> {
    sleep(Duration::from_millis(5)).await;
    user.len().try_into().map_err(|_| Failure::Denied)
}

#[checked_async]
async fn greet(user: &str) {
    if let Ok(_) = timeout(Duration::from_secs(1), login(user)).await { //~ warning lost_result: timeout(Duration::from_secs(1), login(user)).await
        println!("welcome, {user}");
    } else {
        println!("try again later");
    }
}

#[checked_async]
async fn stop(task: JoinHandle<Result<(), Failure>>, stopped: oneshot::Sender<()>) {
    if let Err(_) = task.await { //~ warning lost_result: task.await
        println!("the task panicked");
    }
    if let Err(()) = stopped.send(()) {
        println!("nobody waits for the end");
    }
}

#[checked_async]
async fn warn(users: &[&str]) -> usize {
    let mut late = 0;
    for user in users {
        let limit = Duration::from_millis(100);
        if let Err(elapsed) = timeout(limit, login(user)).await { //~ warning lost_result: timeout(limit, login(user)).await
            println!("{user}: {elapsed}");
            late += 1;
        }
    }
    late
}

#[checked_async]
async fn choose(user: &str) -> bool {
    match timeout(Duration::from_secs(1), login(user)).await { //~ warning lost_result: timeout(Duration::from_secs(1), login(user)).await
        Ok(_) => true,
        Err(_) => false,
    }
}
