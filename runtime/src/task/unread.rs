//! `task_error_never_retrieved` and `task_panic`: the output of a task is dropped and nobody has read it.
//!
//! Of an output of unknown type one can tell that it is an `Err`: the type's name says that it is a `Result`, the
//! discriminant which of the two.

use std::any::type_name;
use std::borrow::Cow;
use std::mem::discriminant;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use super::JoinError;
use crate::{event_loop, report};

/// The name of a task, for those who need it.
pub(crate) type Name<'a> = dyn Fn() -> Cow<'static, str> + 'a;

/// Drops an output that nobody has read, and reports what is lost with it.
pub(crate) fn dropped<T>(name: Option<&Name<'_>>, created: &'static Location<'static>, output: Result<T, JoinError>) {
    match output {
        Err(error) => {
            if let Some(message) = error.panic_message() {
                event_loop::raise(report::task_panic(name.map(|name| name()).as_deref(), created, &message));
            }
            // What a panic carries may panic when it is dropped.
            if let Ok(panic) = error.try_into_panic() {
                report::drop_panic(panic);
            }
        }
        Ok(output) => {
            if is_err(&output) {
                event_loop::raise(report::task_error_never_retrieved(
                    name.map(|name| name()).as_deref(),
                    created,
                    error_type::<T>(),
                ));
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(output))) {
                let message = report::said(&*panic).to_owned();
                event_loop::raise(report::task_panic(name.map(|name| name()).as_deref(), created, &message));
                report::drop_panic(panic);
            }
        }
    }
}

const RESULT: &str = "core::result::Result<";

/// Whether a value is the `Err` of a `Result`.
fn is_err<T>(value: &T) -> bool {
    type_name::<T>().starts_with(RESULT) && {
        let err: Result<(), ()> = Err(());
        format!("{:?}", discriminant(value)) == format!("{:?}", discriminant(&err))
    }
}

/// The name of a `Result`'s error type.
fn error_type<T>() -> &'static str {
    let arguments = type_name::<T>().strip_prefix(RESULT).and_then(|name| name.strip_suffix('>')).unwrap_or_default();
    let mut depth = 0_i32;
    for (at, byte) in arguments.bytes().enumerate() {
        match byte {
            b'<' | b'(' | b'[' => depth += 1,
            // Of `->` it is no closing bracket.
            b'>' if at > 0 && arguments.as_bytes()[at - 1] == b'-' => {}
            b'>' | b')' | b']' => depth -= 1,
            b',' if depth == 0 => return arguments[at + 1..].trim_start(),
            _ => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    #[test]
    fn an_err_is_told_from_all_else() {
        assert!(is_err(&Err::<(), _>("no")));
        assert!(is_err(&Err::<u8, Box<dyn std::error::Error>>("no".into())));
        assert!(is_err(&Err::<NonZero<u8>, ()>(())));
        assert!(!is_err(&Ok::<u8, ()>(1)));
        assert!(!is_err(&Some(1)));
        assert!(!is_err(&None::<u8>));
        assert!(!is_err(&()));
        assert!(!is_err(&1));
    }

    #[test]
    fn the_type_of_the_error_is_named() {
        assert_eq!(error_type::<Result<(), String>>(), "alloc::string::String");
        assert_eq!(error_type::<Result<(u8, fn(u8) -> u8), std::fmt::Error>>(), "core::fmt::Error");
        assert_eq!(error_type::<Result<Result<u8, u16>, Result<u32, u64>>>(), "core::result::Result<u32, u64>");
    }
}
