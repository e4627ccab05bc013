//! The traits of `std::io` on buffers in memory, and output that is printed.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

struct Frame {
    body: Cursor<Vec<u8>>,
    pending: VecDeque<u8>,
}

#[checked_async]
async fn decode(bytes: &[u8]) -> io::Result<Frame> {
    let mut reader = bytes;
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    let mut body = Vec::new();
    reader.take(u32::from_be_bytes(length).into()).read_to_end(&mut body)?;
    Ok(Frame { body: Cursor::new(body), pending: VecDeque::new() })
}

#[checked_async]
impl Frame {
    async fn lines(&mut self) -> io::Result<Vec<String>> {
        let mut first = String::new();
        self.body.read_line(&mut first)?;
        self.pending.write_all(first.as_bytes())?;
        self.pending.flush()?;
        tokio::task::yield_now().await;
        let rest = BufReader::new(&mut self.pending).lines();
        rest.collect()
    }
}

#[checked_async]
async fn generic<R: Read, W: io::Write>(mut from: R, to: &mut W) -> io::Result<u64> {
    let mut block = [0; 16];
    let read = from.read(&mut block)?;
    to.write_all(&block[..read])?;
    io::copy(&mut from, to)
}

#[checked_async]
async fn print(frame: &Frame) -> io::Result<String> {
    println!("{} bytes", frame.pending.len());
    eprintln!("{}", frame.body.position());
    writeln!(io::stdout(), "done")?;
    io::stdout().flush()?;
    io::stderr().write_all(b"done")?;
    let mut text = String::new();
    write!(text, "{:?}", frame.pending).map_err(io::Error::other)?;
    Ok(text)
}
