//! Other things that are joined, waited for and received.

#![deny(warnings)]

use checked_async::checked_async;
use std::any::Any;
use std::path::{Path, PathBuf};

struct Room {
    members: Vec<String>,
    inbox: Vec<String>,
}

#[derive(Debug)]
struct Full;

impl Room {
    fn join(&mut self, name: &str) -> Result<usize, Full> {
        self.members.push(name.to_owned());
        if self.members.len() > 9 { Err(Full) } else { Ok(self.members.len()) }
    }
    fn recv(&mut self) -> Option<String> {
        self.inbox.pop()
    }
    fn recv_timeout(&mut self, turns: usize) -> Result<String, Full> {
        self.inbox.get(turns).cloned().ok_or(Full)
    }
    fn wait(&mut self, minutes: u32) -> &mut Self {
        self.inbox.push(format!("{minutes} minutes"));
        self
    }
    fn iter(&self) -> impl Iterator<Item = &String> {
        self.members.iter()
    }
}

#[checked_async]
async fn text(root: &Path, names: &[&str]) -> PathBuf {
    let list = names.join(", ");
    let path = root.join(list).join(["a", "b"].join("/"));
    let lists: [Vec<u32>; 2] = [vec![1], vec![2]];
    println!("{:?} {:?}", lists.join(&0), lists.iter().flatten().count());
    tokio::task::yield_now().await;
    path
}

#[checked_async]
async fn chat(room: &mut Room) -> Result<Option<String>, Full> {
    room.join("ann")?;
    room.wait(3).wait(4);
    if room.iter().count() > 1 {
        return Ok(room.recv());
    }
    let answers = [room.recv_timeout(1)?, room.recv_timeout(2)?];
    Ok(Some(answers.join(" ")))
}

#[checked_async]
async fn computed(data: &[u32]) -> u32 {
    let (low, high) = data.split_at(data.len() / 2);
    let (low, high): (u32, u32) = rayon::join(|| low.iter().sum(), || high.iter().sum());
    let caught: Result<u32, Box<dyn Any + Send>> = std::panic::catch_unwind(|| 3);
    let joined = futures::future::join(async { low }, async { high }).await;
    joined.0 + joined.1 + caught.unwrap_or(0)
}
