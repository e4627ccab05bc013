//! Functions that the project says block, by the last segments of their paths.

use checked_async::checked_async;

mod legacy {
    pub fn fetch_user(id: u32) -> Option<String> {
        Some(format!("user {id}"))
    }
    pub fn count_users() -> usize {
        3
    }
    pub mod asynchronous {
        /// The same name, but its result is a future.
        pub async fn fetch_user(id: u32) -> Option<String> {
            super::fetch_user(id)
        }
    }
}

struct Store;
impl Store {
    fn load(key: &str) -> String {
        key.to_owned()
    }
    fn save(_: &str) {}
}

#[checked_async(blocking("legacy::fetch_user", "Store::load"))]
async fn profile(id: u32) -> Option<String> {
    let user = legacy::fetch_user(id)?; //~ warning blocking_io: legacy::fetch_user(id)
    let extra = Store::load(&user); //~ warning blocking_io: Store::load(&user)
    Store::save(&extra);
    let again = crate::legacy::fetch_user(legacy::count_users() as u32); //~ warning blocking_io: crate::legacy::fetch_user(legacy::count_users() as u32)
    let other = legacy::asynchronous::fetch_user(id).await;
    again.or(other)
}

#[checked_async(blocking("legacy::fetch_user"))]
async fn imported(ids: &[u32]) -> usize {
    use legacy::fetch_user;
    use legacy::fetch_user as user;
    let found = ids.iter().filter_map(|id| fetch_user(*id)).count(); //~ warning blocking_io: fetch_user(*id)
    let first = user(1).map_or(0, |user| user.len()); //~ warning blocking_io: user(1)
    found + first + Store::load("count").len()
}

#[checked_async(blocking("Store::load"))]
mod inner {
    use super::{Store, legacy};

    pub async fn both(id: u32) -> String {
        let user = legacy::fetch_user(id);
        let key = user.unwrap_or_default();
        Store::load(&key) //~ warning blocking_io: Store::load(&key)
    }
}
