//! Blocks that await, wherever in them the `.await` stands.

#![deny(warnings)]

use checked_async::checked_async;
use futures::{SinkExt, StreamExt};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

const LIMIT: Duration = Duration::from_secs(1);

#[checked_async]
async fn in_statements(stream: &mut TcpStream) -> io::Result<String> {
    let answer = timeout(LIMIT, async {
        stream.write_all(b"PING\r\n").await?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await?;
        Ok(line)
    })
    .await;
    answer.unwrap_or_else(|elapsed| Err(elapsed.into()))
}

#[checked_async]
async fn deep_inside(ready: &[bool], at: Instant) -> Option<usize> {
    timeout_at(at, async {
        for (index, ready) in ready.iter().enumerate() {
            match ready {
                true if index > 3 => {
                    let pause = if index > 9 { sleep(LIMIT) } else { sleep(LIMIT / 2) };
                    let waited = (index, pause.await);
                    return waited.0;
                }
                _ => {}
            }
        }
        0
    })
    .await
    .ok()
}

#[checked_async]
async fn in_conditions(mut numbers: futures::channel::mpsc::Receiver<u32>) -> u32 {
    let sum = timeout(LIMIT, async {
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += number;
        }
        sum
    });
    sum.await.unwrap_or(0)
}

#[checked_async]
async fn in_async_closures(mut sender: futures::channel::mpsc::Sender<u32>) -> bool {
    timeout(LIMIT, async move {
        let mut send = async |number: u32| sender.send(number).await.is_ok();
        send(1).await && send(2).await
    })
    .await
    .unwrap_or(false)
}
