//! The example `http`, with real clients.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use checked_async_tests::program::{Program, connect};

fn start() -> (Program, String) {
    let program = Program::start(env!("CARGO_BIN_EXE_example-http"), &["127.0.0.1:0"]);
    let address = program.line().strip_prefix("listening on http://").expect("it says where").to_owned();
    (program, address)
}

/// A client that keeps its connection.
struct Client(BufReader<TcpStream>);

/// What a server answers: the status, the other lines of the head, the body.
#[derive(Debug)]
struct Response {
    status: String,
    head: Vec<String>,
    body: String,
}

impl Client {
    fn new(address: &str) -> Self {
        Client(BufReader::new(connect(address)))
    }

    fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.strip_suffix("\r\n").unwrap_or_else(|| panic!("no line: {line:?}")).to_owned()
    }

    fn response(&mut self) -> Response {
        let status = self.line();
        let head: Vec<String> = std::iter::repeat_with(|| self.line()).take_while(|line| !line.is_empty()).collect();
        let length = head.iter().find_map(|line| line.strip_prefix("Content-Length: ")).expect("there is a length");
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        Response { status, head, body: String::from_utf8(body).unwrap() }
    }

    /// Sends a request, reads the answer.
    #[track_caller]
    fn ask(&mut self, request: &str, status: &str, body: &str) -> Response {
        self.send(request);
        let response = self.response();
        assert_eq!((&*response.status, &*response.body), (status, body), "{request:?}");
        response
    }

    /// Waits for the server to hang up, which says nothing more.
    #[track_caller]
    fn assert_end(mut self) {
        assert_eq!(self.0.read(&mut [0; 100]).unwrap(), 0);
    }
}

#[test]
fn a_connection_is_kept_alive() {
    let (program, address) = start();
    let mut client = Client::new(&address);
    let response = client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK", "hello\n");
    assert!(response.head.contains(&"Connection: keep-alive".into()), "{response:?}");
    let response = client.ask("GET /stats HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK", r#"{"requests":2}"#);
    assert!(response.head.contains(&"Content-Type: application/json".into()), "{response:?}");
    client.ask("GET /more HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found", "there is nothing here\n");
    client.ask("POST /echo HTTP/1.1\r\ncontent-length: 4\r\n\r\nping", "HTTP/1.1 200 OK", "ping");
    let close = "GET /stats HTTP/1.1\r\nConnection: close\r\n\r\n";
    let response = client.ask(close, "HTTP/1.1 200 OK", r#"{"requests":5}"#);
    assert!(response.head.contains(&"Connection: close".into()), "{response:?}");
    client.assert_end();

    program.signal("INT");
    assert_eq!(program.line(), "closed after 5 requests");
    program.wait_for_success();
}

#[test]
fn requests_may_arrive_at_once_or_byte_by_byte() {
    let (_program, address) = start();
    let mut client = Client::new(&address);
    client.send("GET / HTTP/1.1\r\n\r\nPOST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /no HTTP/1.1\r\n\r\n");
    assert_eq!(client.response().body, "hello\n");
    assert_eq!(client.response().body, "hi");
    assert_eq!(client.response().status, "HTTP/1.1 404 Not Found");
    client.0.get_mut().set_nodelay(true).unwrap();
    for byte in "POST /echo HTTP/1.0\r\nContent-Length: 3\r\n\r\nbye".chars() {
        client.send(&byte.to_string());
    }
    assert_eq!(client.response().body, "bye");
    client.assert_end();
}

#[test]
fn faulty_requests_are_refused_and_do_not_disturb_others() {
    let (_program, address) = start();
    let mut other = Client::new(&address);
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    for (request, body) in [
        ("GET\r\n\r\n", "what is that?\n"),
        ("GET / HTTP/1.1\r\nnonsense\r\n", "a header without a colon\n"),
        ("POST /echo HTTP/1.1\r\nContent-Length: many\r\n", "a wrong length\n"),
        ("POST /echo HTTP/1.1\r\nContent-Length: 99999\r\n", "a wrong length\n"),
        ("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "only bodies of a known length are taken\n"),
        (&long[..16 * 1024], "the head has no end, or is too long\n"),
    ] {
        let mut client = Client::new(&address);
        client.ask(request, "HTTP/1.1 400 Bad Request", body);
        client.assert_end();
    }
    // One hangs up in the middle.
    Client::new(&address).send("POST /echo HTTP/1.1\r\nContent-Length: 100\r\n\r\nand");
    other.ask("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK", "hello\n");
}

/// A client whose request has begun, and one without a request that sees the server close.
fn interrupted_in_a_request() -> (Program, String, Client) {
    let (program, address) = start();
    let mut idle = Client::new(&address);
    idle.ask("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK", "hello\n");
    let mut busy = Client::new(&address);
    busy.send("POST /echo HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(busy.line(), "HTTP/1.1 100 Continue");
    assert_eq!(busy.line(), "");
    program.signal("INT");
    idle.assert_end();
    (program, address, busy)
}

#[test]
fn interrupted_it_answers_those_who_have_begun_a_request() {
    let (program, address, mut busy) = interrupted_in_a_request();
    assert!(TcpStream::connect(&address).is_err(), "it still takes connections");
    busy.send("hello");
    let response = busy.response();
    assert_eq!(response.body, "hello");
    assert!(response.head.contains(&"Connection: close".into()), "{response:?}");
    busy.assert_end();
    assert_eq!(program.line(), "closed after 2 requests");
    program.wait_for_success();
}

#[test]
fn interrupted_twice_it_ends_at_once() {
    let (program, _, _busy) = interrupted_in_a_request();
    program.signal("INT");
    let (status, said) = program.wait();
    assert_eq!((status.code(), &*said), (Some(130), ""));
}
