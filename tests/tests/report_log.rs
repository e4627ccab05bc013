//! Reports as records of `log`, in a program without a subscriber of `tracing`.

use std::sync::Mutex;

use checked_async::{Kind, call_soon, set_exception_handler, spawn, yield_now};
use checked_async_tests::patient::run_patiently;
use log::{Level, LevelFilter, Log, Metadata, Record};

struct Notes(Mutex<Vec<(Level, String, String)>>);

impl Log for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "checked_async"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let note = (record.level(), record.target().to_owned(), record.args().to_string());
            self.0.lock().unwrap().push(note);
        }
    }

    fn flush(&self) {}
}

static NOTES: Notes = Notes(Mutex::new(Vec::new()));

#[test]
fn a_report_is_a_record_with_its_fields() {
    log::set_logger(&NOTES).unwrap();
    log::set_max_level(LevelFilter::Warn);
    set_exception_handler(|violation| assert!([Kind::TaskPanic, Kind::CallbackPanicked].contains(&violation.kind)));
    run_patiently(async {
        drop(spawn(async { panic!("lost") }).named("reader"));
        yield_now().await;
        call_soon(|| panic!("called"));
        yield_now().await;
        yield_now().await;
    });
    let notes = NOTES.0.lock().unwrap();
    let [(Level::Warn, target, text), (Level::Warn, _, callback)] = &notes[..] else { panic!("{notes:?}") };
    assert_eq!(target, "checked_async");
    assert!(text.starts_with("task `reader` panicked and nobody has read it: lost "), "{text}");
    assert!(text.contains(r#"kind="task_panic""#) && text.contains(r#"task="reader""#), "{text}");
    assert!(text.contains("created=tests/tests/report_log.rs:"), "{text}");
    // In other builds the loop has its checks off, and no panic hook.
    assert_eq!(text.contains("panicked_at=tests/tests/report_log.rs:"), cfg!(debug_assertions), "{text}");
    assert!(!text.contains("notes"), "{text}");
    assert!(callback.ends_with(r#" notes="the loop goes on""#), "{callback}");
}
