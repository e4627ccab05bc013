//! The attribute's expansion written by hand, for the tests of the run-time half.

/// Expands one `async fn` as `#[checked_async]` does.
#[macro_export]
macro_rules! checked {
    ($(#[$meta:meta])* $visibility:vis async fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        $crate::checked! { $(#[$meta])* $visibility async fn $name($($argument: $type),*) -> () $body }
    };
    ($(#[$meta:meta])* $visibility:vis async fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $output:ty $body:block) => {
        $(#[$meta])*
        #[track_caller]
        $visibility fn $name($($argument: $type),*) -> impl ::core::future::Future<Output = $output> {
            ::checked_async::private::future(
                &::checked_async::private::Site {
                    file: ::core::file!(),
                    line: ::core::line!(),
                    column: ::core::column!(),
                    name: ::core::option::Option::None,
                    slow_after: ::core::option::Option::None,
                },
                async move { $(let $argument = $argument;)* $body },
            )
        }
    };
}

/// Evaluates a call whose future the current frame binds and only ever awaits. Write it without a space: `bound!(f(x))`.
#[macro_export]
macro_rules! bound {
    ($call:expr) => {
        ::checked_async::private::bound(
            ::checked_async::private::expect_awaited(
                ::core::line!(),
                // The call begins behind `bound!(`.
                ::core::column!() + 7,
            ),
            $call,
        )
    };
}

/// Evaluates an argument of a call that drops futures rightly.
#[macro_export]
macro_rules! handed {
    ($argument:expr) => {
        ::checked_async::private::handed(::checked_async::private::handing_over(), $argument)
    };
}

use checked_async::{Kind, Violation};

/// The kinds of some reports.
pub fn kinds(violations: &[Violation]) -> Vec<Kind> {
    violations.iter().map(|violation| violation.kind).collect()
}

/// Panics unless nothing was reported.
#[track_caller]
pub fn assert_silent(violations: &[Violation]) {
    assert!(violations.is_empty(), "unexpected report:\n{}", violations[0]);
}

/// Whether call stacks show places in this build: not with `debug = 0`, and not if symbols are stripped.
pub fn stacks_have_places() -> bool {
    let stack = std::backtrace::Backtrace::force_capture().to_string();
    stack.contains("src/by_hand.rs") || stack.contains(r"src\by_hand.rs")
}
