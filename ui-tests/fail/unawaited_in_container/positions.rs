//! The places where a container is discarded.

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad(n: Option<u32>) {
    match n {
        Some(0) => n.map(|_| f()), //~ unawaited_in_container: n.map(|_| f())
        _ => None,
    };
    if n.is_some() { vec![f()] } else { Vec::new() }; //~ unawaited_in_container: vec![f()]
    //~^ unawaited_in_container: Vec::new()
    let closure = || {
        n.map(|_| f()); //~ unawaited_in_container: n.map(|_| f())
    };
    closure();
    for _ in 0..2 {
        n.map(|_| f()); //~ unawaited_in_container: n.map(|_| f())
    }
    let block = async {
        n.map(|_| f()); //~ unawaited_in_container: n.map(|_| f())
    };
    block.await;
    tokio::join!(async {
        vec![f()]; //~ unawaited_in_container: vec![f()]
    });
    (n.map(|_| f()), 1); //~ unawaited_in_container: n.map(|_| f())
    (1, (2, n.map(|_| f()))); //~ unawaited_in_container: n.map(|_| f())
    Some(1).map(|_| {
        n.map(|_| f()); //~ unawaited_in_container: n.map(|_| f())
    });
    n.map(async |_| 1); //~ unawaited_in_container: n.map(async |_| 1)
    n.map(|_| async { 1 }); //~ unawaited_in_container: n.map(|_| async { 1 })
    n.map(|_| Box::pin(f())); //~ unawaited_in_container: n.map(|_| Box::pin(f()))
}

struct Cache {
    entries: Vec<u32>,
}

#[checked_async]
impl Drop for Cache {
    fn drop(&mut self) {
        self.entries.first().map(|_| f()); //~ unawaited_in_container: self.entries.first().map(|_| f())
    }
}
