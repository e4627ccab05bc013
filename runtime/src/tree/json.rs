//! The tree of tasks as JSON, and the few words of JSON that this takes.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Seen, TaskTree};
use crate::places::Call;
use crate::report::Place;

/// The tree.
pub(super) fn tree(tree: &TaskTree) -> String {
    let mut json = String::from("{\"tasks\":");
    tasks(&mut json, Some(tree));
    json.push('}');
    json
}

/// The list of the tasks in a tree.
pub(crate) fn tasks(json: &mut String, tree: Option<&TaskTree>) {
    list(json, tree.map(|tree| &tree.tasks).into_iter().flatten(), task);
}

fn task(json: &mut String, task: &Seen) {
    let _ = write!(json, "{{\"id\":{},\"name\":", task.id);
    text(json, &task.name);
    let _ = write!(json, ",\"state\":\"{}\",\"age_ms\":", task.state.name());
    milliseconds(json, task.age);
    json.push_str(",\"since_ms\":");
    milliseconds(json, task.since);
    json.push_str(",\"spawned_at\":");
    place(json, &task.spawned);
    json.push_str(",\"awaited_by\":");
    match task.awaiter {
        Some(id) => drop(write!(json, "{id}")),
        None => json.push_str("null"),
    }
    json.push_str(",\"awaits\":");
    list(json, &task.calls, call);
    let _ = write!(json, ",\"left_out\":{}}}", task.left_out);
}

fn call(json: &mut String, awaited: &Call) {
    json.push_str("{\"function\":");
    text(json, &awaited.function);
    json.push_str(",\"at\":");
    place(json, &awaited.place);
    json.push_str(",\"awaits\":");
    list(json, &awaited.awaits, call);
    json.push('}');
}

/// A place in the source.
pub(crate) fn place(json: &mut String, place: &Place) {
    json.push_str("{\"file\":");
    text(json, &place.file);
    let _ = write!(json, ",\"line\":{},\"column\":", place.line);
    match place.column {
        0 => json.push_str("null}"),
        column => drop(write!(json, "{column}}}")),
    }
}

fn milliseconds(json: &mut String, time: Option<Duration>) {
    match time {
        Some(time) => drop(write!(json, "{}", time.as_millis())),
        None => json.push_str("null"),
    }
}

/// A list of what `write` writes.
pub(crate) fn list<T>(json: &mut String, items: impl IntoIterator<Item = T>, write: impl Fn(&mut String, T)) {
    json.push('[');
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            json.push(',');
        }
        write(json, item);
    }
    json.push(']');
}

/// A string. No `<` is left in it, so that it may stand in a page of HTML too.
pub(crate) fn text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '<' | '\u{2028}' | '\u{2029}' | '\0'..='\x1f' | '\x7f' => drop(write!(json, "\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::super::tests::{call, seen};
    use super::*;

    #[test]
    fn a_tree_says_all() {
        let outer = call("shop::serve", 32, vec![call("shop::accept", 12, vec![])]);
        let mut main = Seen { calls: vec![outer], left_out: 1, ..seen(1, "main", None) };
        main.age = Some(Duration::from_micros(2_001_900));
        main.since = Some(Duration::from_millis(1));
        let mut late = Seen { state: State::NotBegun, ..seen(2, "late", Some(1)) };
        late.spawned.column = 0;
        assert_eq!(
            TaskTree::new(vec![main, late]).to_json(),
            concat!(
                r#"{"tasks":[{"id":1,"name":"main","state":"waiting","age_ms":2001,"since_ms":1,"#,
                r#""spawned_at":{"file":"src/main.rs","line":1,"column":5},"awaited_by":null,"#,
                r#""awaits":[{"function":"shop::serve","at":{"file":"src/main.rs","line":32,"column":9},"#,
                r#""awaits":[{"function":"shop::accept","at":{"file":"src/main.rs","line":12,"column":9},"awaits":[]}]}],"#,
                r#""left_out":1},{"id":2,"name":"late","state":"not begun","age_ms":null,"since_ms":null,"#,
                r#""spawned_at":{"file":"src/main.rs","line":2,"column":null},"awaited_by":1,"awaits":[],"left_out":0}]}"#
            )
        );
        assert_eq!(TaskTree::new(vec![]).to_json(), r#"{"tasks":[]}"#);
    }

    #[test]
    fn whatever_a_task_is_called_is_a_string() {
        let mut json = String::new();
        text(&mut json, "a \"b\" \\ c:\\d \n \r \t \0 \u{7f} </script> \u{2028} ü 🦀");
        assert_eq!(json, r#""a \"b\" \\ c:\\d \n \u000d \u0009 \u0000 \u007f \u003c/script> \u2028 ü 🦀""#);
    }
}
