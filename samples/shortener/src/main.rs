//! A URL shortener over TCP, and a demonstration that runs it for a second with a few clients.

mod audit;
mod client;
mod protocol;
mod server;
mod snapshot;
mod store;
mod upkeep;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::audit::Audit;
use crate::client::Client;
use crate::server::Server;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::upkeep::Import;

#[tokio::main]
async fn main() -> io::Result<()> {
    let (store, audit) = (Arc::new(Store::default()), Arc::new(Audit::default()));
    let server = Server::bind(Arc::clone(&store), Arc::clone(&audit)).await?;
    let address = server.address()?;
    println!("the shortener listens");

    let (stop, stopped) = watch::channel(false);
    let upkeep = tokio::spawn(upkeep::run(Arc::clone(&store), Arc::clone(&audit), stopped.clone()));
    let server = tokio::spawn(server.run(stopped));

    let imported = import(&store).await;
    println!("{} links were imported", imported.len());
    let first_change = tokio::spawn(upkeep::watch_first_change(Arc::clone(&store)));
    let found = tokio::try_join!(shorten(address, "https://example.org/a"), shorten(address, "https://example.org/b"))?;
    println!("the clients found {found:?}");
    println!("statistics: {}", ask_and_leave(address).await?);
    impatient(address).await;

    let snapshot = Arc::new(Snapshot::new(Arc::clone(&store)));
    Arc::clone(&snapshot).write().await?;
    println!("the snapshot was removed: {}", snapshot::clean_up(snapshot).await);

    match first_change.await {
        Ok(seen) => println!("the store changed: {seen}"),
        Err(_) => println!("the task that waited for a change panicked"),
    }
    // Correct: the receivers may be gone already.
    let _ = stop.send(true);
    let _ = tokio::join!(server, upkeep);
    println!("{} events are in the log", audit.len().await);
    Ok(())
}

/// Imports one list, and a second one that somebody abandons.
async fn import(store: &Arc<Store>) -> Vec<String> {
    let mut list = Import::new(Arc::clone(store));
    list.add("https://example.org/1");
    list.add("https://example.org/2");
    let mut abandoned = Import::new(Arc::clone(store));
    abandoned.add("https://example.org/3");
    list.finish().await
}

/// Stores a link that lives for a short while, and follows it before and after.
async fn shorten(server: SocketAddr, url: &str) -> io::Result<(Option<String>, Option<String>)> {
    let mut client = Client::connect(server).await?;
    let code = client.put(url, Some(100)).await?;
    let before = client.get(&code).await?;
    sleep(Duration::from_millis(150)).await;
    let after = client.get(&code).await?;
    client.quit().await?;
    Ok((before, after))
}

/// Asks one question only.
async fn ask_and_leave(server: SocketAddr) -> io::Result<String> {
    Client::connect(server).await?.stats().await
}

/// Starts things and does not stay for their end, all of it rightly.
async fn impatient(server: SocketAddr) {
    // Correct: an aborted task's future may never have been polled.
    tokio::spawn(ask_and_leave(server)).abort();
    // Correct: so may the loser of a race.
    tokio::select! {
        biased;
        () = async {} => {}
        _ = ask_and_leave(server) => {}
    }
    // Correct: and a timeout drops what it has polled.
    match timeout(Duration::from_millis(5), shorten(server, "https://example.org/slow")).await {
        Err(_) => println!("one client did not wait"),
        Ok(answer) => println!("one client was answered: {}", answer.is_ok()),
    }
}
