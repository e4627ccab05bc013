//! The future is made before the loop and polled by reference: it goes on in the next turn.

#![deny(warnings)]

use checked_async::checked_async;
use futures::{FutureExt, SinkExt, StreamExt, pin_mut};
use std::pin::pin;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender};

#[checked_async]
async fn read(mut stream: TcpStream, mut orders: Receiver<u32>) {
    let mut header = [0; 4];
    let mut reading = pin!(stream.read_exact(&mut header));
    loop {
        tokio::select! {
            read = &mut reading => break println!("{read:?}"),
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn boxed(mut stream: TcpStream, mut orders: Receiver<u32>) {
    let answer = vec![0; 4096];
    let mut writing = Box::pin(stream.write_all(&answer));
    loop {
        tokio::select! {
            written = writing.as_mut() => break println!("{written:?}"),
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn sent(sink: Sender<String>, mut orders: Receiver<u32>) {
    for n in 0..3 {
        let mut sending = pin!(sink.send(n.to_string()));
        loop {
            tokio::select! {
                sent = &mut sending => break println!("{sent:?}"),
                order = orders.recv() => println!("{order:?}"),
            }
        }
    }
}

#[checked_async]
async fn by_name(mut sink: futures::channel::mpsc::Sender<u32>, mut orders: futures::channel::mpsc::Receiver<u32>) {
    let sending = sink.send(1).fuse();
    pin_mut!(sending);
    loop {
        futures::select! {
            sent = sending => println!("{sent:?}"),
            order = orders.next() => println!("{order:?}"),
            complete => break,
        }
    }
}
