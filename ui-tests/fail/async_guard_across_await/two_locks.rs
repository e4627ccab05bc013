//! A second lock taken while the first is held: two tasks that take them in different order wait for each other.

use checked_async::checked_async;
use tokio::sync::Mutex;

struct Account {
    balance: Mutex<u64>,
}

#[checked_async(warn(async_guard_across_await))]
async fn transfer(from: &Account, to: &Account, amount: u64) -> bool {
    let mut source = from.balance.lock().await; //~ warning async_guard_across_await: from.balance.lock().await
    let mut target = to.balance.lock().await;
    if *source < amount {
        return false;
    }
    *source -= amount;
    *target += amount;
    true
}
