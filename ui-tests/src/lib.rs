//! Tests of what must not compile, how that reads, and what must compile.
//!
//! A case is a file in `fail/` or `pass/`; all of them are compiled by one `cargo check`, as the examples of a package
//! written for them. A case in `pass/` must compile without a word. In `fail/`, every error and warning is announced by a
//! [`mark`], and where a file `<case>.stderr` stands beside the case, by its whole text too. Both name what the
//! linter says and nothing else: the notes by which rustc quotes the probes' traits change with their lines.
//!
//! Run with `BLESS=1` to write the `.stderr` files anew, and read what changed.

pub mod case;
pub mod finding;
pub mod mark;
pub mod project;
pub mod recall;
pub mod snapshot;
