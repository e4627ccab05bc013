//! Functions of one's own that are called like a timer.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::Notify;

struct Cat;

impl Cat {
    async fn sleep(&self) {}
    async fn after(&self, _meal: &str) {}
}

async fn sleep(cat: &Cat) {
    cat.sleep().await;
}

#[checked_async(warn(timer_in_select_loop))]
async fn naps(cat: &Cat, food: &Notify) {
    loop {
        tokio::select! {
            () = cat.sleep() => println!("slept"),
            () = sleep(cat) => println!("slept again"),
            () = cat.after("dinner") => println!("full"),
            () = food.notified() => println!("eats"),
        }
    }
}
