//! Writes and copies that start over with the next turn: a part of the bytes is on the wire already.

use checked_async::checked_async;
use tokio::io::{AsyncWriteExt, copy, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

#[checked_async]
async fn repeated(mut stream: TcpStream, mut settings: watch::Receiver<u32>) {
    let hello = b"hello";
    loop {
        tokio::select! {
            written = stream.write_all(hello) => println!("{written:?}"), //~ warning cancel_unsafe_select: stream.write_all(hello)
            changed = settings.changed() => println!("{changed:?}"),
        }
    }
}

#[checked_async]
async fn frames(mut stream: TcpStream, mut frames: Receiver<Vec<u8>>, mut settings: watch::Receiver<u32>) {
    while let Some(frame) = frames.recv().await {
        tokio::select! {
            written = stream.write_all(&frame) => { //~ warning cancel_unsafe_select: stream.write_all(&frame)
                if written.is_err() {
                    break;
                }
            }
            Ok(()) = settings.changed() => println!("{}", *settings.borrow()),
        }
    }
}

#[checked_async]
async fn proxy(mut client: TcpStream, mut server: TcpStream, mut settings: watch::Receiver<u32>) -> std::io::Result<()> {
    loop {
        tokio::select! {
            both = copy_bidirectional(&mut client, &mut server) => { //~ warning cancel_unsafe_select: copy_bidirectional(&mut client, &mut server)
                both?;
                return Ok(());
            }
            _ = settings.changed() => println!("changed"),
        }
    }
}

#[checked_async]
async fn download(mut server: TcpStream, mut file: tokio::fs::File, mut settings: watch::Receiver<u32>) {
    loop {
        tokio::select! {
            bytes = copy(&mut server, &mut file) => break println!("{bytes:?}"), //~ warning cancel_unsafe_select: copy(&mut server, &mut file)
            _ = settings.changed() => println!("changed"),
        }
        tokio::select! {
            bytes = tokio::io::copy(&mut server, &mut file) => break println!("{bytes:?}"), //~ warning cancel_unsafe_select: tokio::io::copy(&mut server, &mut file)
            _ = settings.changed() => println!("changed"),
        }
    }
}
