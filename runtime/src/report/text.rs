//! Reports as text, laid out as rustc lays out its diagnostics.
//!
//! Written to stderr in one piece, unbuffered and past the capturing of the test harness: a finding must not be hidden
//! by a passing test. A stderr that cannot be written to is nobody's fault here and is ignored; one that blocks does not block
//! those that run tasks: see `writer`.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;

use super::{Violation, message, writer};
use crate::check::Level;

/// A line that is no report of a fault.
#[derive(Debug)]
pub(super) enum Notice {
    Note(String),
    Warning(String),
}

/// What can be printed, in colour or not.
pub(crate) trait Print {
    fn write(&self, out: &mut dyn fmt::Write, colours: &Colours) -> fmt::Result;
}

/// The escape sequences of each part; empty where there is no colour.
pub(crate) struct Colours {
    warning: &'static str,
    error: &'static str,
    note: &'static str,
    bold: &'static str,
    rule: &'static str,
    end: &'static str,
}

const PLAIN: Colours = Colours { warning: "", error: "", note: "", bold: "", rule: "", end: "" };

/// Those of rustc.
const COLOURED: Colours = Colours {
    warning: "\x1b[1;33m",
    error: "\x1b[1;91m",
    note: "\x1b[1;92m",
    bold: "\x1b[1m",
    rule: "\x1b[1;94m",
    end: "\x1b[0m",
};

impl Print for Violation {
    fn write(&self, out: &mut dyn fmt::Write, colours: &Colours) -> fmt::Result {
        let Colours { bold, rule, end, .. } = colours;
        let (colour, title) = match self.level {
            Level::Panic => (colours.error, "error"),
            Level::Log | Level::Off => (colours.warning, "warning"),
        };
        write!(out, "{colour}{title}{end}{bold}: {}{end}", self.message)?;
        if let Some(place) = &self.created {
            write!(out, "\n  {rule}-->{end} {place} ({})", message::label(self.kind))?;
        }
        if let Some(place) = &self.panicked_at {
            let arrow = if self.created.is_some() { ":::" } else { "-->" };
            write!(out, "\n  {rule}{arrow}{end} {place} (panicked here)")?;
        }
        let mut item = |title: &str, text: &str| write!(out, "\n   {rule}={end} {bold}{title}{end}: {text}");
        if let Some(culprit) = &self.culprit {
            let place = culprit.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
            item("note", &format!("{} in `{}`{place}", message::deed(self.kind), culprit.function))?;
        }
        for note in &self.notes {
            // A tree of tasks has lines, which stand below the first.
            item("note", &note.replace('\n', "\n           "))?;
        }
        if !self.backtrace.is_empty() {
            let mut frames = String::from("awaited from: ");
            for (n, frame) in self.backtrace.iter().enumerate() {
                if n > 0 {
                    frames.push_str("\n           <- ");
                }
                write!(frames, "`{}` ({}:{}", frame.function, frame.defined.file, frame.defined.line)?;
                if let Some(called) = &frame.called {
                    write!(frames, ", called at {called}")?;
                }
                frames.push(')');
            }
            item("note", &frames)?;
        }
        if let Some(call_stack) = &self.call_stack {
            item("note", &format!("call stack:\n{call_stack}").replace('\n', "\n           "))?;
        }
        if let Some(backtrace) = &self.panic_backtrace {
            item("note", &format!("backtrace of the panic:\n{backtrace}").replace('\n', "\n           "))?;
        }
        for help in &self.help {
            item("help", help)?;
        }
        match message::silencing(self.kind) {
            Some(silencing) => item("note", &silencing),
            None => Ok(()),
        }
    }
}

impl Print for Notice {
    fn write(&self, out: &mut dyn fmt::Write, colours: &Colours) -> fmt::Result {
        let Colours { bold, end, .. } = colours;
        let (colour, title, text) = match self {
            Notice::Note(text) => (colours.note, "note", text),
            Notice::Warning(text) => (colours.warning, "warning", text),
        };
        write!(out, "{colour}{title}{end}{bold}: checked-async: {text}{end}")
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &PLAIN)
    }
}

/// Prints to stderr.
pub(crate) fn print(what: &dyn Print) {
    let stderr = std::io::stderr();
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colours = if stderr.is_terminal() && !no_colour { &COLOURED } else { &PLAIN };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = what.write(&mut text, colours);
    text.push('\n');
    writer::write(text);
}

/// Prints a text to stderr.
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) fn print_as_it_is(text: String) {
    writer::write(text);
}

#[cfg(test)]
mod tests {
    use super::super::{Culprit, Place, TraceFrame};
    use super::*;
    use crate::check::Kind;

    fn violation() -> Violation {
        let place = |line, column| Place { file: "src/main.rs".into(), line, column };
        Violation {
            kind: Kind::NeverAwaited,
            level: Level::Log,
            message: "future was never awaited: `app::fetch`".into(),
            function: Some("app::fetch".into()),
            created: Some(place(14, 17)),
            culprit: Some(Culprit { function: "app::handler".into(), place: Some(place(18, 5)) }),
            task: None,
            took: None,
            backtrace: vec![
                TraceFrame { function: "app::handler".into(), defined: place(10, 1), called: Some(place(33, 9)) },
                TraceFrame { function: "app::main".into(), defined: place(30, 1), called: None },
            ],
            call_stack: None,
            panicked_at: None,
            panic_backtrace: None,
            notes: vec![],
            help: vec!["append `.await`".into()],
        }
    }

    #[test]
    fn a_report_reads_like_rustc_s() {
        assert_eq!(
            violation().to_string(),
            "\
warning: future was never awaited: `app::fetch`
  --> src/main.rs:14:17 (created here)
   = note: dropped in `app::handler` at src/main.rs:18:5
   = note: awaited from: `app::handler` (src/main.rs:10, called at src/main.rs:33:9)
           <- `app::main` (src/main.rs:30)
   = help: append `.await`
   = note: `CHECKED_ASYNC=never_awaited=off` silences it"
        );
    }

    #[test]
    fn colours_are_added_and_nothing_else() {
        let mut coloured = String::new();
        violation().write(&mut coloured, &COLOURED).unwrap();
        for part in [COLOURED.warning, COLOURED.bold, COLOURED.rule, COLOURED.end] {
            assert!(coloured.contains(part));
            coloured = coloured.replace(part, "");
        }
        assert_eq!(coloured, violation().to_string());
    }
}
