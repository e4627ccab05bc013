//! The one error type of the command: what went wrong, and what the user can do about it.

use std::fmt;
use std::io;
use std::path::Path;

/// A failure that is not a finding: bad input, an unwritable directory, a tool that is missing.
#[derive(Debug)]
pub(crate) struct Trouble {
    problem: String,
    help: Option<String>,
}

pub(crate) type Result<T> = std::result::Result<T, Trouble>;

impl Trouble {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Trouble { problem: problem.into(), help: None }
    }

    /// Adds what the user can do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds where in the user's files the problem is.
    pub(crate) fn place(&mut self, place: &str) {
        self.problem = format!("{} {place}", self.problem);
    }

    /// A file of the user's that cannot be read.
    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        Trouble::new(format!("cannot read `{}`: {error}", path.display()))
    }

    /// A place of ours that cannot be written.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        Trouble::new(format!("cannot write `{}`: {error}", path.display())).help(
            "all that this command writes is in the folder `checked-async` of the target directory: \
             make it writable, or choose another one with `--target-dir`",
        )
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.problem)?;
        if let Some(help) = &self.help {
            write!(f, "\n  = help: {help}")?;
        }
        Ok(())
    }
}
