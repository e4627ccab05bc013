//! rustc's JSON messages, as far as they are read here; fields that are not known pass through.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A message of the compiler, or a note in one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    pub(crate) code: Option<Code>,
    pub(crate) level: String,
    pub(crate) spans: Vec<Span>,
    pub(crate) children: Vec<Diagnostic>,
    pub(crate) rendered: Option<String>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// The name of an error or a lint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) explanation: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) byte_start: usize,
    pub(crate) byte_end: usize,
    pub(crate) line_start: usize,
    pub(crate) line_end: usize,
    /// In characters, from 1.
    pub(crate) column_start: usize,
    pub(crate) column_end: usize,
    pub(crate) is_primary: bool,
    pub(crate) text: Vec<Line>,
    pub(crate) label: Option<String>,
    pub(crate) suggested_replacement: Option<String>,
    pub(crate) suggestion_applicability: Option<Value>,
    pub(crate) expansion: Option<Box<Expansion>>,
}

/// A line of source text, with the columns that a span covers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) highlight_start: usize,
    pub(crate) highlight_end: usize,
}

/// The macro call that a span comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Expansion {
    pub(crate) span: Span,
    pub(crate) macro_decl_name: String,
    pub(crate) def_site_span: Option<Span>,
}

/// The prefix of our lints in a message's code.
pub(crate) const CODE_PREFIX: &str = "checked_async::";

impl Diagnostic {
    /// The lint, in a message that has been translated.
    pub(crate) fn lint(&self) -> Option<&str> {
        self.code.as_ref()?.code.strip_prefix(CODE_PREFIX)
    }

    /// The place that the message is about.
    pub(crate) fn primary(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_primary)
    }

    /// Runs `each` over all spans of the message and of its notes.
    pub(crate) fn for_each_span(&mut self, each: &mut impl FnMut(&mut Span)) {
        for span in &mut self.spans {
            span.for_each(each);
        }
        for child in &mut self.children {
            child.for_each_span(each);
        }
    }
}

impl Span {
    fn for_each(&mut self, each: &mut impl FnMut(&mut Span)) {
        each(self);
        if let Some(expansion) = &mut self.expansion {
            expansion.span.for_each(each);
            if let Some(span) = &mut expansion.def_site_span {
                span.for_each(each);
            }
        }
    }
}
