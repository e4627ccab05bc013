//! The same calls inside what an arm wraps around them: a timeout, a block, a function of one's own.

use checked_async::checked_async;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

async fn read_frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let mut frame = vec![0; length as usize];
    stream.read_exact(&mut frame).await?;
    Ok(frame)
}

#[checked_async]
async fn timed(mut stream: TcpStream, mut orders: Receiver<u32>) {
    let mut header = [0; 4];
    loop {
        tokio::select! {
            read = timeout(Duration::from_secs(5), stream.read_exact(&mut header)) => println!("{read:?}"), //~ warning cancel_unsafe_select: stream.read_exact(&mut header)
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn block(mut stream: TcpStream, mut orders: Receiver<u32>) {
    let mut header = [0; 4];
    loop {
        tokio::select! {
            read = async { stream.read_exact(&mut header).await } => println!("{read:?}"), //~ warning cancel_unsafe_select: stream.read_exact(&mut header)
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn own_function(mut stream: TcpStream, mut orders: Receiver<u32>) {
    loop {
        tokio::select! {
            frame = read_frame(&mut stream) => println!("{frame:?}"), //~ missed cancel_unsafe_select: read_frame(&mut stream)
            order = orders.recv() => println!("{order:?}"),
        }
    }
}
