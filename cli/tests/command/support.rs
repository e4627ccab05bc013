//! A workspace for one test, and the command run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of the test's own, empty at first.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

/// What the command left behind.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workspace {
    pub(crate) fn new(name: &str) -> Workspace {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspaces").join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Workspace { root }
    }

    /// A package with these files, which is its own workspace.
    pub(crate) fn package(name: &str, files: &[(&str, &str)]) -> Workspace {
        let workspace = Workspace::new(name);
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n");
        workspace.write("Cargo.toml", &manifest);
        for (file, text) in files {
            workspace.write(file, text);
        }
        workspace
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts text at the end of a file.
    pub(crate) fn append(&self, file: &str, text: &str) {
        let old = fs::read_to_string(self.root.join(file)).unwrap();
        self.write(file, &(old + text));
    }

    /// The command, ready to be run in the workspace.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-checked-async"));
        command.arg("checked-async").args(args).current_dir(&self.root);
        // The tests' own surroundings must not matter, apart from the toolchain.
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            let is_ours = name.starts_with("CARGO_") && name != "CARGO_HOME";
            if is_ours || matches!(&*name, "RUSTFLAGS" | "RUSTDOCFLAGS" | "RUSTC_WRAPPER" | "CHECKED_ASYNC") {
                command.env_remove(&variable);
            }
        }
        command.env("CHECKED_ASYNC_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// Has cargo write the lock file, as it does on the first use of a package.
    pub(crate) fn lock(&self) {
        self.lock_in(".");
    }

    /// The same for a package in a folder.
    pub(crate) fn lock_in(&self, folder: &str) {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["generate-lockfile", "--offline"]).current_dir(self.root.join(folder));
        assert!(cargo.output().unwrap().status.success());
    }

    /// Every file that is not in a target directory, with its text.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn collect(folder: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if !path.ends_with("target") {
                        collect(&path, into);
                    }
                } else {
                    let bytes = fs::read(&path).unwrap();
                    into.insert(path, bytes);
                }
            }
        }
        let mut files = BTreeMap::new();
        collect(&self.root, &mut files);
        files
    }
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Run {
        let Output { status, stdout, stderr } = command.output().expect("the command starts");
        Run {
            status: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Both streams, for a failing test's message.
    pub(crate) fn all(&self) -> String {
        format!("status {}\n--- stdout\n{}\n--- stderr\n{}", self.status, self.stdout, self.stderr)
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: i32, stderr: &[&str]) -> &Run {
        assert_eq!(self.status, status, "{}", self.all());
        for text in stderr {
            assert!(self.stderr.contains(text), "no `{text}` in\n{}", self.all());
        }
        assert!(!self.all().contains("checked_item"), "the attribute shows:\n{}", self.all());
        assert!(!self.all().contains("checked-async/shadow/"), "the shadow tree shows:\n{}", self.all());
        self
    }
}
