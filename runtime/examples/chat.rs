//! A chat: whatever one says goes to all others; those who leave are announced, those who do not keep up are turned out.
//!
//! ```sh
//! cargo run -p checked-async --features net --example chat -- 127.0.0.1:6667
//! nc 127.0.0.1 6667
//! ```
//!
//! Each member has a task that reads, a queue for what it is to be told, and a task that writes. Leaving is a `Drop`, and so
//! happens however the task that reads is left: at the end, by an error, a panic, or because it is cancelled.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use checked_async::channel::{Receiver, Sender, bounded};
use checked_async::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use checked_async::net::{Shutdown, TcpListener, TcpStream};
use checked_async::stream::StreamExt;
use checked_async::{TaskRef, checked_async, current_task, sleep, spawn, yield_now};

/// How many lines may wait for a member to read them.
const QUEUE: usize = 100;

/// Who is there, and where to put what they are to be told. All tasks are on one thread: nothing has to be locked.
#[derive(Default)]
struct Room {
    members: RefCell<BTreeMap<String, Listener>>,
}

struct Listener {
    queue: Sender<Rc<str>>,
    /// The task that reads what the member says.
    reader: TaskRef,
}

impl Room {
    /// Tells something to all but one. Whose queue is full does not keep up.
    fn tell_others(&self, but: &str, line: &str) {
        let line: Rc<str> = format!("{line}\n").into();
        for (_, listener) in self.members.borrow().iter().filter(|(name, _)| *name != but) {
            if listener.queue.try_send(Rc::clone(&line)).is_err() {
                listener.reader.cancel();
            }
        }
    }

    /// Takes somebody in, unless the name is taken.
    fn enter(self: &Rc<Self>, name: &str) -> Option<(Membership, Receiver<Rc<str>>)> {
        if name.is_empty() || self.members.borrow().contains_key(name) {
            return None;
        }
        let (queue, lines) = bounded(QUEUE);
        let others: Vec<String> = self.members.borrow().keys().cloned().collect();
        let welcome = format!("* welcome; here are: {}\n", others.join(", "));
        queue.try_send(welcome.into()).expect("the queue is empty");
        let reader = current_task().expect("a task of its own reads what each member says");
        self.members.borrow_mut().insert(name.into(), Listener { queue, reader });
        self.tell_others(name, &format!("* {name} is here"));
        Some((Membership { room: Rc::clone(self), name: name.into() }, lines))
    }
}

/// Somebody who is there, until this is dropped.
struct Membership {
    room: Rc<Room>,
    name: String,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.room.members.borrow_mut().remove(&self.name);
        self.room.tell_others(&self.name, &format!("* {} has left", self.name));
    }
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:6667".into());
    checked_async::run(serve(address))
}

#[checked_async]
async fn serve(address: String) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let room = Rc::new(Room::default());
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let room = Rc::clone(&room);
                let member = spawn(async move {
                    if let Err(error) = converse(&room, stream).await {
                        eprintln!("{peer}: {error}");
                    }
                });
                drop(member.named(format!("reader of {peer}")));
            }
            Err(error) => {
                // Out of file descriptors, say: some may be free again soon.
                eprintln!("cannot accept: {error}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Reads what one client says, until it hangs up.
#[checked_async]
async fn converse(room: &Rc<Room>, mut stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(stream.clone()).lines();
    stream.write_all(b"* what is your name?\n").await?;
    let (member, queue) = loop {
        let Some(name) = lines.try_next().await? else { return Ok(()) };
        match room.enter(name.trim()) {
            Some(entered) => break entered,
            None => stream.write_all(b"* that name is taken\n").await?,
        }
    };
    let writer = spawn(write(queue, stream)).named(format!("writer to {}", member.name)).abort_on_drop();
    while let Some(line) = lines.try_next().await? {
        room.tell_others(&member.name, &format!("{}: {line}", member.name));
        yield_now().await; // To those who write, before more is put into their queues.
    }
    drop(writer);
    Ok(())
}

/// Writes what one client is to be told, until its queue is closed.
#[checked_async]
async fn write(queue: Receiver<Rc<str>>, mut stream: TcpStream) {
    while let Ok(line) = queue.recv().await {
        if stream.write_all(line.as_bytes()).await.is_err() {
            break;
        }
    }
    // Has the reader end, too. An error says that the connection is gone already.
    let _ = stream.shutdown(Shutdown::Both);
}
