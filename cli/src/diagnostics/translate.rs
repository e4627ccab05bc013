//! Rewrites what the compiler prints about the copies into what it would print about the user's own files.
//!
//! It does so inside cargo, line by line, so that cargo keeps the result with the crate and shows it again on later runs.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{MAIN_SEPARATOR, PathBuf};

use crate::diagnostics::finding;
use crate::diagnostics::mapping::Mapping;
use crate::diagnostics::message::Diagnostic;
use crate::diagnostics::render::{Style, render};
use crate::shadow;
use crate::wrapper::Plan;

/// Rewrites the messages of one run of the compiler.
pub(crate) struct Translator {
    /// How paths in the shadow tree begin: what follows is the user's path, relative or absolute.
    paths: [String; 2],
    mapping: Mapping,
    style: Style,
    /// The error codes with an explanation, apart from those of our findings.
    codes: BTreeSet<String>,
}

impl Translator {
    pub(crate) fn new(plan: &Plan, directory: PathBuf, args: &[OsString]) -> Self {
        let args = args.iter().filter_map(|arg| arg.to_str());
        let coloured = args.clone().any(|arg| arg.starts_with("--json") && arg.contains("diagnostic-rendered-ansi"));
        let width = args.filter_map(|arg| arg.strip_prefix("--diagnostic-width=")?.parse().ok()).next_back();
        let root = plan.shadow_root.display().to_string();
        let copy = shadow::below(&plan.shadow_root, &directory).display().to_string();
        Translator {
            paths: [format!("{copy}{MAIN_SEPARATOR}"), root],
            mapping: Mapping::new(directory, plan.shadow_root.clone(), plan.state_file.clone()),
            style: Style { coloured, width },
            codes: BTreeSet::new(),
        }
    }

    /// Rewrites one line; `None` where nothing is left to say.
    pub(crate) fn line(&mut self, line: &str) -> Option<String> {
        if !line.starts_with('{') || line.contains("\"$message_type\":\"artifact\"") {
            return Some(line.to_owned());
        }
        let mut line = line.to_owned();
        for copy in &self.paths {
            // Places are remapped by the compiler, but not the paths in its texts.
            if line.contains(copy) {
                line = line.replace(copy, "");
            }
        }
        match serde_json::from_str::<Diagnostic>(&line) {
            Ok(diagnostic) => {
                let diagnostic = self.diagnostic(diagnostic)?;
                Some(serde_json::to_string(&diagnostic).unwrap_or(line))
            }
            Err(_) => Some(line),
        }
    }

    fn diagnostic(&mut self, mut diagnostic: Diagnostic) -> Option<Diagnostic> {
        if diagnostic.level == "failure-note" {
            return self.failure_note(diagnostic);
        }
        if diagnostic.message.starts_with("extern crate `checked_async` is unused") {
            // About the dependency that the user does not have.
            return None;
        }
        let ours = finding::extract(&diagnostic);
        let is_ours = ours.is_some();
        if let Some(ours) = ours {
            diagnostic = ours;
            for span in &mut diagnostic.spans {
                // In the user's text, not in the code that the macro wrote around it.
                while !self.mapping.is_copied(&span.file_name) {
                    let Some(expansion) = span.expansion.take() else {
                        break;
                    };
                    let label = span.label.take();
                    *span = expansion.span;
                    span.label = label;
                    span.is_primary = true;
                }
                span.expansion = None;
            }
        } else if let Some(code) = diagnostic.code.as_ref().filter(|code| code.explanation.is_some()) {
            self.codes.insert(code.code.clone());
        }
        if !is_ours && diagnostic.level.starts_with("error") && finding::tells_of_runtime(&diagnostic) {
            diagnostic.children.push(finding::defect());
            let rendered = render(&finding::defect(), &mut self.mapping, self.style);
            diagnostic.rendered = diagnostic.rendered.map(|text| format!("{}\n{rendered}", text.trim_end()));
        }
        let told = diagnostic.children.len();
        diagnostic.children.retain(|child| !finding::tells_of_attribute(child));
        let mut touched = diagnostic.children.len() != told;
        let mapping = &mut self.mapping;
        diagnostic.for_each_span(&mut |span| touched |= mapping.map(span));
        touched |= diagnostic.rendered.as_ref().is_some_and(|text| text.contains("checked_item"));
        if is_ours || (touched && diagnostic.rendered.is_some()) {
            diagnostic.rendered = Some(render(&diagnostic, &mut self.mapping, self.style));
        }
        Some(diagnostic)
    }

    /// `try rustc --explain E0277`: not about the code that our findings come with.
    fn failure_note(&self, mut note: Diagnostic) -> Option<Diagnostic> {
        if !note.message.contains("E0277") || self.codes.contains("E0277") {
            return Some(note);
        }
        let first = self.codes.first()?;
        let several = self.codes.len() > 1;
        let text = if note.message.starts_with("Some errors") {
            if !several {
                return None;
            }
            let codes: Vec<&str> = self.codes.iter().map(String::as_str).collect();
            format!("Some errors have detailed explanations: {}.", codes.join(", "))
        } else {
            let which = if several { "an error" } else { "this error" };
            format!("For more information about {which}, try `rustc --explain {first}`.")
        };
        note.rendered = note.rendered.map(|_| format!("{text}\n"));
        note.message = text;
        Some(note)
    }
}
