//! Sockets that are open when their loop is closed. One test, since loops of other threads would have it say nothing.
#![cfg(all(debug_assertions, target_os = "linux"))]

use std::mem::forget;
use std::net::Ipv4Addr;
use std::rc::Rc;

use checked_async::net::{TcpListener, TcpStream, UdpSocket};
use checked_async::{EventLoop, Kind, Violation, capture, spawn};
use checked_async_tests::loops;

const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

fn messages(violations: &[Violation]) -> Vec<&str> {
    assert!(violations.iter().all(|violation| violation.kind == Kind::UnclosedSocket), "{violations:#?}");
    violations.iter().map(|violation| &*violation.message).collect()
}

#[test]
fn what_is_left_open_is_named() {
    // What tasks own is closed with them, and so is what comes and goes.
    let ((), violations) = capture(|| {
        loops::builder()
            .run(async {
                let listener = TcpListener::bind(ANY).await.unwrap();
                let address = listener.local_addr().unwrap();
                let server = spawn(async move { listener.accept().await.unwrap() });
                let client = TcpStream::connect(address).await.unwrap();
                let accepted = server.await.unwrap();
                drop(spawn(async move {
                    let _kept = (accepted, client);
                    std::future::pending::<()>().await;
                }));
            })
            .unwrap();
    });
    assert_eq!(messages(&violations), [""; 0]);

    // What was there before is none of the loop's business.
    let early = async_io::block_on(UdpSocket::bind(ANY)).unwrap();
    let (listener, violations) = capture(|| {
        loops::builder()
            .run(async {
                let listener = Rc::new(TcpListener::bind(ANY).await.unwrap());
                forget(Rc::clone(&listener));
                listener.local_addr().unwrap()
            })
            .unwrap()
    });
    drop(early);
    let message = format!("socket was still open when its event loop was closed: TCP listener on {listener}");
    assert_eq!(messages(&violations), [&*message]);

    // Nor is it another loop's, where there is one.
    let other = EventLoop::new().unwrap();
    let ((), violations) = capture(|| {
        loops::builder().run(async { forget(UdpSocket::bind(ANY).await.unwrap()) }).unwrap();
    });
    assert_eq!(messages(&violations), [""; 0]);
    drop(other);
}
