//! Entered tracing spans: whatever runs on the thread while the task waits is counted into them.

use checked_async::checked_async;
use tracing::{Level, Span, info_span, span};

struct Request {
    id: u64,
}

async fn answer(request: &Request) -> u64 {
    request.id
}

#[checked_async]
async fn entered(request: Request) -> u64 {
    let _entered = info_span!("request", id = request.id).entered(); //~ warning guard_across_await: info_span!("request", id = request.id).entered()
    answer(&request).await
}

#[checked_async]
async fn enter(request: Request) -> u64 {
    let span = span!(Level::INFO, "request");
    let _guard = span.enter(); //~ warning guard_across_await: span.enter()
    let id = answer(&request).await;
    tracing::info!(id);
    id
}

#[checked_async]
async fn in_a_loop(requests: Vec<Request>) -> u64 {
    let mut sum = 0;
    for request in &requests {
        let current = Span::current();
        let _guard = current.enter(); //~ warning guard_across_await: current.enter()
        sum += answer(request).await;
    }
    sum
}

#[checked_async]
async fn optional(request: Request, span: Option<Span>) -> u64 {
    let _guard = span.as_ref().map(|span| span.enter()); //~ missed guard_across_await: span.as_ref().map(|span| span.enter())
    answer(&request).await
}
