//! `send` and `send_all` of futures' `SinkExt`, in `select!` of tokio and of futures.

use checked_async::checked_async;
use futures::channel::mpsc::{Receiver, Sender};
use futures::sink::SinkExt;
use futures::stream::{self, StreamExt};
use futures::{FutureExt, Sink};
use tokio::sync::Notify;

#[checked_async]
async fn messages(mut source: Receiver<String>, mut sink: Sender<String>, wake: &Notify) {
    while let Some(message) = source.next().await {
        tokio::select! {
            sent = sink.send(message) => println!("{sent:?}"), //~ warning cancel_unsafe_select: sink.send(message)
            () = wake.notified() => println!("woken"),
        }
    }
}

#[checked_async]
async fn any_sink<S: Sink<String, Error = std::io::Error> + Unpin>(mut sink: S, wake: &Notify) {
    for n in 0..3 {
        let line = format!("line {n}");
        tokio::select! {
            Ok(()) = sink.send(line) => println!("sent"), //~ warning cancel_unsafe_select: sink.send(line)
            () = wake.notified() => println!("woken"),
        }
    }
}

#[checked_async]
async fn batches(mut sink: Sender<u32>, mut orders: Receiver<u32>) {
    loop {
        let mut batch = stream::iter([1, 2, 3]).map(Ok);
        futures::select! {
            sent = sink.send_all(&mut batch).fuse() => println!("{sent:?}"), //~ warning cancel_unsafe_select: sink.send_all(&mut batch)
            order = orders.next() => println!("{order:?}"),
        }
    }
}
