//! Results with no other result inside, which may be asked how they ended.

#![deny(warnings)]

use checked_async::checked_async;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

const LIMIT: Duration = Duration::from_secs(1);

async fn connect(port: u16) -> io::Result<TcpStream> {
    TcpStream::connect(("localhost", port)).await
}

#[checked_async]
async fn plain(port: u16) -> bool {
    if connect(port).await.is_err() {
        return false;
    }
    connect(port + 1).await.ok();
    if let Ok(_) = connect(port + 2).await {
        println!("another one answers");
    }
    connect(port + 3).await.is_ok()
}

#[checked_async]
async fn in_time(notify: &Notify, receiver: &mut mpsc::Receiver<Result<u8, ()>>) -> usize {
    if timeout(LIMIT, notify.notified()).await.is_err() {
        println!("nobody notified us");
    }
    let mut seen = 0;
    if timeout(LIMIT, async { seen += usize::from(receiver.recv().await.is_some()) }).await.is_ok() {
        println!("a message, or the end");
    }
    if let Err(_) = timeout(LIMIT, sleep(LIMIT * 2)).await {
        println!("as expected");
    }
    seen
}

#[checked_async]
async fn panicked(unit: JoinHandle<()>, number: JoinHandle<Option<u32>>) -> bool {
    let unit = unit.await.is_err();
    number.await.is_err() || unit
}
