//! Guards whose block ends before anything is awaited.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::{Mutex, RwLock};

struct Registry {
    names: Mutex<Vec<String>>,
    limit: RwLock<usize>,
}

async fn announce(names: &[String]) {
    println!("{names:?}");
}

#[checked_async]
impl Registry {
    async fn add(&self, name: String) {
        let all = {
            let mut names = self.names.lock().unwrap();
            names.push(name);
            names.clone()
        };
        announce(&all).await;
    }
    async fn add_checked(&self, name: String) -> bool {
        {
            let limit = self.limit.read().unwrap();
            if let Ok(mut names) = self.names.lock() {
                if names.len() >= *limit {
                    return false;
                }
                names.push(name);
            }
        }
        announce(&[]).await;
        true
    }
    async fn each(&self) {
        for index in 0..3 {
            let name = {
                let names = self.names.lock().unwrap();
                let Some(name) = names.get(index) else { break };
                name.clone()
            };
            announce(&[name]).await;
        }
    }
    async fn awaits_first(&self, name: String) {
        announce(std::slice::from_ref(&name)).await;
        let mut names = self.names.lock().unwrap();
        names.push(name);
    }
    async fn branches(&self, quiet: bool) {
        if quiet {
            let mut names = self.names.lock().unwrap();
            names.clear();
        } else {
            announce(&[]).await;
        }
    }
}
