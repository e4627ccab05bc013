//! Methods of an inherent `impl`, generic ones too.

use checked_async::checked_async;
use std::collections::HashMap;

struct Cache<T> {
    pages: HashMap<String, T>,
}

#[checked_async(warn(async_without_await))]
impl<T: Clone> Cache<T> {
    async fn get(&self, url: &str) -> Option<T> { //~ warning async_without_await: get
        self.pages.get(url).cloned()
    }
    pub async fn set(&mut self, url: String, page: T) { //~ warning async_without_await: set
        self.pages.insert(url, page);
    }
    async fn load(&self, url: &str) -> Option<T> {
        self.get(url).await
    }
    fn len(&self) -> usize {
        self.pages.len()
    }
}
