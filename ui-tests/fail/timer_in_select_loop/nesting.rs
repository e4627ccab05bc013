//! Loops in tasks, labelled loops, and a `break` that leaves another loop.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

#[checked_async(warn(timer_in_select_loop))]
async fn task(mut messages: Receiver<u32>) {
    let task = tokio::spawn(async move {
        'turns: loop {
            tokio::select! {
                () = sleep(Duration::from_secs(1)) => println!("quiet"), //~ warning timer_in_select_loop: sleep(Duration::from_secs(1))
                message = messages.recv() => match message {
                    Some(n) => println!("{n}"),
                    None => break 'turns,
                },
            }
        }
    });
    drop(task);
}

#[checked_async(warn(timer_in_select_loop))]
async fn inner_break(mut messages: Receiver<Vec<u32>>) {
    loop {
        tokio::select! {
            () = sleep(Duration::from_secs(1)) => break, //~ warning timer_in_select_loop: sleep(Duration::from_secs(1))
            Some(list) = messages.recv() => {
                for n in list {
                    if n > 1 {
                        break;
                    }
                }
            }
        }
    }
}
