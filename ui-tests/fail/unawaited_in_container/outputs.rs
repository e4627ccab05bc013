//! An awaited call whose output holds a future.

use checked_async::checked_async;
use futures::future::BoxFuture;

async fn connect() -> Result<BoxFuture<'static, ()>, ()> {
    Err(())
}
async fn prepare() -> Option<BoxFuture<'static, ()>> {
    None
}
async fn all() -> Vec<BoxFuture<'static, ()>> {
    Vec::new()
}
async fn one() -> BoxFuture<'static, ()> {
    Box::pin(async {})
}

#[checked_async]
async fn bad() -> Result<(), ()> {
    one().await; //~ unawaited_future: one().await
    let _ = one().await; //~ unawaited_future: one().await
    let _ = connect().await; //~ unawaited_in_container: connect().await
    connect().await?; //~ unawaited_future: connect().await?
    prepare().await; //~ unawaited_in_container: prepare().await
    all().await; //~ unawaited_in_container: all().await
    drop(all().await); //~ unawaited_in_container: all().await
    let _ = tokio::time::timeout(std::time::Duration::ZERO, one()).await; //~ unawaited_in_container: tokio::time::timeout(std::time::Duration::ZERO, one()).await
    tokio::join!(one(), one()); //~ missed unawaited_in_container: tokio::join!(one(), one())
    futures::future::join(one(), one()).await; //~ unawaited_in_container: futures::future::join(one(), one()).await
    futures::future::join_all([one()]).await; //~ unawaited_in_container: futures::future::join_all([one()]).await
    Ok(())
}

#[checked_async]
async fn good() -> Result<(), ()> {
    one().await.await;
    connect().await?.await;
    if let Some(prepared) = prepare().await {
        prepared.await;
    }
    futures::future::join_all(all().await).await;
    Ok(())
}
