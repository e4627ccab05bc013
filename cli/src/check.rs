//! `cargo checked-async check`: runs `cargo check` on the shadow tree and shows what it says.
//!
//! The messages have been put in terms of the user's files by then (see `diagnostics::translate`). Here our findings are
//! told from the compiler's own messages, counted, and shown in the format that was asked for.

use std::collections::BTreeSet;
use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use serde_json::Value;

use crate::args::{self, CargoArgs, Format};
use crate::build::Build;
use crate::diagnostics::message::Diagnostic;
use crate::diagnostics::sarif;
use crate::error::Result;
use crate::process;
use crate::workspace::Workspace;

pub(crate) fn run(message_format: Option<String>, cargo_args: Vec<String>) -> Result<ExitCode> {
    let args = CargoArgs::parse(cargo_args)?;
    let message_format = message_format.or_else(|| args.message_format.clone());
    let format = args::format(message_format.as_deref())?;
    let mut build = Build::prepare("check", args)?;

    let coloured = match format {
        Format::Json => message_format.as_deref().is_some_and(|format| format.contains("ansi")),
        _ => is_coloured(&build.args),
    };
    let cargo_format = if coloured { "json-diagnostic-rendered-ansi" } else { "json" };
    build.command.arg(format!("--message-format={cargo_format}"));
    if !build.args.passed.iter().any(|arg| arg == "--keep-going") {
        // An error ends only the crate that it is in, and those that depend on it.
        build.command.arg("--keep-going");
    }
    build.command.args(&build.args.passed);

    let mut report = Report { format, ..Report::default() };
    let status = process::lines(&mut build.command, |line| report.line(line))?;
    report.finish(&build, status.success());
    Ok(ExitCode::from(report.status(status.success())))
}

