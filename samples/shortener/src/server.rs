//! Accepts connections and answers their requests.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::audit::{Audit, Farewell};
use crate::protocol::{Request, Response};
use crate::store::Store;

/// How long a client may be silent.
const PATIENCE: Duration = Duration::from_millis(300);

pub struct Server {
    listener: TcpListener,
    store: Arc<Store>,
    audit: Arc<Audit>,
}

impl Server {
    pub async fn bind(store: Arc<Store>, audit: Arc<Audit>) -> io::Result<Server> {
        Ok(Server { listener: TcpListener::bind("127.0.0.1:0").await?, store, audit })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until it is told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> io::Result<()> {
        loop {
            // Correct: the arm that loses is dropped, and `accept` loses nothing by it.
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                accepted = self.listener.accept() => {
                    let (stream, peer) = accepted?;
                    let session = Session::new(peer, &self);
                    // Correct: a session runs without its handle, and its errors are the client's to see.
                    tokio::spawn(async move { session.serve(stream).await.unwrap_or_default() });
                }
            }
        }
        self.close().await;
        Ok(())
    }

    async fn close(&self) {
        #[cfg(feature = "compile-time-faults")]
        vec![self.audit.flush(), self.audit.flush()]; // FAULT 4: unawaited_in_container, nothing is flushed
        #[cfg(not(feature = "compile-time-faults"))]
        futures::future::join_all(vec![self.audit.flush(), self.audit.flush()]).await;
    }
}

/// One client's connection.
struct Session {
    peer: SocketAddr,
    store: Arc<Store>,
    audit: Arc<Audit>,
    served: usize,
}

impl Session {
    fn new(peer: SocketAddr, server: &Server) -> Session {
        Session { peer, store: Arc::clone(&server.store), audit: Arc::clone(&server.audit), served: 0 }
    }

    async fn serve(mut self, stream: TcpStream) -> io::Result<()> {
        let _farewell = Farewell { audit: Arc::clone(&self.audit), event: format!("{} left", self.peer) };
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        // Correct: what the timeout drops has been polled, and the session is over.
        while let Ok(Some(line)) = timeout(PATIENCE, lines.next_line()).await.unwrap_or(Ok(None)) {
            let response = match Request::parse(&line) {
                Ok(request) => self.answer(request).await,
                Err(problem) => Response::Invalid(problem),
            };
            writer.write_all(format!("{response}\n").as_bytes()).await?;
            self.served += 1;
            if response == Response::Bye {
                break;
            }
        }
        tokio::spawn(summarize(Arc::clone(&self.audit), self.served)); // FAULT 18: task_panic, of fault 11: nobody awaits it
        Ok(())
    }

    async fn answer(&self, request: Request) -> Response {
        match request {
            Request::Put { url, ttl } => {
                let code = Arc::clone(&self.store).put(url, ttl).await;
                #[cfg(feature = "compile-time-faults")]
                ttl.map(|ttl| Arc::clone(&self.store).expire(code.clone(), ttl)); // FAULT 5: unawaited_in_container
                #[cfg(not(feature = "compile-time-faults"))]
                ttl.map(|ttl| tokio::spawn(Arc::clone(&self.store).expire(code.clone(), ttl)));
                #[cfg(feature = "compile-time-faults")]
                Arc::clone(&self.audit).record(format!("put {code}")); // FAULT 6: unawaited_future, nothing is recorded
                #[cfg(not(feature = "compile-time-faults"))]
                Arc::clone(&self.audit).record(format!("put {code}")).await;
                Response::Stored { code }
            }
            Request::Get { code } => self.look_up(&code).await,
            Request::Stats => {
                let (links, hits) = self.store.stats().await;
                Response::Stats { links, hits }
            }
            Request::Quit => Response::Bye,
        }
    }

    async fn look_up(&self, code: &str) -> Response {
        let audit = Arc::clone(&self.audit);
        let found = self.store.get(code, |url| audit.record(format!("hit {url}"))).await;
        #[cfg(feature = "compile-time-faults")]
        if found.is_some() {
            self.store.touch(code) // FAULT 7: unawaited_future, the hit is not counted
        } else {
            self.store.touch("missing") // FAULT 7: unawaited_future, the other branch
        };
        #[cfg(not(feature = "compile-time-faults"))]
        if found.is_some() {
            self.store.touch(code).await
        } else {
            self.store.touch("missing").await
        };
        match found {
            Some(url) => Response::Found { url },
            None => Response::Missing,
        }
    }
}

/// Records what a session was worth, if it was worth anything.
async fn summarize(audit: Arc<Audit>, served: usize) {
    let summary = Arc::clone(&audit).record(format!("served {served} requests")); // FAULT 11: never_awaited
    if served > 2 {
        summary.await;
    }
}
