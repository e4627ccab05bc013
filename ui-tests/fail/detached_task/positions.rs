//! A web handler that starts tasks in every place where a statement can be.

use checked_async::checked_async;
use std::io;
use tokio::net::TcpListener;

enum Event {
    Login(u64),
    Logout(u64),
    Purchase { user: u64, cents: u64 },
}

async fn record(user: u64, what: &'static str) -> io::Result<()> {
    tokio::fs::write(format!("audit/{user}"), what).await
}

async fn charge(user: u64, cents: u64) -> Result<u64, String> {
    if cents == 0 { Err(format!("nothing to charge user {user}")) } else { Ok(cents) }
}

#[checked_async]
async fn handle(event: Event, audited: bool) -> u64 {
    match event {
        Event::Login(user) if audited => {
            tokio::spawn(record(user, "login")); //~ warning detached_task: tokio::spawn(record(user, "login"))
        }
        Event::Login(_) => {}
        Event::Logout(user) => {
            let when = {
                tokio::spawn(record(user, "logout")); //~ warning detached_task: tokio::spawn(record(user, "logout"))
                "later"
            };
            println!("{when}");
        }
        Event::Purchase { user, cents } => {
            if cents > 100 {
                tokio::task::spawn(charge(user, cents)); //~ warning detached_task: tokio::task::spawn(charge(user, cents))
            } else {
                println!("{user} is on the house");
            }
            return cents;
        }
    }
    0
}

#[checked_async]
async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move { //~ warning detached_task: tokio::spawn(async move { … })
            let mut stream = stream;
            tokio::io::copy(&mut tokio::io::empty(), &mut stream).await
        });
    }
}
