//! Timeouts inside the arguments of `select!`, `join!`, `try_join!` and `assert!`.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{self, timeout};

const LIMIT: Duration = Duration::from_millis(50);

fn render(frame: u32) -> Vec<u8> {
    (0..frame).map(|line| line.to_le_bytes()[0]).collect()
}

#[checked_async]
async fn frames(mut wanted: mpsc::Receiver<u32>) -> usize {
    let mut bytes = 0;
    loop {
        tokio::select! {
            frame = wanted.recv() => match frame {
                Some(frame) => match timeout(LIMIT, async { render(frame) }).await { //~ warning timeout_without_await: timeout(LIMIT, async { render(frame) })
                    Ok(picture) => bytes += picture.len(),
                    Err(_) => println!("frame {frame} is late"),
                },
                None => break bytes,
            },
            picture = timeout(LIMIT, async { render(1) }) => println!("{:?}", picture.is_ok()), //~ warning timeout_without_await: timeout(LIMIT, async { render(1) })
        }
    }
}

#[checked_async]
async fn two_at_once() -> Result<usize, time::error::Elapsed> {
    let (left, right) = tokio::try_join!(
        timeout(LIMIT, async { render(2).into_iter().map(usize::from).max() }), //~ warning timeout_without_await: timeout(LIMIT, async { render(2).into_iter().map(usize::from).max() })
        time::timeout(LIMIT, async { render(3).into_iter().map(usize::from).min() }), //~ warning timeout_without_await: time::timeout(LIMIT, async { render(3).into_iter().map(usize::from).min() })
    )?;
    let (more,) = futures::join!(async {
        let lines = timeout(LIMIT, async { render(4).len() }); //~ warning timeout_without_await: timeout(LIMIT, async { render(4).len() })
        lines.await.unwrap_or(0)
    });
    Ok(left.unwrap_or(0) + right.unwrap_or(0) + more)
}

#[checked_async]
async fn smoke_test() {
    assert!(timeout(LIMIT, async { render(5) }).await.is_ok()); //~ warning timeout_without_await: timeout(LIMIT, async { render(5) })
}
