//! Workers that ask queues and sockets again and again, and never wait for them.

use checked_async::checked_async;
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};

type Table = Mutex<HashMap<u64, Vec<u8>>>;

#[checked_async]
async fn receive(socket: UdpSocket, table: &Table) {
    let mut buffer = [0; 1500];
    loop { //~ warning loop_without_await: loop
        match socket.try_recv_from(&mut buffer) {
            Ok((length, peer)) => {
                let key = u64::from(peer.port());
                table.lock().unwrap().insert(key, buffer[..length].to_vec());
            }
            Err(error) => eprintln!("{error}"),
        }
    }
}

#[checked_async]
async fn expire(table: &Table, limit: usize) -> ! {
    let mut removed = 0_u64;
    loop { //~ warning loop_without_await: loop
        let mut table = table.lock().unwrap();
        if table.len() > limit {
            table.retain(|_, packet| !packet.is_empty());
            removed += 1;
        }
        println!("cleaned {removed} times");
    }
}

#[checked_async]
async fn follow(mut settings: watch::Receiver<u32>, mut commands: mpsc::UnboundedReceiver<u32>) {
    let first = *settings.borrow_and_update();
    if first > 0 {
        let mut sum = first;
        loop { //~ warning loop_without_await: loop
            if settings.has_changed().unwrap_or(false) {
                sum += *settings.borrow_and_update();
                continue;
            }
            sum += commands.try_recv().unwrap_or_default();
            println!("{sum}");
        }
    }
}
