//! `#[for_await]` over what is no stream, and where nothing can be awaited.

use checked_async::checked_async;

#[checked_async]
async fn no_stream() {
    #[for_await]
    for _n in [1, 2, 3] {} //~ E0277: [1, 2, 3]
    //~^ E0277: [1, 2, 3]
    #[for_await(closed)] //~ error: `#[for_await]` takes no arguments
    for _n in futures::stream::iter([1, 2, 3]) {}
}

#[checked_async]
async fn refutable() {
    #[for_await]
    for Some(n) in futures::stream::iter([Some(1), None]) { //~ E0005: Some(n)
        println!("{n}");
    }
}

#[checked_async]
async fn in_a_closure() {
    let closure = || {
        #[for_await]
        for n in futures::stream::iter([1]) { //~ error: `#[for_await]` outside of an async function
            println!("{n}");
        }
    };
    closure();
}

async fn without_an_attribute() {
    #[for_await] //~ error: cannot find attribute `for_await` in this scope
    //~^ E0658: #[for_await]
    for n in futures::stream::iter([1]) { //~ E0277: futures::stream::iter([1])
        println!("{n}");
    }
}
