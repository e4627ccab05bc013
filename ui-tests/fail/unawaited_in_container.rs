//! A discarded value with a future inside, next to the same code that awaits it.

use checked_async::checked_async;
use futures::future::join_all;

#[checked_async]
async fn save(path: &str) -> usize {
    path.len()
}

#[checked_async]
async fn bad(path: Option<&str>, paths: &[&str]) {
    path.map(|path| save(path)); //~ unawaited_in_container: path.map(|path| save(path))
    vec![save("a"), save("b")]; //~ unawaited_in_container: vec![save("a"), save("b")]
    let _ = paths.iter().map(|path| save(path)).collect::<Vec<_>>(); //~ unawaited_in_container: paths.iter().map(|path| save(path)).collect::<Vec<_>>()
}

#[checked_async]
async fn good(path: Option<&str>, paths: &[&str]) {
    if let Some(path) = path {
        save(path).await;
    }
    join_all([save("a"), save("b")]).await;
    join_all(paths.iter().map(|path| save(path))).await;
}
