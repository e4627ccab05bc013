//! Lines, columns and callers are those of the source.

use super::poll::run;
use checked_async::checked_async;
use std::panic::{Location, catch_unwind};
use std::sync::Mutex;

#[checked_async]
async fn here(
    // Lines without code must count too.
    n: u32,
) -> (u32, u32) {
    let _ = n;

    // One more.
    (line!(), column!()) // place: here
}

#[checked_async]
mod inner {
    pub(super) async fn here() -> u32 {
        line!() // place: inner
    }
}

#[track_caller]
fn location() -> &'static Location<'static> {
    Location::caller()
}

#[checked_async]
async fn calls() -> &'static Location<'static> {
    let _ = location().line();
    location() // place: call
}

#[checked_async]
async fn discards() -> u32 {
    let _ = location().line() + line!();
    line!() // place: after a discard
}

#[checked_async]
async fn panics() {
    None::<u32>.expect("nothing"); // place: panic
}

/// The line that has this comment.
fn line_of(place: &str) -> u32 {
    let comment = format!("// place: {place}");
    let index = include_str!("lines.rs").lines().position(|line| line.ends_with(&comment));
    index.expect("the comment is there") as u32 + 1
}

#[test]
fn lines_are_those_of_the_source() {
    assert_eq!(run(here(1)), (line_of("here"), 15));
    assert_eq!(run(inner::here()), line_of("inner"));
    assert_eq!(run(discards()), line_of("after a discard"));
}

#[test]
fn callers_are_those_of_the_source() {
    let location = run(calls());
    assert_eq!((location.line(), location.column()), (line_of("call"), 5));
    assert!(location.file().ends_with("lines.rs"));
}

#[test]
fn panics_are_at_the_line_of_the_source() {
    static PLACES: Mutex<Vec<(String, u32, u32)>> = Mutex::new(Vec::new());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        if let (Some(location), Ok(mut places)) = (info.location(), PLACES.lock()) {
            places.push((location.file().to_owned(), location.line(), location.column()));
        }
    }));
    let panicked = catch_unwind(|| run(panics()));
    std::panic::set_hook(hook);
    assert!(panicked.is_err());
    let places = PLACES.lock().expect("nobody panics while it is locked");
    let here = places.iter().find(|(file, ..)| file.ends_with("lines.rs")).expect("the panic is in this file");
    assert_eq!((here.1, here.2), (line_of("panic"), 17));
}
