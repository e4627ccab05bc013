//! The methods of futures' and smol's I/O traits, which behave like tokio's.

use checked_async::checked_async;
use futures::channel::mpsc::Receiver;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, FutureExt, StreamExt, select};
use smol::io::BufReader;
use smol::net::TcpStream;

#[checked_async]
async fn frames(mut stream: TcpStream, mut orders: Receiver<u8>) {
    let mut header = [0; 4];
    loop {
        select! {
            read = stream.read_exact(&mut header).fuse() => println!("{read:?}"), //~ warning cancel_unsafe_select: stream.read_exact(&mut header)
            order = orders.next() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn lines(stream: TcpStream, mut orders: Receiver<u8>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        select! {
            read = reader.read_line(&mut line).fuse() => println!("{}", read?), //~ warning cancel_unsafe_select: reader.read_line(&mut line)
            order = orders.next() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn answers(mut stream: TcpStream, mut orders: Receiver<u8>) {
    let answer = vec![0; 1024];
    loop {
        tokio::select! {
            written = stream.write_all(&answer) => println!("{written:?}"), //~ warning cancel_unsafe_select: stream.write_all(&answer)
            Some(order) = orders.next() => println!("{order}"),
        }
    }
}
