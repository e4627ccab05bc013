//! What can be told of a task's output whose type is unknown: whether it is an error that somebody should read.
//!
//! The type's name says that it is a `Result`, the discriminant which of the two.

use std::any::type_name;
use std::mem::discriminant;

const RESULT: &str = "core::result::Result<";

/// Whether a value is the `Err` of a `Result`.
pub(crate) fn is_err<T>(value: &T) -> bool {
    type_name::<T>().starts_with(RESULT) && {
        let err: Result<(), ()> = Err(());
        format!("{:?}", discriminant(value)) == format!("{:?}", discriminant(&err))
    }
}

/// The name of a `Result`'s error type.
pub(crate) fn error_type<T>() -> &'static str {
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
