//! Mistakes in `#[checked_async::test]`: one error each, which says what to do.

use checked_async::checked_async;

#[checked_async::test]
fn not_async() {} //~ error: `#[checked_async::test]` on a function that is not async

#[checked_async::test]
async fn with_argument(_: u32) { //~ error: a test takes no arguments
    defer! { println!("left"); }
}

#[checked_async::test]
async fn generic<T>() {} //~ error: a test has no generic parameters

#[checked_async::test]
struct NotAFunction; //~ error: `#[checked_async::test]` on something that is not a function with a body

#[checked_async::test(runtime = "tokio")]
#[test] //~ error: `#[test]` beside `#[checked_async::test]`
async fn twice() {}

#[checked_async::test(runtime = "tokio")]
#[checked_async(send)] //~ error: `#[checked_async]` beside `#[checked_async::test]`
async fn with_arguments_of_another() {}

#[checked_async::test(runtime = "tokio", flavour = "multi_thread")] //~ error: unknown argument `flavour`
async fn unknown_argument() {}

#[checked_async::test(flavor = "many_threads")] //~ error: unknown flavor `many_threads`
async fn unknown_flavor() {}

#[checked_async::test(worker_threads = 2)] //~ error: `worker_threads` needs the flavor `multi_thread`
async fn threads_without_flavor() {}

#[checked_async::test(flavor = "multi_thread", worker_threads = 0)] //~ error: a runtime without worker threads runs nothing
async fn no_threads() {}

#[checked_async::test(flavor = "multi_thread", start_paused = true)] //~ error: `start_paused` needs the flavor `current_thread`
async fn paused_threads() {}

#[checked_async::test(runtime = "tokio", worker_threads = "2")] //~ error: expected integer literal
async fn threads_as_text() {}

#[checked_async::test(runtime = "smol")] //~ error: unknown runtime `smol`
async fn unknown_runtime() {}

#[checked_async::test]
async fn by_either() { //~ error: both tokio and the event loop could run this test
    defer! { println!("left"); }
    #[for_await]
    for n in futures::stream::iter([1]) {
        println!("{n}");
    }
}

#[checked_async::test(runtime = "tokio", runtime = "tokio")] //~ error: `runtime` is given twice
async fn given_twice() {}

#[checked_async::test(runtime = "tokio", expect(task_panics))] //~ error: unknown kind `task_panics`
async fn unknown_kind() {}

#[checked_async::test(runtime = "tokio", unhandled_panic = "shutdown_runtime")] //~ error: `unhandled_panic` is not an argument of `#[checked_async::test]`
async fn unhandled_panic() {}

#[checked_async(expect(task_panic))] //~ error: `expect` is an argument of `#[checked_async::test]`
async fn no_test() {}
