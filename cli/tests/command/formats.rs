//! The formats for other programs.

use serde_json::Value;

use super::support::Workspace;

const FAULT: &str = "pub async fn f() {}\npub async fn g() { f(); }\n";

#[test]
fn json_is_cargos_with_our_codes() {
    let workspace = Workspace::package("json", &[("src/lib.rs", FAULT)]);
    let run = workspace.run(&["check", "--message-format=json"]);
    assert_eq!(run.status, 1, "{}", run.all());
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let messages: Vec<&Value> = lines.iter().filter(|line| line["reason"] == "compiler-message").collect();
    let finding = messages
        .iter()
        .find(|line| line["message"]["code"]["code"] == "checked_async::unawaited_future")
        .unwrap_or_else(|| panic!("no finding in {}", run.all()));
    let message = &finding["message"];
    assert_eq!(message["level"], "error");
    assert!(message["rendered"].as_str().unwrap().starts_with("error[unawaited_future]: "), "{message}");
    let span = &message["spans"][0];
    assert_eq!(span["file_name"], "src/lib.rs");
    for (field, value) in [("line_start", 2), ("column_start", 20), ("column_end", 23), ("byte_start", 39)] {
        assert_eq!(span[field], value, "{field} of {span}");
    }
    assert_eq!(span["text"][0]["text"], "pub async fn g() { f(); }");
    assert_eq!(lines.last().unwrap()["reason"], "build-finished");
    assert!(!run.stdout.contains("checked_item"), "{}", run.all());
}

#[test]
fn sarif_holds_the_findings() {
    let workspace = Workspace::package("sarif", &[("src/lib.rs", FAULT)]);
    let run = workspace.run(&["check", "--message-format", "sarif"]);
    assert_eq!(run.status, 1, "{}", run.all());
    let log: Value = serde_json::from_str(&run.stdout).expect("standard output is one JSON value");
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unawaited_future");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/lib.rs");
    assert_eq!(place["region"]["startColumn"], 20);
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "unawaited_future");
}

#[test]
fn colour_is_for_terminals_and_those_who_ask() {
    let workspace = Workspace::package("colour", &[("src/lib.rs", FAULT)]);
    let plain = workspace.run(&["check"]);
    assert!(!plain.stderr.contains('\u{1b}'), "{}", plain.all());
    let coloured = workspace.run(&["check", "--color=always"]);
    assert!(coloured.stderr.contains("\u{1b}["), "{}", coloured.all());
}
