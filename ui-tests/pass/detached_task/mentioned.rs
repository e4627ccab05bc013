//! Handles with a name that is mentioned later: awaited, stopped, raced, handed on.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::oneshot;

async fn listen(port: u16) -> Result<u16, std::io::Error> {
    tokio::net::TcpListener::bind(("localhost", port)).await?.local_addr().map(|address| address.port())
}

#[checked_async]
async fn stopped_at_the_end() {
    let _server = tokio::spawn(listen(80));
    tokio::time::sleep(Duration::from_secs(1)).await;
    _server.abort();
}

#[checked_async]
async fn raced(stop: oneshot::Receiver<()>) -> Option<u16> {
    let mut server = tokio::spawn(listen(80));
    tokio::select! {
        done = &mut server => done.ok()?.ok(),
        _ = stop => {
            server.abort();
            None
        }
    }
}

#[checked_async]
async fn in_macros() -> Result<(u16, u16), tokio::task::JoinError> {
    let first = tokio::spawn(listen(80));
    let second = tokio::spawn(listen(81));
    let (first, second) = tokio::try_join!(first, second)?;
    let (third, fourth) = futures::join!(tokio::spawn(listen(82)), tokio::spawn(listen(83)));
    let _third = tokio::spawn(listen(84));
    println!("{third:?} {fourth:?} {_third:?}");
    Ok((first.unwrap_or(0), second.unwrap_or(0)))
}

#[checked_async]
async fn in_closures() -> bool {
    let task = tokio::spawn(listen(80));
    let finished = move || task.is_finished();
    let later = tokio::spawn(listen(81));
    tokio::spawn(async move {
        match later.await {
            Ok(Ok(port)) => println!("port {port}"),
            Ok(Err(error)) => eprintln!("{error}"),
            Err(error) => eprintln!("{error}"),
        }
    });
    finished()
}
