//! Results inside an ignored output, next to the same code that looks at each of them.

use checked_async::checked_async;
use futures::future::{join_all, try_join_all};
use std::io;
use std::time::Duration;
use tokio::time::timeout;

async fn save(part: usize) -> io::Result<()> {
    tokio::fs::write(format!("part-{part}"), b"done").await
}

#[checked_async]
async fn bad() {
    join_all((0..3).map(save)).await; //~ warning lost_result: join_all((0..3).map(save)).await
    if timeout(Duration::from_secs(1), save(3)).await.is_err() { //~ warning lost_result: timeout(Duration::from_secs(1), save(3)).await.is_err()
        println!("not saved in time");
    }
}

#[checked_async]
async fn good() -> io::Result<()> {
    try_join_all((0..3).map(save)).await?;
    match timeout(Duration::from_secs(1), save(3)).await {
        Ok(Ok(())) => println!("saved"),
        Ok(Err(error)) => println!("not saved: {error}"),
        Err(_) => println!("not saved in time"),
    }
    Ok(())
}
