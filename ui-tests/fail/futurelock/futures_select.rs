//! `select!` of the futures crate, which takes futures by name.

use checked_async::checked_async;
use futures::channel::mpsc::Receiver;
use futures::{FutureExt, StreamExt, pin_mut, select, select_biased};

async fn load(n: u32) -> u32 {
    n
}
async fn store(n: u32) {
    println!("{n}");
}

#[checked_async]
async fn by_name() {
    let a = load(1).fuse();
    let b = load(2).fuse();
    pin_mut!(a, b);
    select! {
        n = a => store(n).await,
        n = b => println!("{n}"), //~ warning futurelock: b
    }
}

#[checked_async]
async fn in_a_loop(mut inbox: Receiver<u32>) {
    let job = load(1).fuse();
    pin_mut!(job);
    loop {
        select_biased! {
            n = job => { //~ warning futurelock: job
                println!("{n}");
                break;
            }
            n = inbox.next() => {
                if let Some(n) = n {
                    store(n).await;
                }
            }
            complete => break,
        }
    }
}
