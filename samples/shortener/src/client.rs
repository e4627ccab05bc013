//! A client of the service.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub async fn connect(server: SocketAddr) -> io::Result<Client> {
        Ok(Client { stream: BufReader::new(TcpStream::connect(server).await?) })
    }

    /// Stores a link; returns its code.
    pub async fn put(&mut self, url: &str, ttl: Option<u64>) -> io::Result<String> {
        let ttl = ttl.map(|ttl| format!(" {ttl}")).unwrap_or_default();
        self.ask(&format!("PUT {url}{ttl}"), "OK ").await
    }

    /// Finds a link.
    pub async fn get(&mut self, code: &str) -> io::Result<Option<String>> {
        let answer = self.ask(&format!("GET {code}"), "").await?;
        Ok(answer.strip_prefix("URL ").map(str::to_owned))
    }

    pub async fn stats(&mut self) -> io::Result<String> {
        self.ask("STATS", "STATS ").await
    }

    pub async fn quit(mut self) -> io::Result<()> {
        self.ask("QUIT", "BYE").await.map(drop)
    }

    /// Sends a request; returns what follows `expected` in the answer.
    async fn ask(&mut self, request: &str, expected: &str) -> io::Result<String> {
        self.stream.write_all(format!("{request}\n").as_bytes()).await?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let answer = answer.trim_end();
        answer.strip_prefix(expected).map(str::to_owned).ok_or_else(|| io::Error::other(answer.to_owned()))
    }
}
