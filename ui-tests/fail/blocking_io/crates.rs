//! Clients of well-known crates that block: found by their paths and by the written types of variables.

use checked_async::checked_async;
use diesel::PgConnection;
use reqwest::blocking as http;
use rusqlite::Connection;

#[checked_async]
async fn download(url: &str) -> Result<String, Error> {
    let page = reqwest::blocking::get(url)?; //~ warning blocking_io: reqwest::blocking::get(url)
    let copy = http::get(url)?; //~ warning blocking_io: http::get(url)
    if page != copy {
        return ureq::get(url).call(); //~ warning blocking_io: ureq::get(url)
    }
    Ok(page)
}

#[checked_async]
async fn connect(url: &str) -> Result<(), Error> {
    use diesel::Connection as _;
    let _events = postgres::Client::connect(url, postgres::NoTls)?; //~ warning blocking_io: postgres::Client::connect(url, postgres::NoTls)
    let _cache = rusqlite::Connection::open(url)?; //~ warning blocking_io: rusqlite::Connection::open(url)
    let _users = PgConnection::establish(url)?; //~ warning blocking_io: PgConnection::establish(url)
    let _orders = mysql::Conn::new(url)?; //~ warning blocking_io: mysql::Conn::new(url)
    mysql::Pool::new(url).map(drop) //~ warning blocking_io: mysql::Pool::new(url)
}

#[checked_async]
async fn by_parameter(conn: &rusqlite::Connection, name: &str) -> Result<usize, Error> {
    let known = conn.query_row("select count(*) from users", [name])?; //~ warning blocking_io: conn.query_row("select count(*) from users", [name])
    match known {
        0 => conn.execute("insert into users values (?)", [name]), //~ warning blocking_io: conn.execute("insert into users values (?)", [name])
        _ => Ok(0),
    }
}

#[checked_async]
async fn by_local(pool: &mut Vec<Connection>) -> Result<usize, Error> {
    let conn: Connection = pool.pop().ok_or(Error)?;
    conn.prepare("delete from users")?; //~ warning blocking_io: conn.prepare("delete from users")
    Connection::open("users.db").map(|_| 1) //~ warning blocking_io: Connection::open("users.db")
}

include!("../../fixtures/blocking_crates.rs");
