//! Reads of tokio's `AsyncReadExt` and `AsyncBufReadExt` that keep what they have read so far in the future.

use checked_async::checked_async;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, stdin};
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Interval, interval};

struct Peer {
    reader: BufReader<OwnedReadHalf>,
    ticks: Interval,
}

#[checked_async]
impl Peer {
    async fn headers(&mut self) -> std::io::Result<()> {
        let mut header = [0; 8];
        loop {
            tokio::select! {
                read = self.reader.read_exact(&mut header) => { //~ warning cancel_unsafe_select: self.reader.read_exact(&mut header)
                    read?;
                    println!("{header:?}");
                }
                _ = self.ticks.tick() => println!("still here"),
            }
        }
    }
    async fn lines(&mut self) -> std::io::Result<()> {
        let mut line = String::new();
        while line.len() < 100 {
            tokio::select! {
                biased;
                _ = self.ticks.tick() => println!("still here"),
                read = self.reader.read_line(&mut line) => println!("{}", read?), //~ warning cancel_unsafe_select: self.reader.read_line(&mut line)
            }
        }
        Ok(())
    }
    async fn numbers(&mut self) {
        for _ in 0..10 {
            tokio::select! {
                Ok(n) = self.reader.read_u32() => println!("{n}"), //~ warning cancel_unsafe_select: self.reader.read_u32()
                _ = self.ticks.tick() => continue,
                else => break,
            }
        }
    }
}

#[checked_async]
async fn whole<R: AsyncRead + Unpin>(mut reader: R, open: bool) {
    let mut ticks = interval(Duration::from_secs(1));
    let mut text = String::new();
    loop {
        tokio::select! {
            read = reader.read_to_string(&mut text), if open => { //~ warning cancel_unsafe_select: reader.read_to_string(&mut text)
                println!("{read:?}");
                break;
            }
            _ = ticks.tick() => println!("reading"),
        }
    }
}

#[checked_async]
async fn console() {
    let mut ticks = interval(Duration::from_secs(1));
    let mut input = BufReader::new(stdin());
    loop {
        let mut bytes = Vec::new();
        tokio::select! {
            read = input.read_to_end(&mut bytes) => return println!("{read:?}"), //~ warning cancel_unsafe_select: input.read_to_end(&mut bytes)
            _ = ticks.tick() => println!("type something"),
        }
    }
}
