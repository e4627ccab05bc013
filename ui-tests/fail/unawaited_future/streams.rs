//! Streams and sinks: methods that return a future, and combinators that are never consumed.

use checked_async::checked_async;
use futures::{AsyncReadExt, AsyncWriteExt, SinkExt, StreamExt, TryStreamExt, channel::mpsc, stream};

#[checked_async]
async fn bad(mut sender: mpsc::Sender<u32>, mut receiver: mpsc::Receiver<u32>, mut buffer: Vec<u8>) {
    receiver.next(); //~ unawaited_future: receiver.next()
    let _ = receiver.next(); //~ unawaited_future: receiver.next()
    sender.send(1); //~ unawaited_future: sender.send(1)
    sender.flush(); //~ unawaited_future: sender.flush()
    sender.feed(1); //~ unawaited_future: sender.feed(1)
    SinkExt::close(&mut sender); //~ missed unawaited_future: SinkExt::close(&mut sender)
    stream::iter([1]).for_each(|_| async {}); //~ unawaited_future: stream::iter([1]).for_each(|_| async {})
    stream::iter([1]).collect::<Vec<_>>(); //~ unawaited_future: stream::iter([1]).collect::<Vec<_>>()
    stream::iter([1]).fold(0, |a, b| async move { a + b }); //~ unawaited_future: stream::iter([1]).fold(0, |a, b| async move { a + b })
    stream::iter([Ok::<u32, ()>(1)]).try_next(); //~ unawaited_future: stream::iter([Ok::<u32, ()>(1)]).try_next()
    stream::iter([1]).map(|n| n + 1); //~ unawaited_future: stream::iter([1]).map(|n| n + 1)
    stream::iter([1]).then(|n| async move { n }); //~ unawaited_future: stream::iter([1]).then(|n| async move { n })
    let _ = stream::iter([1]).inspect(|_| ()); //~ unawaited_future: stream::iter([1]).inspect(|_| ())
    (&mut buffer).write_all(b"x"); //~ unawaited_future: (&mut buffer).write_all(b"x")
    AsyncWriteExt::flush(&mut buffer); //~ missed unawaited_future: AsyncWriteExt::flush(&mut buffer)
    let mut bytes = &b"x"[..];
    bytes.read(&mut buffer); //~ unawaited_future: bytes.read(&mut buffer)
    bytes.read_to_end(&mut buffer); //~ unawaited_future: bytes.read_to_end(&mut buffer)
}

#[checked_async]
async fn tokio_channels(sender: tokio::sync::mpsc::Sender<u32>, mut receiver: tokio::sync::mpsc::Receiver<u32>) {
    sender.send(1); //~ unawaited_future: sender.send(1)
    let _ = sender.send(1); //~ unawaited_future: sender.send(1)
    receiver.recv(); //~ unawaited_future: receiver.recv()
    sender.closed(); //~ unawaited_future: sender.closed()
    sender.reserve(); //~ unawaited_future: sender.reserve()
}

#[checked_async]
async fn good(mut sender: mpsc::Sender<u32>, mut receiver: mpsc::Receiver<u32>) {
    receiver.next().await;
    let _ = sender.send(1).await;
    stream::iter([1]).for_each(|_| async {}).await;
}
