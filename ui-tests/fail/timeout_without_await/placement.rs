//! Methods, traits, modules, generics, async closures, tasks.

use checked_async::checked_async;
use std::marker::PhantomData;
use std::time::Duration;
use tokio::time::timeout;

struct Solver<T, F: Fn(T) -> T> {
    limit: Duration,
    step: F,
    kind: PhantomData<T>,
}

#[checked_async]
impl<T, F> Solver<T, F>
where
    T: Copy + PartialOrd + Send + 'static,
    F: Fn(T) -> T + Send + Sync + 'static,
{
    async fn solve(&self, start: T) -> Option<T> {
        timeout(self.limit, async { //~ warning timeout_without_await: timeout(self.limit, async { … })
            let mut value = start;
            loop {
                let next = (self.step)(value);
                if next <= value {
                    return value;
                }
                value = next;
            }
        })
        .await
        .ok()
    }

    async fn solve_in_a_task(self, start: T) -> bool {
        let task = tokio::spawn(async move {
            let limit = self.limit;
            timeout(limit, async move { (self.step)(start) }).await.is_ok() //~ warning timeout_without_await: timeout(limit, async move { (self.step)(start) })
        });
        task.await.unwrap_or(false)
    }
}

#[checked_async]
trait Plugin {
    fn run(&self, input: &str) -> String;

    async fn run_in_time(&self, input: &str) -> String {
        timeout(Duration::from_secs(1), async { self.run(input) }).await.unwrap_or_default() //~ warning timeout_without_await: timeout(Duration::from_secs(1), async { self.run(input) })
    }
}

#[checked_async]
mod queries {
    use super::{Duration, timeout};

    pub async fn all(patterns: &[&str], text: &str) -> usize {
        let find = async |pattern: &str| {
            let found = timeout(Duration::from_secs(1), async { text.matches(pattern).count() }); //~ warning timeout_without_await: timeout(Duration::from_secs(1), async { text.matches(pattern).count() })
            found.await.unwrap_or(0)
        };
        let mut sum = 0;
        for pattern in patterns {
            sum += find(pattern).await;
        }
        sum
    }
}
