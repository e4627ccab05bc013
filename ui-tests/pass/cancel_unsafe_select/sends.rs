//! Sends that lose nothing that is not still there: clones, literals, values from outside the loop, permits.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Arc;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{broadcast, watch};

#[checked_async]
async fn clones(config: Arc<String>, sink: Sender<Arc<String>>, mut orders: Receiver<u32>) {
    loop {
        tokio::select! {
            sent = sink.send(config.clone()) => println!("{}", sent.is_ok()),
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn literals(pulse: Sender<()>, numbers: Sender<u32>, mut orders: Receiver<u32>) {
    let turns = 7;
    loop {
        tokio::select! {
            _ = pulse.send(()) => println!("pulse"),
            _ = numbers.send(1) => println!("one"),
            _ = numbers.send(turns) => println!("turns"),
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn permits(mut source: Receiver<String>, sink: Sender<String>, mut orders: Receiver<u32>) {
    let mut waiting = source.recv().await;
    while waiting.is_some() {
        tokio::select! {
            Ok(permit) = sink.reserve() => {
                if let Some(message) = waiting.take() {
                    permit.send(message);
                }
            }
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn at_once(news: broadcast::Sender<u32>, state: watch::Sender<u32>, socket: UdpSocket, mut orders: Receiver<u32>) {
    while let Some(order) = orders.recv().await {
        let packet = order.to_be_bytes();
        tokio::select! {
            n = socket.send(&packet) => println!("{n:?}"),
            next = orders.recv() => {
                let _ = news.send(order);
                let _ = state.send(next.unwrap_or_default());
            }
        }
    }
}
