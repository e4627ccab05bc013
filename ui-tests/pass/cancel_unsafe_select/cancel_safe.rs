//! Methods that are documented as cancel safe.

#![deny(warnings)]

use checked_async::checked_async;
use futures::StreamExt;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::interval;

#[checked_async]
async fn channels(
    mut jobs: mpsc::Receiver<u32>,
    mut more: mpsc::UnboundedReceiver<u32>,
    mut news: broadcast::Receiver<u32>,
    mut settings: watch::Receiver<u32>,
    wake: &Notify,
    mut tasks: JoinSet<u32>,
) {
    let mut ticks = interval(Duration::from_secs(1));
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            job = jobs.recv() => println!("{job:?}"),
            n = more.recv_many(&mut batch, 8) => println!("{n}"),
            item = news.recv() => println!("{item:?}"),
            changed = settings.changed() => println!("{changed:?}"),
            () = wake.notified() => println!("woken"),
            Some(done) = tasks.join_next() => println!("{done:?}"),
            _ = ticks.tick() => println!("tick"),
        }
    }
}

#[checked_async]
async fn streams(mut a: TcpStream, mut b: TcpStream, listener: TcpListener, socket: UdpSocket) {
    let mut lines: Lines<BufReader<TcpStream>> = match listener.accept().await {
        Ok((stream, _)) => BufReader::new(stream).lines(),
        Err(_) => return,
    };
    let (mut chunk, mut bytes) = ([0; 64], Vec::new());
    loop {
        tokio::select! {
            n = a.read(&mut chunk) => println!("{n:?}"),
            n = b.read_buf(&mut bytes) => println!("{n:?}"),
            peer = listener.accept() => println!("{peer:?}"),
            n = socket.send(b"ping") => println!("{n:?}"),
            line = lines.next_line() => println!("{line:?}"),
        }
        tokio::select! {
            n = a.write(b"ping") => println!("{n:?}"),
            ready = b.readable() => println!("{ready:?}"),
            n = socket.recv(&mut bytes) => println!("{n:?}"),
        }
    }
}

#[checked_async]
async fn appended(mut reader: BufReader<TcpStream>, mut stream: TcpStream, wake: &Notify) {
    let mut line = Vec::new();
    let mut answer = std::io::Cursor::new(vec![0; 64]);
    let mut numbers = futures::stream::iter(0..9);
    loop {
        tokio::select! {
            n = reader.read_until(b'\n', &mut line) => println!("{n:?}"),
            n = stream.write_all_buf(&mut answer) => println!("{n:?}"),
            Some(n) = numbers.next() => println!("{n}"),
            () = wake.notified() => println!("woken"),
        }
    }
}
