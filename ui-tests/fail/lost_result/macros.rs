//! The same inside the arguments of `select!`, `join!` and `assert!`.

use checked_async::checked_async;
use futures::future::join_all;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

async fn deliver(letter: String) -> Result<(), String> {
    if letter.is_empty() { Err(letter) } else { Ok(()) }
}

#[checked_async]
async fn postman(mut letters: mpsc::Receiver<String>, mut stop: watch::Receiver<bool>) {
    let mut bag = Vec::new();
    loop {
        tokio::select! {
            Some(letter) = letters.recv() => bag.push(letter),
            _ = stop.changed() => {
                join_all(bag.drain(..).map(deliver)).await; //~ warning lost_result: join_all(bag.drain(..).map(deliver)).await
                break;
            }
        }
    }
}

#[checked_async]
async fn both(first: Vec<String>, second: String) -> bool {
    let (_, in_time) = tokio::join!(
        async {
            join_all(first.into_iter().map(deliver)).await; //~ warning lost_result: join_all(first.into_iter().map(deliver)).await
        },
        async {
            let limit = Duration::from_secs(1);
            timeout(limit, deliver(second)).await.is_ok() //~ warning lost_result: timeout(limit, deliver(second)).await.is_ok()
        },
    );
    in_time
}

#[checked_async]
async fn smoke_test() {
    let limit = Duration::from_secs(1);
    assert!(timeout(limit, deliver("hello".into())).await.is_ok()); //~ warning lost_result: timeout(limit, deliver("hello".into())).await.is_ok()
    let task = tokio::spawn(deliver("hello again".into()));
    assert!(task.await.is_ok(), "the postman fell"); //~ warning lost_result: task.await.is_ok()
}
