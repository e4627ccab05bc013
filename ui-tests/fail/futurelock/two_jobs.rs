//! Two futures by reference: each waits while the other's handler runs.

use checked_async::checked_async;
use std::pin::pin;
use tokio::sync::Mutex;

struct Ledger {
    entries: Mutex<Vec<u64>>,
}

#[checked_async]
impl Ledger {
    async fn add(&self, entry: u64) {
        self.entries.lock().await.push(entry);
    }
    async fn both(&self) {
        let mut credit = pin!(self.add(1));
        let mut debit = pin!(self.add(2));
        tokio::select! {
            () = &mut credit => self.add(3).await, //~ warning futurelock: &mut credit
            () = &mut debit => self.add(4).await, //~ warning futurelock: &mut debit
        }
    }
    async fn one_of_them(&self) {
        let mut credit = pin!(self.add(1));
        let mut debit = pin!(self.add(2));
        tokio::select! {
            () = &mut credit => self.add(3).await,
            () = &mut debit => println!("booked"), //~ warning futurelock: &mut debit
        }
    }
    async fn block_as_a_job(&self) {
        let mut job = pin!(async {
            self.add(5).await;
            self.add(6).await;
        });
        tokio::select! {
            () = &mut job => {} //~ warning futurelock: &mut job
            _ = tokio::signal::ctrl_c() => {
                self.add(7).await;
            }
        }
    }
}
