//! Errors of the borrow checker, which point at the same code as without the attribute.

use checked_async::checked_async;

#[checked_async]
async fn moved(text: String) -> String {
    drop(text);
    text //~ E0382: text
}

#[checked_async]
async fn returns_local() -> &'static str {
    let text = String::new();
    &text //~ E0515: &text
}

#[checked_async]
async fn not_mutable(text: String) {
    text.push('x'); //~ E0596: text
}

async fn outlives() {
    let future = {
        let text = String::new();
        borrows(&text) //~ E0597: &text
    };
    future.await;
}

#[checked_async]
async fn borrows(text: &str) -> usize {
    text.len()
}
