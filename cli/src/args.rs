//! The command line: our own subcommands and options, and those of cargo's options that we must understand.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::error::{Result, Trouble};

/// Check the async code of a workspace, without editing it.
#[derive(Parser)]
#[command(name = "cargo checked-async", bin_name = "cargo checked-async", version, about)]
#[command(after_help = "Exit status: 0 nothing found, 1 findings (for `test` and `run`: cargo failed), 2 trouble: \
                        the code does not compile, or cannot be checked.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Action,
}

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Report the faults that are visible at compile time
    #[command(after_help = "All options of `cargo check` can be given too, for example `--workspace --all-targets`.")]
    Check {
        /// How findings are printed: `human`, `json` (cargo's format, for editors) or `sarif`
        #[arg(long, value_name = "FORMAT")]
        message_format: Option<String>,
        /// Options that are passed on to `cargo check`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CARGO OPTIONS")]
        cargo: Vec<String>,
    },
    /// Run the tests with every async fn checked at run time
    Test {
        /// Options that are passed on to `cargo test`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CARGO OPTIONS")]
        cargo: Vec<String>,
    },
    /// Run a program with every async fn checked at run time
    Run {
        /// Options that are passed on to `cargo run`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CARGO OPTIONS")]
        cargo: Vec<String>,
    },
    /// Write the attribute into the sources
    Annotate {
        /// Take the attribute out again
        #[arg(long)]
        remove: bool,
        /// Print what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Files and folders; without any, all members of the workspace
        paths: Vec<PathBuf>,
    },
    /// Print the page of a lint
    Explain {
        /// The name of the lint
        lint: String,
    },
    /// List all lints
    Lints,
}

/// How `check` prints its findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
    Sarif,
}

/// Cargo's options, as far as we must know them.
#[derive(Default, Debug)]
pub(crate) struct CargoArgs {
    /// What goes to the user's cargo.
    pub(crate) passed: Vec<String>,
    /// What also goes to `cargo metadata`.
    pub(crate) for_metadata: Vec<String>,
    /// What also goes to the build of the injected crate.
    pub(crate) for_runtime: Vec<String>,
    /// `--profile`, or `release` for `--release`.
    pub(crate) profile: Option<String>,
    /// Each `--target`.
    pub(crate) targets: Vec<String>,
    pub(crate) target_directory: Option<PathBuf>,
    pub(crate) message_format: Option<String>,
    /// Each `--package`, `--workspace`: what the user wants checked.
    pub(crate) packages: Vec<String>,
    pub(crate) workspace: bool,
    pub(crate) quiet: bool,
}

impl CargoArgs {
    /// Sorts out cargo's options, up to a `--`.
    pub(crate) fn parse(args: Vec<String>) -> Result<CargoArgs> {
        let mut known = CargoArgs::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            if arg == "--" {
                known.passed.push(arg);
                known.passed.extend(args);
                break;
            }
            let (name, mut inline) = match arg.split_once('=') {
                Some((name, value)) if name.starts_with('-') => (name.to_owned(), Some(value.to_owned())),
                _ => (arg.clone(), None),
            };
            // `-pname`, `-Zname` and their like.
            let name = if !name.starts_with("--") && name.len() > 2 && matches!(&name[..2], "-p" | "-Z" | "-j" | "-F") {
                inline = Some(arg[2..].trim_start_matches('=').to_owned());
                name[..2].to_owned()
            } else {
                name
            };
            let mut value = || match inline.take() {
                Some(value) => Ok(value),
                None => args.next().ok_or_else(|| Trouble::new(format!("the option `{arg}` needs a value"))),
            };
            match name.as_str() {
                "--message-format" => known.message_format = Some(value()?),
                "--target-dir" => known.target_directory = Some(value()?.into()),
                "--fix" => {
                    return Err(Trouble::new("`--fix` is not available yet")
                        .help("run `cargo checked-async check` without it, and make the changes it proposes by hand"));
                }
                "--manifest-path" | "--lockfile-path" => {
                    let value = value()?;
                    known.for_metadata.extend([name.clone(), value.clone()]);
                    known.passed.extend([name, value]);
                }
                "--config" | "-Z" => {
                    let value = value()?;
                    known.for_metadata.extend([name.clone(), value.clone()]);
                    known.for_runtime.extend([name.clone(), value.clone()]);
                    known.passed.extend([name, value]);
                }
                "--offline" | "--locked" | "--frozen" => {
                    known.for_metadata.push(arg.clone());
                    known.passed.push(arg);
                }
                "--release" | "-r" => {
                    known.profile = Some("release".into());
                    known.passed.push(arg);
                }
                "--profile" => {
                    let value = value()?;
                    known.profile = Some(value.clone());
                    known.passed.extend([name, value]);
                }
                "--target" => {
                    let value = value()?;
                    known.targets.push(value.clone());
                    known.passed.extend([name, value]);
                }
                "--package" | "-p" => {
                    let value = value()?;
                    known.packages.push(value.clone());
                    known.passed.extend([name, value]);
                }
                "--workspace" | "--all" => {
                    known.workspace = true;
                    known.passed.push(arg);
                }
                "--quiet" | "-q" => {
                    known.quiet = true;
                    known.passed.push(arg);
                }
                _ => known.passed.push(arg),
            }
        }
        Ok(known)
    }
}

/// Reads `--message-format` as cargo's users write it: `json-render-diagnostics` and its like count as `json`.
pub(crate) fn format(value: Option<&str>) -> Result<Format> {
    match value {
        None => Ok(Format::Human),
        Some(value) if value.split(',').all(|part| part == "json" || part.starts_with("json-")) => Ok(Format::Json),
        Some(value) => <Format as ValueEnum>::from_str(value, false).map_err(|_| {
            Trouble::new(format!("unknown message format `{value}`"))
                .help("the formats are `human`, `json` and `sarif`")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> CargoArgs {
        CargoArgs::parse(args.iter().map(ToString::to_string).collect()).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn known_options_are_recognised_in_every_spelling() {
        let args =
            parse(&["-r", "--target=a", "--target", "b", "-pc", "-p", "d", "--target-dir=t", "x", "--", "--all"]);
        assert_eq!(args.profile.as_deref(), Some("release"));
        assert_eq!(args.targets, ["a", "b"]);
        assert_eq!(args.packages, ["c", "d"]);
        assert_eq!(args.target_directory, Some("t".into()));
        assert!(!args.workspace);
        assert_eq!(args.passed, ["-r", "--target", "a", "--target", "b", "-p", "c", "-p", "d", "x", "--", "--all"]);
    }

    #[test]
    fn formats_are_read_as_cargo_reads_them() {
        assert_eq!(format(None).unwrap(), Format::Human);
        assert_eq!(format(Some("json-diagnostic-rendered-ansi,json")).unwrap(), Format::Json);
        assert_eq!(format(Some("sarif")).unwrap(), Format::Sarif);
        assert!(format(Some("short")).is_err());
    }
}
