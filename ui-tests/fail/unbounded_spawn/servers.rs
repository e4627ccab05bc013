//! A task for each connection that is accepted.

use checked_async::checked_async;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

async fn serve(mut stream: TcpStream) {
    if let Err(error) = stream.write_all(b"hello").await {
        println!("{error}");
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn endless(listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, peer) = listener.accept().await?;
        println!("{peer}");
        tokio::spawn(serve(stream)); //~ warning unbounded_spawn: tokio::spawn(serve(stream))
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn smol_server(listener: smol::net::TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        smol::spawn(async move { //~ warning unbounded_spawn: smol::spawn(async move { … })
            println!("{:?}", stream.peer_addr());
        })
        .detach();
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn matched(listener: &TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _task = tokio::spawn(serve(stream)); //~ warning unbounded_spawn: tokio::spawn(serve(stream))
            }
            Err(error) => println!("{error}"),
        }
    }
}
