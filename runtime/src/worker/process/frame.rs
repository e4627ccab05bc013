//! Frames on the connection between a program and its worker: eight bytes of length, little-endian, then the content.
//!
//! ```text
//! program:             request                 request
//! worker:    hello                begun reply           begun reply
//! ```
//! Invariant: a length is never believed before as many bytes have come, so a broken peer cannot make the other side
//! ask for more memory than it sends.

use std::io::{self, Read, Write};

/// The connection's first frame, from the worker: that it is ready, and speaks the same version as the program.
pub(super) const HELLO: &[u8] = concat!("checked-async ", env!("CARGO_PKG_VERSION")).as_bytes();

/// The frame with which a worker says that the function of a request begins now.
pub(super) const BEGUN: &[u8] = b"";

/// Sends one frame.
pub(super) fn write(mut to: impl Write, content: &[u8]) -> io::Result<()> {
    // A length of 128 bits there is not.
    let length = u64::try_from(content.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(content)
}

/// Receives one frame. The end of the connection is [`io::ErrorKind::UnexpectedEof`], wherever it comes.
pub(super) fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut content = Vec::new();
    if from.take(length).read_to_end(&mut content)? as u64 == length {
        Ok(content)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Receives [`HELLO`], and not one byte more than it has.
pub(super) fn read_hello(mut from: impl Read) -> io::Result<()> {
    let mut hello = [0; 8 + HELLO.len()];
    from.read_exact(&mut hello)?;
    let mut expected = [0; 8 + HELLO.len()];
    write(&mut expected[..], HELLO)?;
    if hello == expected {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "it is built with another version of checked-async"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut wire = Vec::new();
        write(&mut wire, b"one").unwrap();
        write(&mut wire, b"").unwrap();
        let mut wire = &wire[..];
        assert_eq!(read(&mut wire).unwrap(), b"one");
        assert_eq!(read(&mut wire).unwrap(), b"");
        assert_eq!(read(&mut wire).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_length_without_content_is_an_end() {
        let mut wire = u64::MAX.to_le_bytes().to_vec();
        wire.extend_from_slice(b"short");
        assert_eq!(read(&wire[..]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn only_the_same_version_is_greeted() {
        let mut wire = Vec::new();
        write(&mut wire, HELLO).unwrap();
        read_hello(&wire[..]).unwrap();
        *wire.last_mut().unwrap() ^= 1;
        assert_eq!(read_hello(&wire[..]).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
