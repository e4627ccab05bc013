//! Outputs of a timeout, asked only whether the time was enough.

use checked_async::checked_async;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::time::{self, Instant, timeout, timeout_at};

const LIMIT: Duration = Duration::from_secs(5);

struct Connection {
    stream: TcpStream,
    healthy: bool,
}

#[checked_async]
impl Connection {
    async fn reachable(address: impl ToSocketAddrs) -> bool {
        timeout(LIMIT, TcpStream::connect(address)).await.is_ok() //~ warning lost_result: timeout(LIMIT, TcpStream::connect(address)).await.is_ok()
    }

    async fn send(&mut self, frame: &[u8]) -> Result<(), &'static str> {
        if time::timeout(LIMIT, self.stream.write_all(frame)).await.is_err() { //~ warning lost_result: time::timeout(LIMIT, self.stream.write_all(frame)).await.is_err()
            self.healthy = false;
            return Err("the peer is slow");
        }
        Ok(())
    }

    async fn check(&mut self, deadline: Instant) {
        let mut answer = [0; 4];
        self.healthy = timeout_at(deadline, self.stream.read_exact(&mut answer)).await.is_ok(); //~ warning lost_result: timeout_at(deadline, self.stream.read_exact(&mut answer)).await.is_ok()
        let idle = !self.healthy || time::timeout(LIMIT, self.stream.readable()).await.is_err(); //~ warning lost_result: time::timeout(LIMIT, self.stream.readable()).await.is_err()
        println!("idle: {idle}");
    }

    async fn close(mut self) {
        self.healthy = timeout(LIMIT, self.stream.shutdown()).await.is_ok(); //~ warning lost_result: timeout(LIMIT, self.stream.shutdown()).await.is_ok()
    }
}

#[checked_async]
async fn until_deadline<F>(job: F, deadline: Instant) -> &'static str
where
    F: Future<Output = io::Result<u64>>,
{
    match timeout_at(deadline, job).await.is_ok() { //~ warning lost_result: timeout_at(deadline, job).await.is_ok()
        true => "done",
        false => "late",
    }
}
