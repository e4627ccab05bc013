//! The example `reload`, with real signals.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;

use checked_async_tests::program::Program;

/// A file of its own for a test.
struct ConfigFile(PathBuf);

impl ConfigFile {
    fn new(test: &str, text: &str) -> Self {
        let file = ConfigFile(std::env::temp_dir().join(format!("checked-async-{test}-{}", std::process::id())));
        file.write(text);
        file
    }

    fn write(&self, text: &str) {
        fs::write(&self.0, text).unwrap();
    }

    fn start(&self) -> Program {
        Program::start(env!("CARGO_BIN_EXE_example-reload"), &[self.0.to_str().unwrap()])
    }
}

impl Drop for ConfigFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_signal_has_the_file_read_anew() {
    let file = ConfigFile::new("reload", "greeting = hello\nevery_ms = 1\n");
    let program = file.start();
    assert_eq!(program.line(), r#"read: Config { greeting: "hello", every: 1ms }"#);
    program.wait_for_line("hello");
    program.wait_for_line("hello");

    file.write("greeting = bonjour\n\nevery_ms = 2\n");
    program.signal("HUP");
    program.wait_for_line(r#"reloaded: Config { greeting: "bonjour", every: 2ms }"#);
    // The old one is gone: not a line of it follows.
    assert_eq!(program.line(), "bonjour");
    assert_eq!(program.line(), "bonjour");

    for (wrong, message) in [
        ("greeting = hi\nevery", "line 2 has no `=`"),
        ("every_ms = often", "line 1: invalid digit found in string"),
        ("color = red", "line 1: nobody knows `color`"),
    ] {
        file.write(wrong);
        program.signal("HUP");
        program.wait_for_line(&format!("not reloaded: {message}"));
        assert_eq!(program.line(), "bonjour");
    }

    program.signal("TERM");
    program.wait_for_line("bye");
    program.wait_for_success();
}

#[test]
fn interrupted_it_ends_by_the_signal() {
    let file = ConfigFile::new("interrupted", "");
    let program = file.start();
    program.wait_for_line("hello");
    program.signal("INT");
    let (status, said) = program.wait();
    assert_eq!((std::os::unix::process::ExitStatusExt::signal(&status), &*said), (Some(2), ""));
}

#[test]
fn without_a_file_it_does_not_start() {
    let file = ConfigFile::new("missing", "");
    fs::remove_file(&file.0).unwrap();
    let (status, said) = file.start().wait();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("No such file"), "{said}");
}
