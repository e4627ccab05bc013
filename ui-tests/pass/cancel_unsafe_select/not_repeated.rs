//! `select!` outside a loop, or in a loop that every other arm leaves: what is dropped is given up.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::sleep;

#[checked_async]
async fn once(mut stream: TcpStream, stop: &Notify) -> std::io::Result<[u8; 4]> {
    let mut header = [0; 4];
    tokio::select! {
        read = stream.read_exact(&mut header) => read.map(|_| header),
        () = stop.notified() => Err(std::io::ErrorKind::Interrupted.into()),
    }
}

#[checked_async]
async fn others_leave(mut stream: TcpStream, stop: &Notify) -> u32 {
    let mut sum = 0;
    loop {
        tokio::select! {
            n = stream.read_u32() => sum += n.unwrap_or_default(),
            () = stop.notified() => break,
            () = sleep(Duration::from_secs(60)) => {
                println!("too late");
                return 0;
            }
        }
    }
    sum
}

#[checked_async]
async fn forwarded(mut source: Receiver<String>, sink: Sender<String>, stop: &Notify) -> Result<(), String> {
    'forward: while let Some(message) = source.recv().await {
        tokio::select! {
            sent = sink.send(message) => sent.map_err(|error| error.to_string())?,
            () = stop.notified() => break 'forward,
            () = sleep(Duration::from_secs(60)) => return Err("slow".into()),
        }
    }
    Ok(())
}

#[checked_async]
async fn a_task_for_each(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            tokio::select! {
                written = stream.write_all(b"hello") => println!("{written:?}"),
                () = sleep(Duration::from_secs(1)) => println!("slow"),
            }
        });
    }
}
