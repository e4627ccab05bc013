//! Functions and types of one's own that are called like those of futures and tokio.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;

/// An answer with a state of its own; no result is inside.
enum Answer {
    Yes(Result<u8, u8>),
    No,
}

impl Answer {
    fn is_ok(&self) -> bool {
        matches!(self, Answer::Yes(Ok(_)))
    }
    fn is_err(&self) -> bool {
        !self.is_ok()
    }
    fn ok(self) {}
}

async fn ask(question: u8) -> Answer {
    if question == 0 { Answer::No } else { Answer::Yes(Ok(question)) }
}

/// Reports the errors and answers with how many there were.
async fn join_all<F: Future<Output = Result<u8, u8>>>(futures: Vec<F>) -> usize {
    let mut errors = 0;
    for future in futures {
        errors += usize::from(future.await.is_err());
    }
    errors
}

/// One error for both: late, and wrong.
async fn timeout<T>(limit: Duration, future: impl Future<Output = Result<T, u8>>) -> Result<T, String> {
    match tokio::time::timeout(limit, future).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(code)) => Err(format!("code {code}")),
        Err(elapsed) => Err(elapsed.to_string()),
    }
}

#[checked_async]
async fn run() -> bool {
    join_all(vec![async { Err(1) }]).await;
    if ask(0).await.is_err() {
        ask(1).await.ok();
    }
    if timeout(Duration::from_secs(1), async { Ok::<_, u8>(1) }).await.is_err() {
        return false;
    }
    if let Ok(_) = timeout(Duration::from_secs(1), async { Ok::<_, u8>(2) }).await {
        return ask(2).await.is_ok();
    }
    tokio::time::timeout(Duration::from_secs(1), ask(3)).await.is_ok()
}
