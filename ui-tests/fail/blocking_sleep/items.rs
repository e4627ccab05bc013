//! Sleeps in methods, traits, generic code and async functions of other forms.

use checked_async::checked_async;
use std::fmt::Debug;
use std::thread::{self, sleep};
use std::time::Duration;

trait Transport {
    type Error: Debug;
    async fn send(&mut self, frame: &[u8]) -> Result<(), Self::Error>;
}

struct Link<T, const RETRIES: usize> {
    transport: T,
    delay: Duration,
}

#[checked_async]
impl<T: Transport, const RETRIES: usize> Link<T, RETRIES> {
    async fn deliver(&mut self, frame: &[u8]) -> Result<(), T::Error> {
        for _ in 0..RETRIES {
            let Err(error) = self.transport.send(frame).await else { return Ok(()) };
            println!("{error:?}");
            sleep(self.delay); //~ blocking_sleep: sleep(self.delay)
        }
        self.transport.send(frame).await
    }
}

#[checked_async]
impl<T: Transport> Transport for Link<T, 1> {
    type Error = T::Error;

    async fn send(&mut self, frame: &[u8]) -> Result<(), Self::Error> {
        let result = self.transport.send(frame).await;
        result.inspect_err(|_| sleep(self.delay)) //~ blocking_sleep: sleep(self.delay)
    }
}

#[checked_async]
trait Poller {
    async fn poll_once(&mut self) -> bool;

    async fn poll_until_done(&mut self, every: Duration) {
        while !self.poll_once().await {
            thread::sleep(every); //~ blocking_sleep: thread::sleep(every)
        }
    }
}

#[tokio::main]
#[checked_async]
async fn main() {
    let every = Duration::from_secs(1);
    std::thread::sleep(every); //~ blocking_sleep: std::thread::sleep(every)
    tokio::time::sleep(every).await;
}
