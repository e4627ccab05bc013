//! The page: what was recorded as JSON, in the midst of a page that draws it.
//!
//! The page is one file, with nothing from elsewhere, and shows its tables without JavaScript too.

use std::fmt::Write as _;
use std::sync::PoisonError;
use std::time::Instant;

use super::{RECORDING, Recording};
use crate::tree::json;

const PAGE: &str = include_str!("page.html");

/// The page for what was recorded so far, with this text about the tasks there are.
pub(crate) fn page(tree: &str) -> String {
    let program = std::env::args().next().unwrap_or_default();
    let program = program.rsplit(['/', '\\']).next().unwrap_or_default();
    let recording = RECORDING.lock().unwrap_or_else(PoisonError::into_inner);
    match &*recording {
        Some(recording) => write(recording, recording.time(Instant::now()), program, tree),
        None => write(&Recording::new(Instant::now()), 0, program, tree),
    }
}

fn write(recording: &Recording, end: u64, program: &str, tree: &str) -> String {
    let parts = [
        ("{{program}}", escaped(program)),
        ("{{summary}}", summary(recording, end)),
        ("{{reports}}", reports(recording)),
        ("{{slow}}", slow(recording)),
        ("{{tasks}}", tasks(recording)),
        ("{{tree}}", escaped(tree)),
        ("{{data}}", data(recording, end)),
    ];
    // What was put in is not looked at again.
    let mut page = String::new();
    let mut rest = PAGE;
    for (mark, part) in parts {
        let (before, after) = rest.split_once(mark).expect("the page has all marks, in this order");
        page.push_str(before);
        page.push_str(&part);
        rest = after;
    }
    page + rest
}

fn summary(recording: &Recording, end: u64) -> String {
    let mut text = format!(
        "{} in {}, {}, {}.",
        number(recording.tasks.len() as u64 + recording.tasks_gone, "task"),
        time(end),
        number(recording.steps.len() as u64 + recording.steps_gone, "step"),
        number(recording.reports.len() as u64 + recording.reports_gone, "report"),
    );
    let gone = [(recording.tasks_gone, "task"), (recording.steps_gone, "step"), (recording.reports_gone, "report")];
    let gone: Vec<String> = gone.iter().filter(|(gone, _)| *gone > 0).map(|(gone, what)| number(*gone, what)).collect();
    if !gone.is_empty() {
        let _ = write!(text, " Not shown, as only so many are kept: the first {}.", gone.join(", "));
    }
    text
}

fn reports(recording: &Recording) -> String {
    let mut rows = String::new();
    for report in &recording.reports {
        let _ = writeln!(
            rows,
            "<tr><td class=n>{}</td><td><code>{}</code></td><td>{}</td><td>{}<details><summary>whole report</summary>\
             <pre>{}</pre></details></td></tr>",
            time(report.at),
            report.kind,
            escaped(report.task.as_deref().unwrap_or("–")),
            escaped(&report.message),
            escaped(&report.text),
        );
    }
    or_none(rows, 4)
}

fn slow(recording: &Recording) -> String {
    let mut rows = String::new();
    for step in recording.steps.iter().filter(|step| step.is_slow) {
        if let Some(task) = step.task.checked_sub(recording.tasks_gone).map(|at| &recording.tasks[at as usize]) {
            let _ = writeln!(
                rows,
                "<tr><td class=n>{}</td><td class=n>{}</td><td>{}</td></tr>",
                time(step.begin),
                time(step.took),
                escaped(&task.name)
            );
        }
    }
    or_none(rows, 3)
}

fn tasks(recording: &Recording) -> String {
    let mut rows = String::new();
    for task in &recording.tasks {
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td>{}</td></tr>",
            escaped(&task.name),
            time(task.born),
            task.finished.map_or_else(|| "–".into(), time),
            task.steps,
            time(task.busy),
            escaped(&task.spawned.to_string()),
        );
    }
    or_none(rows, 6)
}

fn or_none(rows: String, columns: usize) -> String {
    if rows.is_empty() { format!("<tr><td colspan={columns}>none</td></tr>\n") } else { rows }
}

/// What the script draws.
fn data(recording: &Recording, end: u64) -> String {
    let mut data = format!("{{\"end\":{end},\"tasks\":");
    json::list(&mut data, &recording.tasks, |data, task| {
        data.push_str("{\"name\":");
        json::text(data, &task.name);
        data.push_str(",\"at\":");
        json::text(data, &task.spawned.to_string());
        let finished = task.finished.map_or_else(|| "null".into(), |finished| finished.to_string());
        let _ = write!(data, ",\"born\":{},\"finished\":{finished}}}", task.born);
    });
    // Task, beginning, time taken, whether it was slow: a flat list is half as long as one of objects.
    data.push_str(",\"steps\":");
    let steps = recording.steps.iter().filter(|step| step.task >= recording.tasks_gone);
    json::list(&mut data, steps, |data, step| {
        let task = step.task - recording.tasks_gone;
        let _ = write!(data, "{task},{},{},{}", step.begin, step.took, u8::from(step.is_slow));
    });
    data.push_str(",\"reports\":");
    json::list(&mut data, &recording.reports, |data, report| {
        let _ = write!(data, "{{\"at\":{},\"kind\":\"{}\",\"task\":", report.at, report.kind);
        match &report.task {
            Some(task) => json::text(data, task),
            None => data.push_str("null"),
        }
        data.push_str(",\"message\":");
        json::text(data, &report.message);
        data.push('}');
    });
    data.push('}');
    data
}

fn number(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A time in microseconds.
fn time(time: u64) -> String {
    match time {
        0..1_000 => format!("{time} µs"),
        1_000..1_000_000 => format!("{:.1} ms", time as f64 / 1e3),
        _ => format!("{:.3} s", time as f64 / 1e6),
    }
}

/// A text in HTML.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Step;
    use super::*;
    use crate::report::Place;

    fn recording() -> Recording {
        let start = Instant::now();
        let mut recording = Recording::new(start);
        let spawned = Place { file: "src/<main>.rs".into(), line: 7, column: 5 };
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        recording.step(&Step {
            of_loop: 0,
            task: 1,
            name: "</script> & {{data}} \"co\"",
            spawned: &spawned,
            born: Some(at(1)),
            begin: at(2),
            end: at(152),
            is_slow: true,
            is_last: true,
        });
        recording
    }

    #[test]
    fn whatever_a_task_is_called_the_page_is_whole() {
        let page = write(&recording(), 200_000, "shop", "main: waiting\n");
        assert_eq!(page.matches("</script>").count(), PAGE.matches("</script>").count());
        assert!(page.contains("&lt;/script&gt; &amp; {{data}} &quot;co&quot;</td>"));
        assert!(
            page.contains(r#""name":"\u003c/script> & {{data}} \"co\"","at":"src/\u003cmain>.rs:7:5","born":1000"#)
        );
        assert!(page.contains(r#""steps":[0,2000,150000,1]"#));
        assert!(page.contains("1 task in 200.0 ms, 1 step, 0 reports."));
    }

    #[test]
    fn the_page_takes_nothing_from_elsewhere() {
        for word in ["http:", "https:", "src=", "<link", "@import", "url("] {
            assert!(!PAGE.contains(word), "{word}");
        }
    }

    #[test]
    fn what_is_not_shown_is_said() {
        let mut recording = recording();
        recording.steps_gone = 41;
        let summary = summary(&recording, 5_000_000);
        assert_eq!(
            summary,
            "1 task in 5.000 s, 42 steps, 0 reports. Not shown, as only so many are kept: the first 41 steps."
        );
    }
}
