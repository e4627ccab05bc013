//! Tasks started from closures, async closures and from within other tasks.

use checked_async::checked_async;
use std::collections::HashMap;
use std::net::SocketAddr;
use tokio::net::TcpStream;

async fn ping(peer: SocketAddr) -> std::io::Result<()> {
    TcpStream::connect(peer).await?.writable().await
}

#[checked_async]
async fn ping_all(peers: &HashMap<String, SocketAddr>, backup: Option<SocketAddr>) {
    peers.values().for_each(|&peer| {
        tokio::spawn(ping(peer)); //~ warning detached_task: tokio::spawn(ping(peer))
    });
    if let Some(peer) = backup.filter(|peer| peer.is_ipv6()) {
        tokio::spawn(ping(peer)); //~ warning detached_task: tokio::spawn(ping(peer))
    }
    backup.map(|peer| tokio::spawn(ping(peer))); //~ missed detached_task: backup.map(|peer| tokio::spawn(ping(peer)))
}

#[checked_async]
async fn supervise(peers: Vec<SocketAddr>) {
    tokio::spawn(async move {
        for peer in peers {
            tokio::spawn(ping(peer)); //~ warning detached_task: tokio::spawn(ping(peer))
        }
    });
}

#[checked_async]
async fn on_demand(first: SocketAddr, second: SocketAddr) {
    let start = async |peer: SocketAddr| {
        tokio::task::yield_now().await;
        tokio::spawn(ping(peer)); //~ warning detached_task: tokio::spawn(ping(peer))
    };
    start(first).await;
    let start_now = |peer| {
        let _task = tokio::spawn(ping(peer)); //~ warning detached_task: tokio::spawn(ping(peer))
    };
    start_now(second);
}
