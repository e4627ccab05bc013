//! Blocking I/O on threads made for it, and in functions that are not async.

#![deny(warnings)]

use checked_async::checked_async;
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::Command;
use std::thread;

fn read_config() -> io::Result<String> {
    fs::read_to_string("config.toml")
}

#[checked_async]
async fn blocking_tasks(path: PathBuf, mut log: File) -> io::Result<String> {
    let config = tokio::task::spawn_blocking(read_config).await??;
    let copy = path.clone();
    let text = tokio::task::spawn_blocking(move || -> io::Result<String> {
        let mut text = String::new();
        File::open(&copy)?.read_to_string(&mut text)?;
        log.write_all(text.as_bytes())?;
        log.flush()?;
        let lines = text.lines().filter_map(|line| fs::metadata(line).ok()).count();
        fs::write(copy, lines.to_string())?;
        Ok(text)
    })
    .await??;
    tokio::task::block_in_place(|| fs::remove_file(&path))?;
    let listed = smol::unblock(move || fs::read_dir(path)).await?.count();
    let status = async_std::task::spawn_blocking(|| Command::new("sync").status()).await?;
    Ok(format!("{config}{text}{listed}{status}"))
}

#[checked_async]
async fn threads(listener: TcpListener, paths: &[PathBuf]) -> usize {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    rayon::spawn(|| drop("localhost:80".to_socket_addrs()));
    let sizes = paths.par_iter().filter_map(|path| fs::metadata(path).ok());
    sizes.count()
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut request = [0; 128];
    let read = stream.read(&mut request)?;
    stream.write_all(&request[..read])
}

struct Cache(PathBuf);

#[checked_async]
impl Cache {
    fn load(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.0)
    }

    async fn warm(self) -> io::Result<usize> {
        fn count(bytes: &[u8]) -> usize {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map_or(0, |read| read + bytes.len())
        }
        let load = move || self.load().map(|bytes| count(&bytes));
        tokio::task::spawn_blocking(load).await?
    }
}
