//! `cargo checked-async`: checks the async code of a whole workspace, without editing it.
//!
//! The program has two faces: the subcommand that the user calls, and the stand-in for rustc that cargo calls while the
//! subcommand runs (see `wrapper`).

#![forbid(unsafe_code)]

mod annotate;
mod args;
mod build;
mod check;
mod diagnostics;
mod error;
mod inject;
mod insert;
mod lints;
mod metadata;
mod process;
mod settings;
mod shadow;
mod workspace;
mod wrapper;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Action, Cli};
use crate::error::Result;

/// The exit status for everything that is neither clean nor a finding.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    if let Some(code) = wrapper::run() {
        return code;
    }
    // Cargo puts the subcommand's name first: `cargo-checked-async checked-async check`.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|name| name == "checked-async") {
        arguments.remove(1);
    }
    // The parser takes the first `--` for itself; cargo is to have it.
    if arguments.get(2).is_some_and(|argument| argument == "--") {
        arguments.insert(2, "--".into());
    }
    let cli = Cli::parse_from(arguments);
    process::watch_interrupts();
    match act(cli.command) {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(TROUBLE)
        }
    }
}

fn act(action: Action) -> Result<ExitCode> {
    match action {
        Action::Check { message_format, cargo } => return check::run(message_format, cargo),
        Action::Test { cargo } => return build::run("test", cargo),
        Action::Run { cargo } => return build::run("run", cargo),
        Action::Annotate { remove, dry_run, paths } => annotate::run(&paths, remove, dry_run)?,
        Action::Explain { lint } => lints::explain(&lint)?,
        Action::Lints => lints::list()?,
    }
    Ok(ExitCode::SUCCESS)
}
