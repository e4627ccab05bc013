//! `generator_outside_loop`: a generator with cleanup begins where no task would close it. Off unless it is asked for.
#![cfg(debug_assertions)]

use checked_async::{Kind, Level, adopting, capture, generator, level, set_level};
use checked_async_tests::by_hand::assert_silent;
use checked_async_tests::patient::run_patiently;
use futures::executor::block_on;

#[generator]
async fn cleans_up() -> u32 {
    defer! { println!("closed"); }
    yield_!(1);
}

#[generator]
async fn plain() -> u32 {
    yield_!(1);
}

async fn iterate() {
    let mut cleans_up = cleans_up();
    while cleans_up.next().await.is_some() {}
    let mut plain = plain();
    while plain.next().await.is_some() {}
}

#[test]
fn a_generator_that_no_task_would_close() {
    assert_eq!(level(Kind::GeneratorOutsideLoop), Level::Off);
    let ((), violations) = capture(|| block_on(iterate()));
    assert_silent(&violations);

    set_level(Kind::GeneratorOutsideLoop, Level::Log);
    let ((), violations) = capture(|| block_on(iterate()));
    let [violation] = &*violations else { panic!("{} reports", violations.len()) };
    assert_eq!(violation.kind, Kind::GeneratorOutsideLoop);
    assert_eq!(
        violation.message,
        "generator is iterated where no task would close it: `generator_outside_loop::cleans_up`"
    );
    assert_eq!(violation.created.as_ref().unwrap().line, 21);

    let ((), violations) = capture(|| {
        run_patiently(iterate());
        block_on(adopting(iterate()));
    });
    assert_silent(&violations);
}
