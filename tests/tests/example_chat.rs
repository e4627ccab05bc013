//! The example `chat`, with real clients.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use checked_async_tests::program::{Program, connect};

fn start() -> (Program, String) {
    let program = Program::start(env!("CARGO_BIN_EXE_example-chat"), &["127.0.0.1:0"]);
    let address = program.line().strip_prefix("listening on ").expect("it says where").to_owned();
    (program, address)
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn new(address: &str) -> Self {
        let mut client = Client(BufReader::new(connect(address)));
        client.hears("* what is your name?");
        client
    }

    /// One who has entered.
    #[track_caller]
    fn named(address: &str, name: &str, others: &str) -> Self {
        let mut client = Client::new(address);
        client.says(name);
        client.hears(&format!("* welcome; here are: {others}"));
        client
    }

    fn says(&mut self, line: &str) {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    #[track_caller]
    fn hears(&mut self, line: &str) {
        assert_eq!(self.line(), format!("{line}\n"));
    }
}

#[test]
fn what_one_says_all_others_hear() {
    let (program, address) = start();
    let mut ada = Client::named(&address, "ada", "");
    let mut bob = Client::named(&address, "bob", "ada");
    ada.hears("* bob is here");
    let mut eve = Client::named(&address, "eve", "ada, bob");
    ada.hears("* eve is here");
    bob.hears("* eve is here");

    ada.says("hello");
    bob.hears("ada: hello");
    eve.hears("ada: hello");
    bob.says("hello, ada");
    // What she said herself is not among it.
    ada.hears("bob: hello, ada");
    eve.hears("bob: hello, ada");

    drop(bob);
    ada.hears("* bob has left");
    eve.hears("* bob has left");
    eve.says("he is gone");
    ada.hears("eve: he is gone");
    // His name is free again.
    let mut bob = Client::named(&address, "bob", "ada, eve");
    ada.hears("* bob is here");
    ada.says("again");
    bob.hears("ada: again");

    program.signal("INT");
    let (status, said) = program.wait();
    assert_eq!((std::os::unix::process::ExitStatusExt::signal(&status), &*said), (Some(2), ""));
}

#[test]
fn names_are_given_once() {
    let (_program, address) = start();
    let _ada = Client::named(&address, "ada", "");
    let mut other = Client::new(&address);
    for name in ["ada", "", " ada "] {
        other.says(name);
        other.hears("* that name is taken");
    }
    other.says("eve");
    other.hears("* welcome; here are: ada");
}

#[test]
fn many_lines_at_once_are_no_reason_to_be_turned_out() {
    let (_program, address) = start();
    let mut ada = Client::named(&address, "ada", "");
    let mut bob = Client::named(&address, "bob", "ada");
    ada.hears("* bob is here");
    ada.says(&"x\n".repeat(1999));
    for _ in 0..1999 {
        bob.hears("ada: x");
    }
}

#[test]
fn who_does_not_listen_is_turned_out_and_holds_up_nobody() {
    let (_program, address) = start();
    let mut ada = Client::named(&address, "ada", "");
    let mut bob = Client::named(&address, "bob", "ada");
    let _deaf = Client::named(&address, "deaf", "ada, bob");
    ada.hears("* bob is here");
    ada.hears("* deaf is here");
    bob.hears("* deaf is here");
    // More than what the system keeps for a connection, and the queue.
    let line = "x".repeat(64 * 1024);
    let turned_out = (0..10_000).any(|_| {
        ada.says(&line);
        let heard = bob.line();
        if heard == "* deaf has left\n" {
            return true;
        }
        assert_eq!(heard.len(), "ada: \n".len() + line.len());
        false
    });
    assert!(turned_out);
    ada.hears("* deaf has left");
}
