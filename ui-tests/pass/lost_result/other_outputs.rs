//! Lists of outputs that are no results.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::{BoxFuture, join, join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Plugin {
    name: &'static str,
    stopped: AtomicUsize,
}

impl Plugin {
    async fn stop(&self) {
        self.stopped.fetch_add(1, Ordering::Relaxed);
    }

    async fn rename(&mut self, name: &'static str) -> Option<&'static str> {
        (self.name != name).then(|| std::mem::replace(&mut self.name, name))
    }

    fn hooks(&self) -> Vec<BoxFuture<'_, usize>> {
        vec![Box::pin(async { self.stopped.load(Ordering::Relaxed) }), Box::pin(async { self.name.len() })]
    }
}

#[checked_async]
async fn stop_all(plugins: &[Plugin]) {
    join_all(plugins.iter().map(Plugin::stop)).await;
    plugins.iter().map(|plugin| plugin.stop()).collect::<FuturesUnordered<_>>().collect::<Vec<_>>().await;
    plugins.iter().map(|plugin| plugin.stop()).collect::<FuturesUnordered<_>>().collect::<()>().await;
    for plugin in plugins {
        join_all(plugin.hooks()).await;
    }
    join(join_all(plugins.iter().map(Plugin::stop)), async {}).await;
}

#[checked_async]
async fn rename_all(plugins: &mut [Plugin]) {
    join_all(plugins.iter_mut().map(|plugin| plugin.rename("x"))).await;
    let names: FuturesUnordered<_> = plugins.iter_mut().map(|plugin| plugin.rename("y")).collect();
    names.collect::<HashSet<_>>().await;
}

#[checked_async]
async fn handled_inside(jobs: Vec<BoxFuture<'static, Result<u32, String>>>) {
    join_all(jobs.into_iter().map(async |job| {
        if let Err(error) = job.await {
            eprintln!("{error}");
        }
    }))
    .await;
}
