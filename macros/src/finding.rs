//! What a lint finds in the tokens alone: a fault that no type could change.
//!
//! At level `deny` it is an error as all others; at level `warn` it is the one warning with a text of our own that stable
//! Rust has, a value of a must-use type that nobody uses (`expand/warnings.rs`).

use crate::diagnostics::Diagnostic;
use crate::lints::Level;
use proc_macro2::Span;

/// What a lint says.
pub(crate) struct Text {
    pub(crate) lint: &'static str,
    /// States the problem: lowercase, one line, no full stop.
    pub(crate) problem: &'static str,
    /// What to change.
    pub(crate) help: &'static str,
}

/// A fault in some tokens of the user's.
pub(crate) struct Finding {
    pub(crate) text: &'static Text,
    pub(crate) level: Level,
    /// The first and the last token.
    pub(crate) ends: (Span, Span),
}

impl Text {
    /// How to silence it.
    pub(crate) fn note(&self) -> String {
        format!("`#[checked(allow({}))]` silences it", self.lint)
    }
}

impl Finding {
    /// The error that it is at level `deny`.
    pub(crate) fn error(&self) -> Diagnostic {
        let (first, last) = self.ends;
        Diagnostic::between(first, last, self.text.problem).help(self.text.help).note(&self.text.note())
    }
}
