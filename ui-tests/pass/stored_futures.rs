//! Futures put into a container, and taken out of one.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt, select};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;

async fn f() -> u32 {
    1
}
type Job = BoxFuture<'static, u32>;

struct Slot {
    job: Option<Job>,
    jobs: HashMap<u32, Job>,
    queue: VecDeque<Job>,
    list: Vec<Job>,
}

#[checked_async]
impl Slot {
    async fn stores(&mut self) {
        self.jobs.insert(1, f().boxed());
        self.jobs.remove(&1);
        self.job.take();
        self.job.replace(f().boxed());
        self.job = Some(f().boxed());
        self.job = None;
        let _ = std::mem::replace(&mut self.job, None);
        let _ = std::mem::take(&mut self.job);
        self.queue.push_back(f().boxed());
        self.queue.pop_front();
        let _ = self.queue.pop_back();
        self.list.push(f().boxed());
        self.list.pop();
        let _ = self.list.remove(0);
        let _ = self.list.swap_remove(0);
        self.list.drain(..);
        self.list.truncate(1);
        self.list.clear();
        self.list.extend([f().boxed()]);
        self.job.get_or_insert_with(|| f().boxed());
        self.jobs.entry(1).or_insert_with(|| f().boxed());
        let mut map = BTreeMap::new();
        map.insert("a", f());
        map.pop_first();
        let _ = map.remove("a");
        let mut slot = None;
        slot.replace(f());
        let _ = slot.insert(f());
        slot.take();
    }

    fn plain(&mut self) {
        self.jobs.insert(1, f().boxed());
        self.job.take();
    }

    fn hands_out(&mut self) -> Option<Job> {
        self.job.take()
    }
}

#[checked_async]
async fn borrows(job: &mut Job, slot: &mut Slot) {
    job.as_mut();
    let _ = job.as_mut();
    let mut pinned = Box::pin(f());
    pinned.as_mut();
    Pin::new(&mut *job);
    let _ = Pin::as_mut(&mut pinned);
    slot.job.as_mut();
    let _ = slot.job.as_ref();
    let _ = slot.list.iter_mut();
    let _ = slot.list.first_mut();
    let _ = slot.jobs.get(&1);
    let _ = slot.jobs.get_mut(&1);
    let _ = &mut pinned;
    let _by_ref = &mut *job;
}

#[checked_async]
async fn losers(a: Job, b: Job) {
    select(a, b).await;
    let _ = select(f().boxed(), f().boxed()).await;
    futures::future::select_all([f().boxed()]).await;
    let _ = futures::future::select_ok([async { Ok::<u32, ()>(1) }.boxed()]).await;
    let mut set = FuturesUnordered::new();
    set.push(f());
    while let Some(n) = set.next().await {
        let _ = n;
    }
    let mut stream = futures::stream::iter([1]);
    let _ = stream.next().await;
    let _ = futures::poll!(f().boxed());
    let _ = futures::FutureExt::now_or_never(f());
}
