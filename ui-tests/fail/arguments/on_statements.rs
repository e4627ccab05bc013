//! Mistakes in `#[checked(…)]`: one error each.

use checked_async::checked_async;

async fn f() {}

#[checked_async]
async fn mistakes() {
    #[checked] //~ error: `#[checked]` says nothing
    f().await;
    #[checked = "allow"] //~ error: `#[checked]` says nothing
    f().await;
    #[checked(allow(unawaited_futures))] //~ error: unknown lint `unawaited_futures`
    f().await;
    #[checked(forbid(unawaited_future))] //~ error: unknown argument `forbid`
    f().await;
    #[checked(send)] //~ error: unknown argument `send`
    f().await;
    #[checked(allow)] //~ error: unexpected end of input, expected parentheses
    f().await;
    #[checked(allow(3))] //~ error: expected ident
    f().await;
    #[checked(colour = "red", allow(nothing))] //~ error: unknown argument `colour`
    //~^ error: unknown lint `nothing`
    let _n = 1;
    let closure = #[checked(deny(nothing))] //~ error: unknown lint `nothing`
    || 1;
    closure();
}

async fn outside() {
    #[checked(allow(unawaited_future))] //~ error: cannot find attribute `checked` in this scope
    f().await;
}