/// As cargo decides it: `--color`, then the variables, then whether a terminal reads.
fn is_coloured(args: &CargoArgs) -> bool {
    let option = args.passed.iter().enumerate().find_map(|(index, arg)| match arg.strip_prefix("--color") {
        Some("") => args.passed.get(index + 1).cloned(),
        Some(value) => value.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    match option.or_else(|| env::var("CARGO_TERM_COLOR").ok()).as_deref() {
        Some("always") => true,
        Some("never") => false,
        _ => {
            let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            !refused && io::stderr().is_terminal()
        }
    }
}

/// What has been seen so far.
struct Report {
    format: Format,
    findings: Vec<Diagnostic>,
    seen: BTreeSet<String>,
    /// The packages that have findings.
    packages: BTreeSet<String>,
    /// The targets that did not compile, and those that did: package id, name, kind.
    failed: BTreeSet<(String, String, String)>,
    compiled: BTreeSet<(String, String, String)>,
    /// Errors of the user's code that are not ours.
    foreign_errors: usize,
}

impl Default for Report {
    fn default() -> Self {
        Report {
            format: Format::Human,
            findings: Vec::new(),
            seen: BTreeSet::new(),
            packages: BTreeSet::new(),
            failed: BTreeSet::new(),
            compiled: BTreeSet::new(),
            foreign_errors: 0,
        }
    }
}

impl Report {
    /// Takes one line that cargo printed.
    fn line(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            self.pass(line);
            return;
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let target =
            (text(&message["package_id"]), text(&message["target"]["name"]), text(&message["target"]["kind"][0]));
        match message["reason"].as_str() {
            Some("compiler-artifact") => drop(self.compiled.insert(target)),
            Some("compiler-message") => {
                if let Ok(diagnostic) = serde_json::from_value::<Diagnostic>(message["message"].clone())
                    && !self.diagnostic(diagnostic, target)
                {
                    return;
                }
            }
            _ => {}
        }
        self.pass(line);
    }

    /// Hands a line on to whoever reads cargo's format.
    fn pass(&self, line: &str) {
        if self.format == Format::Json {
            // A reader that has gone away needs no more lines; cargo runs on.
            let _ = io::stdout().write_all(format!("{line}\n").as_bytes());
        }
    }

    /// Takes a message of the compiler; `false` if it has been there before.
    fn diagnostic(&mut self, diagnostic: Diagnostic, target: (String, String, String)) -> bool {
        let is_error = diagnostic.level.starts_with("error");
        if is_error {
            self.failed.insert(target.clone());
        }
        let place = diagnostic.primary().map(|span| (&span.file_name, span.byte_start, span.byte_end));
        let code = diagnostic.code.as_ref().map(|code| &code.code);
        if !self.seen.insert(format!("{code:?} {place:?} {} {:?}", diagnostic.message, diagnostic.rendered)) {
            return false;
        }
        if diagnostic.lint().is_some() {
            self.packages.insert(target.0);
            self.findings.push(diagnostic);
            return true;
        }
        if is_error && !diagnostic.message.starts_with("aborting due to ") {
            self.foreign_errors += 1;
        }
        if self.format != Format::Json {
            show(diagnostic.rendered.as_deref().unwrap_or(&diagnostic.message));
        }
        true
    }

    /// Shows the findings, which are kept apart from the compiler's own messages, and the summary.
    fn finish(&mut self, build: &Build, success: bool) {
        self.findings.sort_by_cached_key(|finding| {
            let span = finding.primary();
            (span.map(|span| span.file_name.clone()), span.map(|span| span.byte_start))
        });
        match self.format {
            Format::Human => {
                for finding in &self.findings {
                    show(finding.rendered.as_deref().unwrap_or(&finding.message));
                }
            }
            Format::Sarif => {
                let text = serde_json::to_string_pretty(&sarif::log(&self.findings)).unwrap_or_default();
                let _ = io::stdout().write_all(format!("{text}\n").as_bytes());
            }
            Format::Json => {}
        }
        build.warn_of_unparsed();
        if build.args.quiet && self.findings.is_empty() && success {
            return;
        }
        let unchecked = self.unchecked(&build.workspace, &build.args);
        if !unchecked.is_empty() {
            eprintln!("checked-async: not checked, because of errors in what they depend on: {}", unchecked.join(", "));
        }
        if self.foreign_errors > 0 {
            let them =
                if self.foreign_errors == 1 { "an error".into() } else { format!("{} errors", self.foreign_errors) };
            eprintln!("checked-async: the code has {them} of its own and cannot be checked fully before it compiles");
        } else if !success && self.findings.is_empty() {
            eprintln!("checked-async: could not check: see cargo's message above");
            return;
        }
        eprintln!("checked-async: {}", self.summary());
        let lints: BTreeSet<&str> = self.findings.iter().filter_map(Diagnostic::lint).collect();
        if let Some(lint) = lints.first() {
            eprintln!("checked-async: for more about a finding, try `cargo checked-async explain {lint}`");
        }
    }

    fn summary(&self) -> String {
        let errors = self.findings.iter().filter(|finding| finding.level == "error").count();
        let warnings = self.findings.len() - errors;
        let counted = |count: usize, name: &str| match count {
            0 => None,
            1 => Some(format!("1 {name}")),
            _ => Some(format!("{count} {name}s")),
        };
        let parts: Vec<String> =
            [counted(errors, "error"), counted(warnings, "warning")].into_iter().flatten().collect();
        match counted(self.packages.len(), "crate") {
            Some(crates) => format!("{} in {crates}", parts.join(", ")),
            None => "no findings".to_owned(),
        }
    }

    /// What cargo left out because an error stood in the way.
    fn unchecked(&self, workspace: &Workspace, args: &CargoArgs) -> Vec<String> {
        let has_failed = |id: &str| self.failed.iter().any(|(package, ..)| package == id);
        let was_built = |id: &str| self.compiled.iter().any(|(package, ..)| package == id);
        let is_library = |kind: &str| !matches!(kind, "bin" | "test" | "example" | "bench" | "custom-build");
        let mut unchecked = Vec::new();
        // The packages behind those that failed, however many steps away.
        let mut stopped: BTreeSet<&str> = workspace
            .members
            .iter()
            .filter(|member| has_failed(&member.id))
            .map(|member| member.name.as_str())
            .collect();
        loop {
            let next = workspace.members.iter().find(|member| {
                !stopped.contains(member.name.as_str())
                    && member.path_dependencies.iter().any(|name| stopped.contains(name.as_str()))
            });
            let Some(member) = next else { break };
            stopped.insert(&member.name);
            let is_wanted = if !args.packages.is_empty() {
                args.packages.iter().any(|spec| spec == &member.name)
            } else {
                args.workspace || workspace.default_members.contains(&member.id)
            };
            if is_wanted && !was_built(&member.id) && !has_failed(&member.id) {
                unchecked.push(format!("`{}`", member.name));
            }
        }
        // The programs of a package whose own library failed.
        for member in &workspace.members {
            let library_failed = self.failed.iter().any(|(package, _, kind)| *package == member.id && is_library(kind));
            for (name, kind) in &member.targets {
                let target = (member.id.clone(), name.clone(), kind.clone());
                if library_failed && kind == "bin" && !self.failed.contains(&target) && !self.compiled.contains(&target)
                {
                    unchecked.push(format!("`{}` (bin `{name}`)", member.name));
                }
            }
        }
        unchecked
    }

    fn status(&self, success: bool) -> u8 {
        if self.foreign_errors > 0 {
            crate::TROUBLE
        } else if !self.findings.is_empty() {
            1
        } else if success {
            0
        } else {
            crate::TROUBLE
        }
    }
}

/// Prints a message where cargo prints its own, over its progress bar.
fn show(text: &str) {
    let mut stderr = io::stderr().lock();
    let clear = if stderr.is_terminal() { "\r\u{1b}[K" } else { "" };
    let _ = stderr.write_all(format!("{clear}{text}").as_bytes());
}
