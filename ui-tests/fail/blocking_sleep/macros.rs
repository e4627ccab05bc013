//! Sleeps inside the arguments of macros, and in macros that nobody can look into.

use checked_async::checked_async;
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

const SHORT: Duration = Duration::from_millis(5);

#[checked_async]
async fn serve(mut jobs: Receiver<u32>, mut stop: Receiver<()>) -> u32 {
    let mut done = 0;
    loop {
        tokio::select! {
            Some(job) = jobs.recv() => {
                thread::sleep(SHORT * job); //~ blocking_sleep: thread::sleep(SHORT * job)
                done += 1;
            }
            _ = stop.recv() => break,
            else => thread::sleep(SHORT), //~ blocking_sleep: thread::sleep(SHORT)
        }
    }
    done
}

#[checked_async]
async fn both() -> (u32, u32) {
    tokio::join!(
        async {
            thread::sleep(SHORT); //~ blocking_sleep: thread::sleep(SHORT)
            1
        },
        async {
            tokio::time::sleep(SHORT).await;
            2
        },
    )
}

#[checked_async]
async fn in_text(ready: bool) {
    assert!({ thread::sleep(SHORT); ready }, "not ready"); //~ blocking_sleep: thread::sleep(SHORT)
    println!("waited: {}", { thread::sleep(SHORT); 5 }); //~ blocking_sleep: thread::sleep(SHORT)
    let _steps = vec![{ thread::sleep(SHORT); 1 }, 2]; //~ blocking_sleep: thread::sleep(SHORT)
}

macro_rules! settle {
    ($milliseconds:literal) => {
        std::thread::sleep(std::time::Duration::from_millis($milliseconds))
    };
}

fn settle_down() {
    thread::sleep(SHORT);
}

#[checked_async]
async fn out_of_sight() {
    settle!(20); //~ missed blocking_sleep: settle!(20)
    settle_down(); //~ missed blocking_sleep: settle_down()
}
