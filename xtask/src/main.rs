//! What maintainers run by hand.
//!
//! - `cargo xtask sample` checks and runs the sample service, and compares what is found with what is planted.
//! - `cargo xtask real-code` checks and tests published crates, and writes the table in `docs/real-code.md`.

#![forbid(unsafe_code)]

mod command;
mod real_code;
mod sample;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask sample
       cargo xtask real-code [--only NAME]… [--no-tests] [--keep-going]

sample      check and run samples/shortener; fail unless exactly the planted faults are found
real-code   check and test published crates with every async fn checked, and write the table in docs/real-code.md
  --only NAME    only this crate; may be repeated
  --no-tests     do not run the crates' tests
  --keep-going   go on with the next crate where something new went wrong
";

/// Why a task failed, in words for the person who ran it.
type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some("sample") if arguments.len() == 1 => sample::run(sample::Shown::ToUser),
        Some("real-code") => real_code::Options::parse(&arguments[1..]).and_then(|options| real_code::run(&options)),
        _ => Err(USAGE.trim_end().to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
