//! Errors about a task's future point at the same code as without the attribute.

use checked_async::checked_async;
use std::rc::Rc;

async fn f() {}

#[checked_async]
async fn not_send() {
    let shared = Rc::new(1);
    let task = tokio::spawn(async move { //~ error: future cannot be sent between threads safely
        f().await;
        println!("{shared}");
    });
    let _ = task.await;
}

#[checked_async]
async fn borrows(text: String) {
    let task = tokio::spawn(async { //~ E0373: async
        f().await;
        println!("{text}");
    });
    let _ = task.await;
}
