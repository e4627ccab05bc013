//! From places in the copies of the shadow tree back to places in the user's files.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use crate::diagnostics::message::{Line, Span};
use crate::shadow::{self, State};

/// Knows the copies of a workspace; reads each file at most once.
pub(crate) struct Mapping {
    directory: PathBuf,
    shadow_root: PathBuf,
    state_file: PathBuf,
    state: Option<State>,
    files: HashMap<String, Option<Rc<Original>>>,
}

/// A file as the user wrote it.
pub(crate) struct Original {
    pub(crate) text: String,
    /// Where the attribute was inserted, in bytes of `text`, and how long it is.
    places: Vec<usize>,
    inserted: usize,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl Mapping {
    /// `directory` is where rustc runs: its paths are relative to it.
    pub(crate) fn new(directory: PathBuf, shadow_root: PathBuf, state_file: PathBuf) -> Self {
        Mapping { directory, shadow_root, state_file, state: None, files: HashMap::new() }
    }

    /// The user's file of that name.
    pub(crate) fn original(&mut self, file_name: &str) -> Option<Rc<Original>> {
        if let Some(known) = self.files.get(file_name) {
            return known.clone();
        }
        let original = self.read(file_name).map(Rc::new);
        self.files.insert(file_name.to_owned(), original.clone());
        original
    }

    /// Whether a file is one of the user's that were copied.
    pub(crate) fn is_copied(&mut self, file_name: &str) -> bool {
        let path = shadow::normalized(&self.directory.join(file_name));
        self.state().files.contains_key(&path)
    }

    fn state(&mut self) -> &State {
        let file = &self.state_file;
        self.state.get_or_insert_with(|| {
            fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
        })
    }

    fn read(&mut self, file_name: &str) -> Option<Original> {
        let path = shadow::normalized(&self.directory.join(file_name));
        let shadow = shadow::below(&self.shadow_root, &path);
        match self.state().files.get(&path).map(|copy| (copy.places.clone(), copy.inserted())) {
            Some((places, inserted)) => {
                let text = fs::read_to_string(shadow).ok()?;
                Some(Original::new(without(&text, &places, inserted)?, places, inserted))
            }
            None => Some(Original::new(fs::read_to_string(&path).ok()?, Vec::new(), 0)),
        }
    }

    /// Maps a span to the original; `true` if text of ours stands on one of its lines.
    pub(crate) fn map(&mut self, span: &mut Span) -> bool {
        match self.original(&span.file_name) {
            Some(original) if !original.places.is_empty() => original.map(span),
            _ => false,
        }
    }
}

impl Original {
    fn new(text: String, places: Vec<usize>, inserted: usize) -> Self {
        let mut lines = vec![0];
        lines.extend(text.match_indices('\n').map(|(newline, _)| newline + 1));
        Original { text, places, inserted, lines }
    }

    /// An offset in the copy as one in the original; an offset inside the attribute becomes the place where it was put.
    fn offset(&self, shadow: usize) -> (usize, bool) {
        let mut before = 0;
        for (index, place) in self.places.iter().enumerate() {
            let start = place + index * self.inserted;
            if shadow <= start {
                break;
            }
            if shadow < start + self.inserted {
                return (*place, true);
            }
            before += self.inserted;
        }
        (shadow.saturating_sub(before).min(self.text.len()), false)
    }

    fn map(&self, span: &mut Span) -> bool {
        let (mut start, in_attribute) = self.offset(span.byte_start);
        let (mut end, _) = self.offset(span.byte_end);
        if in_attribute {
            // About the attribute itself: shown on the first line of the item that it was put on.
            let rest = &self.text[start..];
            start += rest.len() - rest.trim_start().len();
            if end <= start {
                end = start + self.text[start..].lines().next().map_or(0, |line| line.trim_end().len());
            }
        }
        let (first, last) = (self.line(start), self.line(end));
        let touched = self.places.iter().any(|place| (first..=last).contains(&self.line(*place)));
        if !touched && !in_attribute {
            span.byte_start = start;
            span.byte_end = end;
            return false;
        }
        span.byte_start = start;
        span.byte_end = end;
        span.line_start = first + 1;
        span.line_end = last + 1;
        span.column_start = self.column(start);
        span.column_end = self.column(end);
        // Long spans come without some of their lines, and the rest is rarely looked at.
        if !span.text.is_empty() {
            span.text = (first..=last)
                .map(|line| {
                    let text = self.line_text(line);
                    Line {
                        text: text.to_owned(),
                        highlight_start: if line == first { span.column_start } else { 1 },
                        highlight_end: if line == last { span.column_end } else { text.chars().count() + 1 },
                    }
                })
                .collect();
        }
        true
    }

    /// The line of an offset, from 0.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }

    fn line_text(&self, line: usize) -> &str {
        let end = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        self.text[self.lines[line]..end].trim_end_matches(['\r', '\n']).trim_start_matches('\u{feff}')
    }

    /// The column of an offset, in characters, from 1.
    fn column(&self, offset: usize) -> usize {
        let start = self.lines[self.line(offset)];
        self.text.get(start..offset).unwrap_or_default().trim_start_matches('\u{feff}').chars().count() + 1
    }
}

/// Takes the attribute out of a copy.
fn without(copy: &str, places: &[usize], inserted: usize) -> Option<String> {
    let mut text = String::with_capacity(copy.len());
    let mut from = 0;
    for (index, place) in places.iter().enumerate() {
        let start = place + index * inserted;
        text.push_str(copy.get(from..start)?);
        from = start + inserted;
    }
    text.push_str(copy.get(from..)?);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insert;

    fn original(text: &str) -> (String, Original) {
        let annotated = insert::annotate(text, &insert::targets(text).unwrap(), "#[xy]");
        let original = Original::new(text.to_owned(), annotated.places.clone(), 6);
        assert_eq!(without(&annotated.text, &annotated.places, 6).as_deref(), Some(text));
        (annotated.text, original)
    }

    fn map(copy: &str, original: &Original, needle: &str) -> (Span, bool) {
        let start = copy.rfind(needle).unwrap();
        let mut span = Span { byte_start: start, byte_end: start + needle.len(), ..Span::default() };
        span.text = vec![Line { text: String::new(), highlight_start: 0, highlight_end: 0 }];
        let touched = original.map(&mut span);
        assert_eq!(&original.text[span.byte_start..span.byte_end], needle);
        (span, touched)
    }

    #[test]
    fn columns_are_mapped_on_a_line_with_the_attribute() {
        let (copy, original) = original("async fn é() { one(); }\n\nasync fn b() { two(); }\n");
        let (span, touched) = map(&copy, &original, "one()");
        assert!(touched);
        assert_eq!((span.line_start, span.column_start, span.column_end), (1, 16, 21));
        assert_eq!(span.text[0].text, "async fn é() { one(); }");
        assert_eq!((span.text[0].highlight_start, span.text[0].highlight_end), (16, 21));
        let (_, touched) = map(&copy, &original, "two()");
        assert!(!touched, "the attribute stands on the blank line above");
    }

    #[test]
    fn a_span_of_the_attribute_becomes_the_item() {
        let (copy, original) = original("use a;\n\nasync fn b() {\n}\n");
        let start = copy.find("#[xy]").unwrap();
        let mut span = Span { byte_start: start, byte_end: start + 5, ..Span::default() };
        assert!(original.map(&mut span));
        assert_eq!(&original.text[span.byte_start..span.byte_end], "async fn b() {");
        assert_eq!(span.line_start, 3);
    }
}
