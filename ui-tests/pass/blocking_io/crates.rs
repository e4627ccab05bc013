//! Crates' async clients, and methods of blocking ones that do not wait.

#![deny(warnings)]

use checked_async::checked_async;
use rusqlite::Connection;

#[checked_async]
async fn download(client: &reqwest::Client, url: &str) -> String {
    let page = reqwest::get(url).await;
    let copy = client.get(url).await;
    let fast = ureq::get(url).await;
    [page, copy, fast].concat()
}

#[checked_async]
async fn databases(url: &str) -> usize {
    let client = postgres::Client::connect(url).await;
    let rows = client.query("select 1").await;
    let pool = mysql::Pool::new(url);
    rows + pool.await
}

#[checked_async]
async fn blocking(conn: Connection, url: String) -> usize {
    println!("{} {}", conn.changes(), conn.last_insert_rowid());
    let rows = tokio::task::spawn_blocking(move || {
        let other = Connection::open(&url);
        conn.execute("delete from users") + other.execute("vacuum")
    });
    rows.await.unwrap_or(0)
}

include!("../../fixtures/other_crates.rs");
