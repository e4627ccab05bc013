//! The same names from tokio, smol and async-std: imported under the names of std's modules.

#![deny(warnings)]

use checked_async::checked_async;
use futures::StreamExt;
use std::io;
use std::path::Path;
use tokio::fs::{self, File};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::process::Command;

#[checked_async]
async fn files(path: &Path) -> io::Result<String> {
    let mut text = fs::read_to_string(path).await?;
    let mut file = File::open(path).await?;
    file.read_to_string(&mut text).await?;
    let mut copy = fs::OpenOptions::new().append(true).open(path).await?;
    copy.write_all(text.as_bytes()).await?;
    copy.flush().await?;
    let data = fs::metadata(path);
    let (data, removed) = tokio::join!(data, fs::remove_file("draft"));
    println!("{:?} {removed:?}", data?.len());
    smol::fs::write(path, &text).await?;
    async_std::fs::create_dir_all("cache").await?;
    Ok(text)
}

#[checked_async]
async fn sockets(listener: TcpListener, socket: &UdpSocket) -> io::Result<usize> {
    let mut packet = [0; 64];
    let (size, from) = socket.recv_from(&mut packet).await?;
    socket.send_to(&packet[..size], from).await?;
    let (mut inbound, _) = listener.accept().await?;
    let mut outbound = TcpStream::connect(("localhost", 80)).await?;
    let read = inbound.read(&mut packet).await?;
    outbound.write_all(&packet[..read]).await?;
    let mut third = smol::net::TcpStream::connect("localhost:81").await?;
    futures::AsyncReadExt::read(&mut third, &mut packet).await
}

#[checked_async]
async fn processes() -> io::Result<bool> {
    let output = Command::new("ls").output().await?;
    let mut child = Command::new("ls").spawn()?;
    let status = child.wait().await?;
    let other = smol::process::Command::new("ls").status().await?;
    Ok(status.success() && other.success() && !output.stdout.is_empty())
}

#[checked_async]
async fn terminal() -> io::Result<String> {
    let mut lines = tokio::io::BufReader::new(tokio::io::stdin()).lines();
    let first = lines.next_line().await?;
    let mut text = String::new();
    async_std::io::stdin().read_line(&mut text).await?;
    let mut entries = smol::fs::read_dir(".").await?;
    while let Some(entry) = entries.next().await {
        text += &entry?.file_name().to_string_lossy();
    }
    Ok(first.unwrap_or(text))
}
