//! Loops in blocks, tasks, closures and trait methods; handlers whose `break` leaves another loop.

use checked_async::checked_async;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::mpsc::Receiver;

trait Handler {
    async fn run(&mut self, orders: Receiver<u32>);
}

struct Client(TcpStream);

#[checked_async]
impl Handler for Client {
    async fn run(&mut self, mut orders: Receiver<u32>) {
        let mut byte = [0; 16];
        loop {
            select! {
                Ok(_) = self.0.read_exact(&mut byte) => println!("{byte:?}"), //~ warning cancel_unsafe_select: self.0.read_exact(&mut byte)
                Some(order) = orders.recv() => {
                    for n in 0..order {
                        if n == 3 {
                            break;
                        }
                    }
                }
                else => return,
            }
        }
    }
}

#[checked_async]
async fn task(mut stream: TcpStream, mut orders: Receiver<u32>) {
    let task = tokio::spawn(async move {
        'serve: loop {
            if stream.nodelay().is_ok() {
                select! {
                    written = stream.write_all(b"ping") => println!("{written:?}"), //~ warning cancel_unsafe_select: stream.write_all(b"ping")
                    order = orders.recv() => match order {
                        Some(1) => continue 'serve,
                        Some(_) => {}
                        None => break 'serve,
                    },
                }
            }
        }
    });
    drop(task);
}

#[checked_async]
async fn closure(mut orders: Receiver<u32>) {
    let mut serve = async |mut stream: TcpStream| {
        while let Ok(true) = stream.nodelay() {
            select! {
                n = stream.read_u64() => println!("{n:?}"), //~ warning cancel_unsafe_select: stream.read_u64()
                order = orders.recv() => println!("{order:?}"),
            }
        }
    };
    if let Ok(stream) = TcpStream::connect("localhost:1").await {
        serve(stream).await;
    }
}

#[checked_async]
async fn one_arm_leaves(mut stream: TcpStream, mut orders: Receiver<u32>, mut stop: Receiver<()>) {
    loop {
        select! {
            n = stream.read_u16() => println!("{n:?}"), //~ warning cancel_unsafe_select: stream.read_u16()
            order = orders.recv() => println!("{order:?}"),
            _ = stop.recv() => break,
        }
    }
}
