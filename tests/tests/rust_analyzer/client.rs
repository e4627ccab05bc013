//! A small client of the language server protocol: enough to ask rust-analyzer about one crate.
//!
//! One thread reads what the server writes, the test's thread sends requests and waits for their answers. Requests of the
//! server are answered with what stands for "as you like".

use serde_json::{Value, json};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long the server may be silent while something is expected of it; its first start builds the macro crate.
const PATIENCE: Duration = Duration::from_secs(300);

/// The error that asks for the request to be sent again, and the one that a change of the text cancels it with.
const RETRY: [i64; 2] = [-32801, -32802];

/// A running rust-analyzer, which ends with this value or this process.
pub(crate) struct Client {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    last_id: i64,
}

impl Client {
    /// Starts the server on the crate in `root`, and returns when it has loaded it.
    pub(crate) fn start(program: &OsStr, root: &Path, settings: &Value) -> Self {
        let mut server = Command::new(program)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It complains there of clients that end without saying so, as a test process does.
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()));
        let input = server.stdin.take().expect("it is piped");
        let output = BufReader::new(server.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = output;
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut client = Self { server, input, messages, last_id: 0 };
        client.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": uri(root),
                "workspaceFolders": [{ "uri": uri(root), "name": "fixture" }],
                "capabilities": {
                    "general": { "positionEncodings": ["utf-8"] },
                    "textDocument": {
                        "completion": { "completionItem": { "snippetSupport": false } },
                        "hover": { "contentFormat": ["plaintext"] },
                        "diagnostic": {},
                        "inlayHint": {},
                    },
                    "experimental": { "serverStatusNotification": true },
                },
                "initializationOptions": settings,
            }),
        );
        client.notify("initialized", json!({}));
        client.wait_until_quiescent();
        client
    }

    /// Sends a request and returns its result; panics where the answer is an error.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        loop {
            self.last_id += 1;
            let id = self.last_id;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.receive(method);
                if message.get("method").is_none() && message["id"] == id {
                    break message;
                }
            };
            match answer.get("error") {
                None => return answer["result"].clone(),
                Some(error) if error["code"].as_i64().is_some_and(|code| RETRY.contains(&code)) => {}
                Some(error) => panic!("{method} failed: {error}\n{params:#}"),
            }
        }
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The crate is loaded when the server says twice in a row that it has nothing to do: between two steps of loading it
    /// may say so once.
    fn wait_until_quiescent(&mut self) {
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < PATIENCE, "rust-analyzer has not loaded the fixture");
            let message = self.receive("experimental/serverStatus");
            if message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true {
                let health = &message["params"]["health"];
                assert_eq!(*health, "ok", "rust-analyzer is unwell: {}", message["params"]["message"]);
                return;
            }
        }
    }

    /// The next message that is not a request of the server.
    fn receive(&mut self, awaited: &str) -> Value {
        loop {
            let message = self
                .messages
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("no answer to {awaited}: {error}; {:?}", self.server.try_wait()));
            let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) else { return message };
            let result = match method {
                "workspace/configuration" => {
                    let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                    Value::Array(vec![Value::Null; items])
                }
                _ => Value::Null,
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.input.flush())
            .unwrap_or_else(|error| panic!("rust-analyzer does not listen: {error}; {:?}", self.server.try_wait()));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself; either way there is nothing more to be done about it.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// How the protocol names a file.
pub(crate) fn uri(path: &Path) -> String {
    let path = path.to_str().expect("the path is Unicode").replace('\\', "/").replace(' ', "%20");
    if path.starts_with('/') { format!("file://{path}") } else { format!("file:///{path}") }
}

/// Reads one message, or nothing where the server has ended.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
