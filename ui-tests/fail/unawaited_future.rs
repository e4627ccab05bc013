//! A future that is dropped where it was made, next to the same code with the `.await`.

use checked_async::checked_async;

#[checked_async]
async fn save(path: &str) -> usize {
    path.len()
}

#[checked_async]
async fn bad() {
    save("a"); //~ unawaited_future: save("a")
    let _ = save("b"); //~ unawaited_future: save("b")
    drop(save("c")); //~ unawaited_future: save("c")
    Some("d").map(|path| save(path)); //~ unawaited_in_container: Some("d").map(|path| save(path))
}

#[checked_async]
async fn good() {
    save("a").await;
    let _ = save("b").await;
    checked_async::discard(save("c"));
    if let Some(path) = Some("d") {
        save(path).await;
    }
}
