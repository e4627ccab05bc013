//! The line protocol: one request a line, one answer a line.
//!
//! ```text
//! PUT <url> [<milliseconds to live>]   OK <code>
//! GET <code>                           URL <url> | NONE
//! STATS                                STATS <links> <hits>
//! QUIT                                 BYE
//! ```

use std::fmt;
use std::time::Duration;

#[derive(Debug)]
pub enum Request {
    Put { url: String, ttl: Option<Duration> },
    Get { code: String },
    Stats,
    Quit,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Response {
    Stored { code: String },
    Found { url: String },
    Missing,
    Stats { links: usize, hits: u64 },
    Bye,
    Invalid(String),
}

impl Request {
    pub fn parse(line: &str) -> Result<Request, String> {
        let mut words = line.split_whitespace();
        let request = match (words.next(), words.next(), words.next()) {
            (Some("PUT"), Some(url), ttl) => Request::Put { url: url.into(), ttl: ttl.map(milliseconds).transpose()? },
            (Some("GET"), Some(code), None) => Request::Get { code: code.into() },
            (Some("STATS"), None, None) => Request::Stats,
            (Some("QUIT"), None, None) => Request::Quit,
            _ => return Err(format!("not a request: {line}")),
        };
        match words.next() {
            Some(word) => Err(format!("one word too many: {word}")),
            None => Ok(request),
        }
    }
}

fn milliseconds(word: &str) -> Result<Duration, String> {
    word.parse().map(Duration::from_millis).map_err(|_| format!("not a number: {word}"))
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Response::Stored { code } => write!(f, "OK {code}"),
            Response::Found { url } => write!(f, "URL {url}"),
            Response::Missing => f.write_str("NONE"),
            Response::Stats { links, hits } => write!(f, "STATS {links} {hits}"),
            Response::Bye => f.write_str("BYE"),
            Response::Invalid(problem) => write!(f, "ERR {problem}"),
        }
    }
}
