//! An HTTP/1.1 service: connections that are kept alive, JSON, a body, errors, and a shutdown that cuts nobody short.
//!
//! ```sh
//! cargo run -p checked-async --features net --example http -- 127.0.0.1:8080
//! curl http://127.0.0.1:8080/stats
//! ```
//!
//! Ctrl-C cancels the main task, which catches that: it takes no more connections, hangs up on those that wait for a
//! request, and lets those that have begun one have their answer. A second Ctrl-C ends the process at once.

use std::cell::Cell;
use std::io::{self, Error, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use checked_async::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use checked_async::net::{TcpListener, TcpStream};
use checked_async::stream::StreamExt;
use checked_async::{Cancelled, JoinHandle, catch_cancel, checked_async, sleep, spawn, timeout};

/// How long a client may keep a connection without a request, or take to send one or to read the answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many bytes a request may have, before its body and in it.
const LIMIT: usize = 16 * 1024;

/// What the connections share. All are on one thread: nothing has to be locked.
#[derive(Default)]
struct Server {
    requests: Cell<u64>,
    closing: Cell<bool>,
}

struct Request {
    /// Method and path.
    what: String,
    body: Vec<u8>,
    keep_alive: bool,
}

fn main() -> io::Result<()> {
    checked_async::run(serve(std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into())))
}

#[checked_async]
async fn serve(address: String) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = Rc::new(Server::default());
    let mut connections = Vec::new();
    let Err(Cancelled) = catch_cancel(accept(listener, &server, &mut connections)).await;
    server.closing.set(true);
    for (task, _) in connections.iter().filter(|(_, idle)| idle.get()) {
        task.cancel();
    }
    for (task, _) in connections {
        let _ = task.await; // What it may have panicked with has been printed.
    }
    println!("closed after {} requests", server.requests.get());
    Ok(())
}

/// Takes connections until it is dropped; notes their tasks, and whether they wait for a request.
#[checked_async]
async fn accept(listener: TcpListener, server: &Rc<Server>, all: &mut Vec<(JoinHandle<()>, Rc<Cell<bool>>)>) -> ! {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (server, idle) = (Rc::clone(server), Rc::new(Cell::new(true)));
                let is_idle = Rc::clone(&idle);
                let task = spawn(async move {
                    if let Err(error) = converse(&server, stream, &is_idle).await {
                        eprintln!("{peer}: {error}");
                    }
                });
                // A panic in one of them is reported here.
                all.retain(|(task, _)| !task.is_finished());
                all.push((task.named(format!("connection of {peer}")), idle));
            }
            Err(error) => {
                // Out of file descriptors, say: some may be free again soon.
                eprintln!("cannot accept: {error}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Answers the requests of one connection.
#[checked_async]
async fn converse(server: &Server, mut stream: TcpStream, idle: &Cell<bool>) -> io::Result<()> {
    let (mut reader, mut keep_alive) = (BufReader::new(stream.clone()), true);
    while keep_alive && !server.closing.get() {
        idle.set(true);
        if timeout(PATIENCE, reader.fill_buf()).await??.is_empty() {
            break; // The client has hung up.
        }
        idle.set(false);
        server.requests.set(server.requests.get() + 1);
        let request = timeout(PATIENCE, read_request(&mut reader, &mut stream)).await?;
        let (status, kind, body) = match &request {
            Ok(request) => answer(server, request),
            Err(error) => ("400 Bad Request", "text/plain", format!("{error}\n")),
        };
        keep_alive = request.is_ok_and(|request| request.keep_alive) && !server.closing.get();
        let (length, after) = (body.len(), if keep_alive { "keep-alive" } else { "close" });
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
        timeout(PATIENCE, stream.write_all(format!("{head}Connection: {after}\r\n\r\n{body}").as_bytes())).await??;
    }
    Ok(())
}

fn answer(server: &Server, request: &Request) -> (&'static str, &'static str, String) {
    match &*request.what {
        "GET /" => ("200 OK", "text/plain", "hello\n".into()),
        "GET /stats" => ("200 OK", "application/json", format!(r#"{{"requests":{}}}"#, server.requests.get())),
        "POST /echo" => ("200 OK", "text/plain", String::from_utf8_lossy(&request.body).into()),
        _ => ("404 Not Found", "text/plain", "there is nothing here\n".into()),
    }
}

#[checked_async]
async fn read_request(reader: &mut BufReader<TcpStream>, stream: &mut TcpStream) -> io::Result<Request> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidData, what);
    let length_of = |value: &str| value.parse().ok().filter(|length| *length <= LIMIT);
    let mut head = reader.take(LIMIT as u64).lines();
    let first = head.try_next().await?.ok_or(ErrorKind::UnexpectedEof)?;
    let (what, version) = first.rsplit_once(' ').ok_or_else(|| invalid("what is that?"))?;
    let (mut length, mut expects, mut keep_alive) = (0, false, version == "HTTP/1.1");
    loop {
        let line = head.try_next().await?.ok_or_else(|| invalid("the head has no end, or is too long"))?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header without a colon"))?;
        match (&*name.to_ascii_lowercase(), value.trim()) {
            ("content-length", value) => length = length_of(value).ok_or_else(|| invalid("a wrong length"))?,
            ("transfer-encoding", _) => return Err(invalid("only bodies of a known length are taken")),
            ("connection", value) => keep_alive = !value.eq_ignore_ascii_case("close"),
            ("expect", _) => expects = true,
            _ => {}
        }
    }
    if expects {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    Ok(Request { what: what.into(), body, keep_alive })
}
