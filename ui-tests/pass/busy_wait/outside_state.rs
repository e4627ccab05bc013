//! Conditions that no wake-up can tell: files, servers, children, functions of which nothing is known.

#![deny(warnings)]

use checked_async::checked_async;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::sleep;

const PAUSE: Duration = Duration::from_millis(100);

fn is_mounted(volume: &str) -> bool {
    volume.len() > 3
}

struct Device {
    register: *const u32,
}

impl Device {
    fn busy(&self) -> bool {
        !self.register.is_null()
    }
}

async fn healthy(port: u16) -> bool {
    TcpStream::connect(("localhost", port)).await.is_ok()
}

#[checked_async]
async fn for_a_file(lock: &Path) {
    while lock.exists() {
        sleep(PAUSE).await;
    }
    while !tokio::fs::try_exists(lock).await.unwrap_or(false) {
        sleep(PAUSE).await;
    }
}

#[checked_async]
async fn for_a_server(port: u16) {
    while TcpStream::connect(("localhost", port)).await.is_err() {
        tracing::info!("not there yet");
        sleep(PAUSE).await;
    }
    while !healthy(port).await {
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn for_what_is_unknown(device: &Device, volume: &str) {
    while !is_mounted(volume) {
        sleep(PAUSE).await;
    }
    loop {
        if !device.busy() {
            break;
        }
        sleep(PAUSE).await;
    }
}

#[checked_async]
async fn for_a_child(mut child: std::process::Child) {
    while let Ok(None) = child.try_wait() {
        sleep(PAUSE).await;
    }
}
