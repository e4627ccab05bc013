//! Methods of traits: default bodies, implementations, generics, associated futures.

use checked_async::checked_async;

#[allow(async_fn_in_trait)]
#[checked_async]
pub trait Store {
    type Reply: Future<Output = u32>;

    async fn get(&self, key: u32) -> u32;

    fn reply(&self) -> Self::Reply;

    async fn get_twice(&self) -> u32 {
        self.get(1); //~ unawaited_future: self.get(1)
        self.reply(); //~ unawaited_future: self.reply()
        self.get(1).await
    }

    fn plain(&self) {
        self.get(2); //~ unawaited_future: self.get(2)
    }
}

struct Memory;

#[checked_async]
impl Store for Memory {
    type Reply = std::future::Ready<u32>;

    async fn get(&self, key: u32) -> u32 {
        self.get_twice(); //~ unawaited_future: self.get_twice()
        Store::get(self, 1); //~ unawaited_future: Store::get(self, 1)
        <Self as Store>::get(self, 1); //~ unawaited_future: <Self as Store>::get(self, 1)
        key
    }

    fn reply(&self) -> Self::Reply {
        self.get(1); //~ unawaited_future: self.get(1)
        std::future::ready(1)
    }
}

#[checked_async]
async fn generic<S: Store>(store: &S) -> u32 {
    store.get(1); //~ unawaited_future: store.get(1)
    let _ = store.reply(); //~ unawaited_future: store.reply()
    store.get(1).await
}

#[checked_async]
async fn generic_future<F: Future, G>(future: F, other: G)
where
    G: IntoFuture<Output = ()>,
{
    std::convert::identity(future); //~ unawaited_future: std::convert::identity(future)
    std::convert::identity(other); //~ unawaited_future: std::convert::identity(other)
}

#[checked_async]
async fn named_arguments(future: impl Future, other: impl Future) {
    drop(future); // To drop what has a name is a decision.
    let _ = other;
}
