//! `send` of a value that exists nowhere else: it is dropped with the future.

use checked_async::checked_async;
use tokio::sync::broadcast;
use tokio::sync::mpsc::{Receiver, Sender};

struct Event {
    id: u64,
}

impl Event {
    fn new(id: u64) -> Self {
        Self { id }
    }
}

#[checked_async]
async fn received(mut source: Receiver<Event>, sink: Sender<Event>, mut orders: broadcast::Receiver<u32>) {
    while let Some(event) = source.recv().await {
        tokio::select! {
            sent = sink.send(event) => { //~ warning cancel_unsafe_select: sink.send(event)
                if sent.is_err() {
                    break;
                }
            }
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn made(sink: Sender<Event>, mut orders: broadcast::Receiver<u32>) {
    let mut id = 0;
    loop {
        id += 1;
        let event = Event::new(id);
        tokio::select! {
            _ = sink.send(event) => println!("sent"), //~ warning cancel_unsafe_select: sink.send(event)
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn in_place(events: Vec<u64>, sinks: &[Sender<Event>], mut orders: broadcast::Receiver<u32>) {
    for id in events {
        tokio::select! {
            _ = sinks[0].send(Event { id }) => println!("sent"), //~ warning cancel_unsafe_select: sinks[0].send(Event { id })
            Ok(order) = orders.recv() => println!("{order}"),
        }
        tokio::select! {
            _ = sinks[1].send(Event::new(id)) => println!("sent"), //~ warning cancel_unsafe_select: sinks[1].send(Event::new(id))
            Ok(order) = orders.recv() => println!("{order}"),
        }
    }
}
