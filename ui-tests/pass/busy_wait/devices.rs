//! Devices that have to be asked, and loops that run as long as an argument says.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::time::sleep;

#[derive(PartialEq)]
enum Level {
    Low,
    High,
}

struct Pin(u8);

impl Pin {
    fn read(&self) -> Level {
        if self.0 > 3 { Level::High } else { Level::Low }
    }
}

struct Register(u32);

impl Register {
    fn get(&self) -> u32 {
        self.0
    }
}

#[checked_async]
async fn pressed(pin: &Pin) {
    while pin.read() == Level::Low {
        sleep(Duration::from_millis(5)).await;
    }
    loop {
        if pin.read() == Level::High {
            break;
        }
        sleep(Duration::from_millis(5)).await;
    }
}

#[checked_async]
async fn idle(register: &Register) {
    while register.get() & 1 != 0 {
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn heartbeat(on: bool) {
    while on {
        println!("alive");
        sleep(Duration::from_secs(1)).await;
    }
}
