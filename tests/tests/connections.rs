//! The benchmark of many connections, with not so many.
#![cfg(unix)]

use checked_async_tests::program::Program;

#[test]
fn no_connection_is_lost() {
    let program = Program::start(env!("CARGO_BIN_EXE_bench-connections"), &["200", "0"]);
    assert!(program.line().starts_with("200 of 200 connections made in "));
    // One message when they were made, one at the end.
    assert_eq!(program.line(), "200 of 200 held for 0ns, 400 messages: 0 lost");
    program.wait_for_success();
}
