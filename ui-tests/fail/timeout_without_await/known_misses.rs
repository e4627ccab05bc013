//! Futures that never wait and are made elsewhere, next to one that is written in place.

use checked_async::checked_async;
use std::time::Duration;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(1);

fn primes(below: usize) -> usize {
    (2..below).filter(|n| (2..*n).all(|d| !n.is_multiple_of(d))).count()
}

async fn count_primes(below: usize) -> usize {
    primes(below)
}

macro_rules! pure {
    ($work:expr) => {
        async { $work }
    };
}

#[checked_async]
async fn by_function(below: usize) -> Option<usize> {
    timeout(LIMIT, count_primes(below)).await.ok() //~ missed timeout_without_await: timeout(LIMIT, count_primes(below))
}

#[checked_async]
async fn by_macro(below: usize) -> Option<usize> {
    timeout(LIMIT, pure!(primes(below))).await.ok() //~ missed timeout_without_await: timeout(LIMIT, pure!(primes(below)))
}

#[checked_async]
async fn awaits_what_never_waits(below: usize) -> Option<usize> {
    timeout(LIMIT, async { count_primes(below).await }).await.ok() //~ missed timeout_without_await: timeout(LIMIT, async { count_primes(below).await })
}

#[checked_async]
async fn in_place(below: usize) -> Option<usize> {
    match below {
        0 => None,
        below => timeout(LIMIT, async { primes(below) + primes(2 * below) }).await.ok(), //~ warning timeout_without_await: timeout(LIMIT, async { primes(below) + primes(2 * below) })
    }
}
