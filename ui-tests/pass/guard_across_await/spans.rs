//! Spans that are only current while something runs: `instrument`, `in_scope`, and guards that end before the `.await`.

#![deny(warnings)]

use checked_async::checked_async;
use tracing::{Instrument, Span, info, info_span};

async fn answer(id: u64) -> u64 {
    id
}

#[checked_async]
async fn instrumented(id: u64) -> u64 {
    let span = info_span!("request", id);
    answer(id).instrument(span).await
}

#[checked_async]
async fn in_scope(id: u64) -> u64 {
    let span = info_span!("request", id);
    span.in_scope(|| info!("begins"));
    let id = answer(id).await;
    span.in_scope(|| info!("ends"));
    id
}

#[checked_async]
async fn in_a_block(id: u64) -> u64 {
    {
        let _entered = info_span!("parse").entered();
        info!(id);
    }
    answer(id).await
}

#[checked_async]
async fn left(id: u64) -> u64 {
    let entered = info_span!("parse").entered();
    info!(id);
    let span: Span = entered.exit();
    answer(id).instrument(span).await
}

#[checked_async]
async fn on_a_thread(id: u64) -> u64 {
    let span = Span::current();
    let parsed = tokio::task::spawn_blocking(move || {
        let _guard = span.enter();
        id + 1
    });
    answer(parsed.await.unwrap_or_default()).await
}
