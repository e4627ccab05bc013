//! Calls of `std::fs`, `std::net` and `std::process` that build and look, and wait for nothing.

#![deny(warnings)]

use checked_async::checked_async;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

#[checked_async]
async fn options(path: &Path) -> io::Result<tokio::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    println!("{:?}", Permissions::from_mode(0o600));
    println!("{:?} {builder:?}", fs::OpenOptions::new().read(true));
    tokio::fs::OpenOptions::from(options).open(path).await
}

#[checked_async]
async fn wrap(file: fs::File, stream: TcpStream) -> io::Result<tokio::fs::File> {
    stream.set_nonblocking(true)?;
    println!("{:?} {:?}", stream.peer_addr()?, stream.nodelay());
    let mut stream = tokio::net::TcpStream::from_std(stream)?;
    let file = tokio::fs::File::from_std(file);
    tokio::io::copy(&mut file.try_clone().await?, &mut stream).await?;
    Ok(file)
}

#[checked_async]
async fn bind(port: u16) -> io::Result<(TcpListener, UdpSocket)> {
    let address = SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port);
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    tokio::task::yield_now().await;
    Ok((listener, UdpSocket::bind(address)?))
}

#[checked_async]
async fn child(command: &mut Command) -> io::Result<Option<ExitStatus>> {
    let mut child: Child = command.arg("-v").stdout(Stdio::null()).spawn()?;
    tokio::task::yield_now().await;
    if child.try_wait()?.is_none() {
        child.kill()?;
    }
    println!("{} {:?}", child.id(), command.get_program());
    child.try_wait()
}

#[checked_async]
async fn paths(root: &Path) -> PathBuf {
    let path = root.join("fs::read").with_extension("rs");
    let text = include_str!("no_waiting.rs");
    println!("{} {:?}", text.len(), std::env::var("HOME"));
    path.file_name().map(PathBuf::from).unwrap_or(path)
}
