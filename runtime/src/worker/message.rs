//! What is in the frames: a request names a function and carries its argument, a reply carries what became of it.
//!
//! ```text
//! request:  length of the name (4 bytes, little-endian) │ name │ argument, MessagePack
//! reply:    tag (1 byte)                                │ output, MessagePack, or a text
//! ```
//! Structs are maps with their fields' names, so that whatever serde's attributes leave out or flatten comes through.

use std::any::Any;

use serde::{Serialize, de::DeserializeOwned};

use super::error::WorkerErrorKind;

const RETURNED: u8 = 0;
const PANICKED: u8 = 1;
const BAD_ARGUMENT: u8 = 2;
const BAD_OUTPUT: u8 = 3;
const NOT_REGISTERED: u8 = 4;

/// A request, for the worker.
pub(super) fn request(function: &str, argument: &impl Serialize) -> Result<Vec<u8>, WorkerErrorKind> {
    let length = u32::try_from(function.len()).expect("no name is that long");
    let mut request = length.to_le_bytes().to_vec();
    request.extend_from_slice(function.as_bytes());
    append(&mut request, argument).map_err(WorkerErrorKind::Argument)?;
    Ok(request)
}

/// A request's function and argument. `None` if it is none.
pub(super) fn split_request(request: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = request.split_first_chunk()?;
    let (function, argument) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((std::str::from_utf8(function).ok()?, argument))
}

/// Runs a function on a serialised argument and replies with its output.
pub(super) fn run<A: DeserializeOwned, T: Serialize>(function: impl Fn(A) -> T, argument: &[u8]) -> Vec<u8> {
    let argument = match rmp_serde::from_slice(argument) {
        Ok(argument) => argument,
        Err(error) => return text(BAD_ARGUMENT, &error.to_string()),
    };
    let mut reply = vec![RETURNED];
    match append(&mut reply, &function(argument)) {
        Ok(()) => reply,
        Err(why) => text(BAD_OUTPUT, &why),
    }
}

/// The reply that the function panicked.
pub(super) fn panicked(payload: &(dyn Any + Send)) -> Vec<u8> {
    text(PANICKED, panic_message(payload))
}

/// The reply that the worker does not know the function.
pub(super) fn not_registered() -> Vec<u8> {
    vec![NOT_REGISTERED]
}

/// The output in a reply, or why there is none.
pub(super) fn output<T: DeserializeOwned>(reply: &[u8]) -> Result<T, WorkerErrorKind> {
    let (tag, rest) = reply.split_first().unwrap_or((&NOT_REGISTERED, &[]));
    let text = || String::from_utf8_lossy(rest).into_owned();
    match *tag {
        RETURNED => rmp_serde::from_slice(rest).map_err(|error| WorkerErrorKind::Output(error.to_string())),
        PANICKED => Err(WorkerErrorKind::Panicked(text())),
        BAD_ARGUMENT => Err(WorkerErrorKind::Argument(text())),
        BAD_OUTPUT => Err(WorkerErrorKind::Output(text())),
        _ => Err(WorkerErrorKind::NotRegistered),
    }
}

/// The text of a panic.
pub(super) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    if let Some(message) = payload.downcast_ref::<&str>() {
        message
    } else if let Some(message) = payload.downcast_ref::<String>() {
        message
    } else {
        "with a value that is no text"
    }
}

fn append(to: &mut Vec<u8>, value: &impl Serialize) -> Result<(), String> {
    value.serialize(&mut rmp_serde::Serializer::new(to).with_struct_map()).map_err(|error| error.to_string())
}

fn text(tag: u8, text: &str) -> Vec<u8> {
    let mut reply = vec![tag];
    reply.extend_from_slice(text.as_bytes());
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_comes_apart_as_it_was_made() {
        let request = request("a::b", &(1u8, "two")).unwrap();
        let (function, argument) = split_request(&request).unwrap();
        assert_eq!(function, "a::b");
        assert_eq!(rmp_serde::from_slice::<(u8, String)>(argument).unwrap(), (1, "two".to_owned()));
        for broken in [&b""[..], b"\x01", b"\x02\0\0\0a", b"\x01\0\0\0\xff"] {
            assert_eq!(split_request(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn replies_carry_what_became_of_the_call() {
        let reply = run(|n: u32| n + 1, &[41]);
        assert_eq!(output::<u32>(&reply).unwrap(), 42);
        let reply = run(|n: bool| n, &[41]);
        assert!(matches!(output::<bool>(&reply), Err(WorkerErrorKind::Argument(_))));
        let reply = run(|n: u32| n, &[41]);
        assert!(matches!(output::<bool>(&reply), Err(WorkerErrorKind::Output(_))));
        let reply = panicked(&"why" as &(dyn Any + Send));
        assert!(matches!(output::<()>(&reply), Err(WorkerErrorKind::Panicked(why)) if why == "why"));
        assert!(matches!(output::<()>(&not_registered()), Err(WorkerErrorKind::NotRegistered)));
    }
}
