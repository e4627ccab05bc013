//! Handles that are bound to a name nobody mentions, or to none.

use checked_async::checked_async;
use tokio::sync::mpsc;
use tokio::task::spawn;

#[derive(Debug)]
struct Lost(u32);

async fn pump(mut receiver: mpsc::Receiver<u32>) -> Result<(), Lost> {
    while let Some(number) = receiver.recv().await {
        if number > 9 {
            return Err(Lost(number));
        }
    }
    Ok(())
}

#[checked_async]
async fn start(receivers: Vec<mpsc::Receiver<u32>>) -> mpsc::Sender<u32> {
    for receiver in receivers {
        let _ = spawn(pump(receiver)); //~ warning detached_task: spawn(pump(receiver))
    }
    let (sender, receiver) = mpsc::channel(8);
    let _pump = spawn(pump(receiver)); //~ warning detached_task: spawn(pump(receiver))
    sender
}

#[checked_async]
async fn start_pair() -> (mpsc::Sender<u32>, mpsc::Sender<u32>) {
    let (first, receiver) = mpsc::channel(1);
    _ = spawn(pump(receiver)); //~ warning detached_task: spawn(pump(receiver))
    let (second, receiver) = mpsc::channel(1);
    let _guard = tokio::spawn(async move { //~ warning detached_task: tokio::spawn(async move { … })
        pump(receiver).await?;
        Ok::<_, Lost>("drained")
    });
    (first, second)
}

#[checked_async]
async fn restart(receiver: mpsc::Receiver<u32>, other: mpsc::Receiver<u32>) {
    let _task = spawn(pump(receiver)); //~ warning detached_task: spawn(pump(receiver))
    let _task = spawn(pump(other));
    _task.abort();
}
