//! Sockets of std in async code: connecting, accepting, resolving names, reading and writing.

use checked_async::checked_async;
use std::io::{self, Read, Write};
use std::net::{self, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

struct Peer {
    stream: TcpStream,
    name: String,
}

#[checked_async]
async fn connect(host: &str, port: u16) -> io::Result<Option<Peer>> {
    let Some(address) = (host, port).to_socket_addrs()?.next() else { //~ warning blocking_io: (host, port).to_socket_addrs()
        return Ok(None);
    };
    let stream = match TcpStream::connect(address) { //~ warning blocking_io: TcpStream::connect(address)
        Ok(stream) => stream,
        Err(_) => net::TcpStream::connect_timeout(&address, Duration::from_secs(9))?, //~ warning blocking_io: net::TcpStream::connect_timeout(&address, Duration::from_secs(9))
    };
    Ok(Some(Peer { stream, name: host.to_owned() }))
}

#[checked_async]
async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, address) = listener.accept()?; //~ warning blocking_io: listener.accept()
        let peer = Peer { stream, name: address.to_string() };
        tokio::spawn(async move { greet(peer).await.ok() });
    }
}

#[checked_async]
async fn greet(mut peer: Peer) -> io::Result<usize> {
    let greeting = format!("hello, {}\n", peer.name);
    peer.stream.write_all(greeting.as_bytes())?; //~ warning blocking_io: peer.stream.write_all(greeting.as_bytes())
    let mut answer = [0; 64];
    peer.stream.read(&mut answer) //~ warning blocking_io: peer.stream.read(&mut answer)
}

#[checked_async]
async fn echo(socket: &UdpSocket) -> io::Result<(usize, SocketAddr)> {
    let mut packet = [0; 1500];
    let (size, from) = socket.recv_from(&mut packet)?; //~ warning blocking_io: socket.recv_from(&mut packet)
    let sent = socket.send_to(&packet[..size], from)?; //~ warning blocking_io: socket.send_to(&packet[..size], from)
    Ok((sent, from))
}

#[checked_async]
async fn resolve(hosts: &[String]) -> Vec<SocketAddr> {
    let addresses = hosts.iter().filter_map(|host| host.to_socket_addrs().ok()); //~ warning blocking_io: host.to_socket_addrs()
    addresses.flatten().collect()
}
