//! Many futures awaited at once, and none of their results looked at.

use checked_async::checked_async;
use futures::future::{self as fut, BoxFuture, join_all};
use std::collections::HashMap;

#[derive(Debug)]
struct Refused(String);

struct Client {
    name: String,
}

impl Client {
    async fn close(&self) -> Result<(), Refused> {
        if self.name.is_empty() { Err(Refused("no name".into())) } else { Ok(()) }
    }

    fn notify<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<usize, Refused>> {
        Box::pin(async move { Ok(self.name.len() + text.len()) })
    }
}

#[checked_async]
async fn shut_down(clients: &HashMap<u32, Client>, announce: bool) -> usize {
    if announce {
        let calls: Vec<_> = clients.values().map(|client| client.notify("bye")).collect();
        fut::join_all(calls).await; //~ warning lost_result: fut::join_all(calls).await
    }
    join_all(clients.values().map(Client::close)).await; //~ warning lost_result: join_all(clients.values().map(Client::close)).await
    clients.len()
}

#[checked_async]
async fn each_room(rooms: &[Vec<Client>]) {
    for room in rooms {
        match room.as_slice() {
            [] => continue,
            [only] => {
                futures::future::join_all([only.close()]).await; //~ warning lost_result: futures::future::join_all([only.close()]).await
            }
            many => {
                join_all(many.iter().map(async |client| { //~ warning lost_result: join_all(many.iter().map(async |client| { … .await
                    client.notify("closing").await?;
                    client.close().await
                }))
                .await;
            }
        }
    }
}

#[checked_async]
async fn handles(clients: Vec<Client>) {
    let tasks = clients.into_iter().map(|client| tokio::spawn(async move { client.close().await }));
    join_all(tasks).await; //~ warning lost_result: join_all(tasks).await
}
