//! The timer under another name.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::sleep as pause;

#[checked_async(warn(timer_in_select_loop))]
async fn renamed(wake: &Notify) {
    loop {
        tokio::select! {
            () = wake.notified() => println!("woken"),
            () = pause(Duration::from_secs(1)) => println!("quiet"), //~ warning timer_in_select_loop: pause(Duration::from_secs(1))
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn imported_inside(wake: &Notify) {
    use tokio::time;
    loop {
        tokio::select! {
            () = wake.notified() => println!("woken"),
            () = time::sleep(Duration::from_millis(10)) => return, //~ warning timer_in_select_loop: time::sleep(Duration::from_millis(10))
        }
    }
}
