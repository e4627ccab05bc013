//! A read that is dropped half-way in each turn of a loop, next to the same loop with a read that loses nothing.

use checked_async::checked_async;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;

#[checked_async]
async fn bad(stream: &mut TcpStream, mut orders: Receiver<u8>) {
    let mut header = [0; 4];
    loop {
        tokio::select! {
            read = stream.read_exact(&mut header) => println!("{read:?} {header:?}"), //~ warning cancel_unsafe_select: stream.read_exact(&mut header)
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn good(stream: &mut TcpStream, mut orders: Receiver<u8>) {
    let mut bytes = Vec::new();
    loop {
        tokio::select! {
            read = stream.read_buf(&mut bytes) => println!("{read:?} {bytes:?}"),
            order = orders.recv() => println!("{order:?}"),
        }
    }
}
