//! Every kind of lock: std's and parking_lot's, exclusive and shared, in the body of an async function.

use checked_async::checked_async;
use parking_lot as pl;
use std::collections::HashMap;
use std::sync::{Mutex, RwLock};

struct Directory {
    users: Mutex<HashMap<u64, String>>,
    settings: RwLock<Vec<String>>,
    sessions: pl::Mutex<Vec<u64>>,
    routes: pl::RwLock<Vec<String>>,
    nested: pl::ReentrantMutex<u32>,
}

async fn notify(what: &str) {
    println!("{what}");
}

#[checked_async]
impl Directory {
    async fn rename(&self, id: u64, name: String) {
        let mut users = self.users.lock().unwrap(); //~ warning guard_across_await: self.users.lock().unwrap()
        notify(&name).await;
        users.insert(id, name);
    }
    async fn reload(&self) {
        let mut settings = self.settings.write().unwrap(); //~ warning guard_across_await: self.settings.write().unwrap()
        settings.clear();
        notify("reloaded").await;
    }
    async fn announce(&self) -> usize {
        let settings = self.settings.read().expect("not poisoned"); //~ warning guard_across_await: self.settings.read().expect("not poisoned")
        notify("settings").await;
        settings.len()
    }
    async fn close(&self, session: u64) {
        let mut sessions = self.sessions.lock(); //~ warning guard_across_await: self.sessions.lock()
        sessions.retain(|other| *other != session);
        notify("closed").await;
    }
    async fn route(&self) {
        let _routes = self.routes.read(); //~ warning guard_across_await: self.routes.read()
        notify("routing").await;
    }
    async fn reroute(&self, route: String) {
        let mut routes = self.routes.write(); //~ warning guard_across_await: self.routes.write()
        notify(&route).await;
        routes.push(route);
    }
    async fn count(&self) -> u32 {
        let nested = self.nested.lock(); //~ warning guard_across_await: self.nested.lock()
        notify("counting").await;
        *nested
    }
}
