//! Macros whose arguments await nothing.

use checked_async::checked_async;

#[checked_async(warn(async_without_await))]
async fn prints(name: &str) { //~ warning async_without_await: prints
    println!("hello, {name}");
}

#[checked_async(warn(async_without_await))]
async fn formats(names: &[&str]) -> String { //~ warning async_without_await: formats
    assert!(!names.is_empty(), "no names");
    let all = vec![names.len(), 1];
    format!("{all:?}")
}
