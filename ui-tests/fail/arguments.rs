//! Mistakes in the attribute's arguments: one error each, and the item is there.

use checked_async::checked_async;

async fn f() {}

#[checked_async(allow(unawaited_futures))] //~ error: unknown lint `unawaited_futures`
async fn misspelt_lint() {}

#[checked_async(allow(dead_code))] //~ error: unknown lint `dead_code`
async fn lint_of_rustc() {}

#[checked_async(allow(unawaited_future, no_such_lint, unused_future_binding))] //~ error: unknown lint `no_such_lint`
async fn lint_among_others() {
    let _ = f();
}

#[checked_async(allow = "unawaited_future")] //~ error: expected parentheses
async fn allow_with_equals() {}

#[checked_async(allow)] //~ error: unexpected end of input, expected parentheses
async fn allow_alone() {}

#[checked_async(colour = "red", send)] //~ error: unknown argument `colour`
async fn unknown_argument() {}

#[checked_async(forbid(unawaited_future))] //~ error: unknown argument `forbid`
async fn unknown_level() {}

#[checked_async(send, send)] //~ error: `send` is given twice
async fn send_twice() {}

#[checked_async(name = "a", name = "b")] //~ error: `name` is given twice
async fn name_twice() {}

#[checked_async(name = 3)] //~ error: expected string literal
async fn name_is_no_string() {}

#[checked_async(name)] //~ error: expected `=`
async fn name_without_value() {}

#[checked_async(slow_after = "fast")] //~ error: `fast` is no duration
async fn slow_after_is_no_duration() {}

#[checked_async(slow_after = "0ms")] //~ error: `slow_after` is shorter than a millisecond
async fn slow_after_is_too_short() {}

#[checked_async(slow_after = 250)] //~ error: expected string literal
async fn slow_after_without_unit() {}

#[checked_async(slow_after = "1s", slow_after = "2s")] //~ error: `slow_after` is given twice
async fn slow_after_twice() {}

#[checked_async(send = true)] //~ error: expected `,`
async fn send_with_value() {}

#[checked_async("unawaited_future")] //~ error: expected ident
async fn literal() {}

#[checked_async(= 3)] //~ error: expected ident
async fn punctuation() {}

#[checked_async(allow(unawaited_future) deny(future_of_future))] //~ error: expected `,`
async fn no_comma() {}

#[checked_async(allow("unawaited_future"))] //~ error: expected ident
async fn lint_in_quotes() {}

#[checked_async(allow(checked_async::unawaited_future))] //~ error: expected `,`
async fn lint_as_path() {}

#[checked_async(unawaited_future)] //~ error: unknown argument `unawaited_future`
async fn lint_without_level() {}

#[checked_async(colour, allow(nothing), send, send)] //~ error: unknown argument `colour`
//~^ error: unknown lint `nothing`
//~^^ error: `send` is given twice
async fn three_mistakes() {}

/// Were an item lost to its error, there would be more errors here.
async fn every_item_is_there() {
    misspelt_lint().await;
    lint_of_rustc().await;
    lint_among_others().await;
    allow_with_equals().await;
    allow_alone().await;
    unknown_argument().await;
    unknown_level().await;
    send_twice().await;
    name_twice().await;
    name_is_no_string().await;
    name_without_value().await;
    slow_after_is_no_duration().await;
    slow_after_is_too_short().await;
    slow_after_without_unit().await;
    slow_after_twice().await;
    send_with_value().await;
    literal().await;
    punctuation().await;
    no_comma().await;
    lint_in_quotes().await;
    lint_as_path().await;
    lint_without_level().await;
    three_mistakes().await;
}
