//! Shows a message as rustc would, from the user's own text.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use crate::diagnostics::mapping::Mapping;
use crate::diagnostics::message::{Diagnostic, Span};

/// How the text is to look.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) coloured: bool,
    pub(crate) width: Option<usize>,
}

/// Renders a message, with a blank line behind it.
pub(crate) fn render(diagnostic: &Diagnostic, mapping: &mut Mapping, style: Style) -> String {
    let renderer = if style.coloured { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width.unwrap_or(140));
    let mut title = level(&diagnostic.level).primary_title(diagnostic.message.clone());
    if let Some(code) = &diagnostic.code {
        // rustc shows the codes of errors only, since its lints are named in a note.
        let shown = diagnostic.lint().or_else(|| code.code.starts_with('E').then_some(code.code.as_str()));
        if let Some(shown) = shown {
            title = title.id(shown.to_owned());
        }
    }
    let mut main = title.elements(snippets(&diagnostic.spans, mapping));
    let mut groups = Vec::new();
    for child in &diagnostic.children {
        let suggestions: Vec<&Span> = child.spans.iter().filter(|span| span.suggested_replacement.is_some()).collect();
        if child.spans.is_empty() {
            main = main.element(level(&child.level).message(child.message.clone()));
        } else if suggestions.is_empty() {
            let title = level(&child.level).secondary_title(child.message.clone());
            groups.push(title.elements(snippets(&child.spans, mapping)));
        } else if let Some(group) = suggestion(child, &suggestions, mapping) {
            groups.push(group);
        }
    }
    groups.insert(0, main);
    format!("{}\n\n", renderer.render(&groups).trim_end())
}

fn level(name: &str) -> Level<'static> {
    match name {
        "warning" => Level::WARNING,
        "note" | "failure-note" => Level::NOTE,
        "help" => Level::HELP,
        _ => Level::ERROR,
    }
}

/// The places of a message, file by file, with the primary one first.
fn snippets(spans: &[Span], mapping: &mut Mapping) -> Vec<Snippet<'static, Annotation<'static>>> {
    let mut files: Vec<&str> = Vec::new();
    for span in spans.iter().filter(|span| span.is_primary).chain(spans) {
        if !files.contains(&span.file_name.as_str()) {
            files.push(&span.file_name);
        }
    }
    let mut snippets = Vec::new();
    for file in files {
        let Some((text, mark)) = source(file, mapping) else {
            continue;
        };
        let length = text.len();
        let annotations = spans.iter().filter(|span| span.file_name == file).map(|span| {
            let kind = if span.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let end = span.byte_end.saturating_sub(mark).min(length);
            kind.span(span.byte_start.saturating_sub(mark).min(end)..end).label(span.label.clone())
        });
        let annotations: Vec<_> = annotations.collect();
        snippets.push(Snippet::source(text).path(file.to_owned()).annotations(annotations));
    }
    snippets
}

fn suggestion(child: &Diagnostic, spans: &[&Span], mapping: &mut Mapping) -> Option<Group<'static>> {
    let file = &spans.first()?.file_name;
    let (text, mark) = source(file, mapping)?;
    let patches = spans.iter().filter(|span| &span.file_name == file).map(|span| {
        let range = span.byte_start.saturating_sub(mark)..span.byte_end.saturating_sub(mark);
        Patch::new(range, span.suggested_replacement.clone().unwrap_or_default())
    });
    let patches: Vec<_> = patches.collect();
    let title = level(&child.level).secondary_title(child.message.clone());
    Some(title.element(Snippet::source(text).path(file.clone()).patches(patches)))
}

/// A file's text without a byte order mark, and that mark's length.
fn source(file: &str, mapping: &mut Mapping) -> Option<(String, usize)> {
    let original = mapping.original(file)?;
    let text = original.text.trim_start_matches('\u{feff}');
    Some((text.to_owned(), original.text.len() - text.len()))
}
