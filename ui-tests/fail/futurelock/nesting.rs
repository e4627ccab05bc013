//! The same in async blocks, closures, trait methods and generic functions.

use checked_async::checked_async;
use std::pin::{Pin, pin};
use tokio::select;
use tokio::sync::mpsc::Receiver;

async fn render(page: u32) -> String {
    page.to_string()
}
async fn show(text: &str) {
    println!("{text}");
}

trait View {
    async fn run(&self, keys: Receiver<u32>);
}

struct Screen;

#[checked_async]
impl View for Screen {
    async fn run(&self, mut keys: Receiver<u32>) {
        let mut page = pin!(render(1));
        select! {
            text = &mut page => println!("{text}"), //~ warning futurelock: &mut page
            Some(key) = keys.recv() => show(&key.to_string()).await,
        }
    }
}

#[checked_async]
async fn blocks(mut keys: Receiver<u32>) {
    let task = tokio::spawn(async move {
        let mut page = pin!(render(2));
        select! {
            text = &mut page => println!("{text}"), //~ warning futurelock: &mut page
            Some(key) = keys.recv() => show(&key.to_string()).await,
        }
    });
    let closure = async |mut other: Receiver<u32>| {
        let mut page = pin!(render(3));
        select! {
            text = &mut page => println!("{text}"), //~ warning futurelock: &mut page
            Some(key) = other.recv() => show(&key.to_string()).await,
        }
    };
    closure(tokio::sync::mpsc::channel(1).1).await;
    drop(task);
}

#[checked_async]
async fn any_pointer(mut page: Pin<&mut (dyn Future<Output = String> + Send)>, mut keys: Receiver<u32>) -> String {
    select! {
        text = &mut page => text, //~ warning futurelock: &mut page
        Some(key) = keys.recv() => {
            show("waiting").await;
            key.to_string()
        }
    }
}
