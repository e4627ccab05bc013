//! Writes findings as a SARIF 2.1.0 log, the format that code hosts and editors read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diagnostics::message::{Diagnostic, Span};
use crate::lints;

/// The log of one run.
pub(crate) fn log(findings: &[Diagnostic]) -> Value {
    let names: BTreeSet<&str> = findings.iter().filter_map(Diagnostic::lint).collect();
    let known = lints::all();
    let rules: Vec<Value> = names
        .iter()
        .map(|name| {
            let mut rule = json!({ "id": name });
            if let Some(lint) = known.iter().find(|lint| lint.name == *name) {
                rule["shortDescription"] = json!({ "text": lint.summary });
                rule["help"] = json!({ "text": lint.page, "markdown": lint.page });
                rule["defaultConfiguration"] =
                    json!({ "level": if lint.level == "deny" { "error" } else { "warning" } });
            }
            rule
        })
        .collect();
    let results: Vec<Value> = findings.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "checked-async",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Diagnostic) -> Value {
    let notes = finding.children.iter().map(|child| format!("\n{}: {}", child.level, child.message));
    let text: String = std::iter::once(finding.message.clone()).chain(notes).collect();
    let locations: Vec<Value> = finding.primary().map(location).into_iter().collect();
    json!({
        "ruleId": finding.lint(),
        "level": if finding.level == "error" { "error" } else { "warning" },
        "message": { "text": text },
        "locations": locations,
    })
}

fn location(span: &Span) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&span.file_name) },
        "region": {
            "startLine": span.line_start,
            "startColumn": span.column_start,
            "endLine": span.line_end,
            "endColumn": span.column_end,
        },
    }})
}

/// A path as a relative or absolute URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}
