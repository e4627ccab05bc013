//! The methods `block_on` of runtimes, handles and sets of tasks.

use checked_async::checked_async;
use std::io;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

async fn load(id: u32) -> io::Result<String> {
    Ok(format!("row {id}"))
}

struct Database {
    runtime: Arc<Runtime>,
    handle: Handle,
}

#[checked_async]
impl Database {
    async fn row(&self, id: u32) -> io::Result<String> {
        self.runtime.block_on(load(id)) //~ nested_block_on: self.runtime.block_on(load(id))
    }

    async fn rows(&self, ids: &[u32]) -> Vec<String> {
        ids.iter()
            .filter_map(|id| self.handle.block_on(load(*id)).ok()) //~ nested_block_on: self.handle.block_on(load(*id))
            .collect()
    }

    async fn count(&self) -> io::Result<usize> {
        let all = self.handle.block_on(async { //~ nested_block_on: self.handle.block_on(async { … })
            let first = load(1).await?;
            Ok::<_, io::Error>(vec![first, load(2).await?])
        })?;
        Ok(all.len())
    }
}

#[checked_async]
async fn of_its_own() -> io::Result<String> {
    let runtime = Runtime::new()?;
    let first = runtime.block_on(load(1))?; //~ nested_block_on: runtime.block_on(load(1))
    let second = Builder::new_current_thread().build()?.block_on(load(2))?; //~ nested_block_on: Builder::new_current_thread().build()?.block_on(load(2))
    let third = Handle::try_current().map(|handle| handle.block_on(load(3))); //~ nested_block_on: handle.block_on(load(3))
    let local = LocalSet::new();
    let fourth = local.block_on(&runtime, load(4))?; //~ nested_block_on: local.block_on(&runtime, load(4))
    let fifth = Runtime::block_on(&runtime, load(5))?; //~ nested_block_on: Runtime::block_on(&runtime, load(5))
    Ok([first, second, third.unwrap_or(Ok(String::new()))?, fourth, fifth].concat())
}
