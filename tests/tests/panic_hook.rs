//! The panic hook by which it is known where a panic began: a program has its own hooks as before, whatever the order, and what is
//! not known is not said. Each test runs this program again, as a hook is for a whole process.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use checked_async::{EventLoop, Kind, Violation, capture, spawn, yield_now};
use checked_async_tests::by_hand::stacks_have_places;
use checked_async_tests::loops;
use checked_async_tests::program::LEVELS;

const SCENARIO: &str = "SCENARIO";

fn main() {
    if let Ok(scenario) = std::env::var(SCENARIO) {
        return play(&scenario);
    }
    type Test = (&'static str, fn());
    let tests: &[Test] = &[
        ("a_hook_that_is_there_is_called_as_before", || silent("before")),
        ("a_hook_that_is_set_later_calls_ours_if_it_likes", || silent("chained")),
        ("a_hook_that_is_set_later_may_replace_ours", || silent("replaced")),
        ("a_hook_may_be_replaced_for_a_while", || silent("for a while")),
        ("ours_is_set_once", || silent("many loops")),
        ("a_loop_without_checks_sets_none", || silent("no checks")),
        ("what_reports_no_panics_needs_none", || {
            run("no kinds", &[("CHECKED_ASYNC", "callback_panicked=off,task_panic=off")]);
        }),
        ("it_may_be_set_while_a_thread_panics", || {
            run("while panicking", &[]);
        }),
        ("it_is_not_waited_for_by_what_it_would_wait_for", || silent("a hook that waits")),
        ("hooks_that_go_are_those_of_std_again", hooks_that_go_are_those_of_std_again),
        ("a_panic_is_printed_once", a_panic_is_printed_once),
        ("a_backtrace_is_there_where_one_is_asked_for", a_backtrace_is_there_where_one_is_asked_for),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}

static SEEN: AtomicUsize = AtomicUsize::new(0);

fn count(_: &std::panic::PanicHookInfo<'_>) {
    SEEN.fetch_add(1, SeqCst);
}

/// The report of a task that panics on this loop.
fn report(event_loop: &mut EventLoop) -> Violation {
    let (run, mut violations) = capture(|| {
        event_loop.run(async {
            drop(spawn(job()));
            yield_now().await;
            yield_now().await;
        })
    });
    run.unwrap();
    assert_eq!(violations.len(), 1, "{violations:#?}");
    violations.remove(0)
}

#[inline(never)]
async fn job() {
    panic!("lost")
}

fn is_known(event_loop: &mut EventLoop) -> bool {
    report(event_loop).panicked_at.is_some_and(|place| place.file.ends_with("panic_hook.rs"))
}

fn play(scenario: &str) {
    let build = || loops::builder().debug(true).build().unwrap();
    match scenario {
        "before" => {
            set_hook(Box::new(count));
            assert!(is_known(&mut build()));
            assert_eq!(SEEN.load(SeqCst), 1);
        }
        "chained" => {
            let mut event_loop = build();
            let before = take_hook();
            set_hook(Box::new(move |panic| {
                count(panic);
                before(panic);
            }));
            assert!(is_known(&mut event_loop));
            assert_eq!(SEEN.load(SeqCst), 1);
        }
        "replaced" => {
            let mut event_loop = build();
            set_hook(Box::new(count));
            assert!(!is_known(&mut event_loop));
            // It is not set again.
            assert!(!is_known(&mut build()));
            assert_eq!(SEEN.load(SeqCst), 2);
        }
        "for a while" => {
            set_hook(Box::new(count));
            let mut event_loop = build();
            let before = take_hook();
            set_hook(Box::new(|_| {}));
            assert!(!is_known(&mut event_loop));
            set_hook(before);
            assert!(is_known(&mut event_loop));
            assert_eq!(SEEN.load(SeqCst), 1);
        }
        "many loops" => {
            set_hook(Box::new(count));
            let threads: Vec<_> = (0..4).map(|_| thread::spawn(move || assert!(is_known(&mut build())))).collect();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(SEEN.load(SeqCst), 4);
            // Below ours there is the one that was there, and nothing below that.
            drop(take_hook());
            set_hook(Box::new(|_| {}));
            assert!(!is_known(&mut build()));
            assert_eq!(SEEN.load(SeqCst), 4);
        }
        "no checks" | "no kinds" => {
            set_hook(Box::new(count));
            let mut event_loop = loops::builder().debug(scenario == "no kinds").build().unwrap();
            let error = event_loop.run(async { spawn(job()).await }).unwrap().unwrap_err();
            assert_eq!(error.panicked_at(), None);
            if scenario == "no checks" {
                event_loop.handle().set_debug(true);
                assert!(is_known(&mut event_loop));
            }
        }
        "while panicking" => {
            struct Runs;
            impl Drop for Runs {
                fn drop(&mut self) {
                    assert!(thread::panicking());
                    assert!(is_known(&mut loops::builder().debug(true).build().unwrap()));
                }
            }
            let first = catch_unwind(AssertUnwindSafe(|| {
                let _runs = Runs;
                panic!("first");
            }));
            assert_eq!(*first.unwrap_err().downcast::<&str>().unwrap(), "first");
        }
        "a hook that waits" => {
            // As one does that sends reports of crashes.
            set_hook(Box::new(|panic| {
                count(panic);
                if SEEN.load(SeqCst) == 1 {
                    let sends =
                        || loops::builder().debug(true).run(async { spawn(async { 1 }).await.unwrap() }).unwrap();
                    assert_eq!(thread::spawn(sends).join().unwrap(), 1);
                }
            }));
            catch_unwind(|| panic!("first")).unwrap_err();
            assert_eq!(SEEN.load(SeqCst), 1);
            let mut event_loop = build();
            // Then it is set, as soon as that thread runs.
            while !is_known(&mut event_loop) {
                thread::yield_now();
            }
        }
        "std again" => {
            let mut event_loop = build();
            drop(take_hook());
            assert!(!is_known(&mut event_loop));
        }
        "printed" => drop(build().run(async {
            drop(spawn(job()).named("job"));
            yield_now().await;
            yield_now().await;
        })),
        "backtrace" => {
            let violation = report(&mut build());
            assert_eq!(violation.kind, Kind::TaskPanic);
            println!("{}", violation.panic_backtrace.unwrap_or_else(|| "none".into()));
        }
        _ => panic!("unknown scenario {scenario}"),
    }
}

/// Plays a scenario to its end; what it has said on stdout and stderr.
#[track_caller]
fn run(scenario: &str, variables: &[(&str, &str)]) -> (String, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .env(SCENARIO, scenario)
        .env("CHECKED_ASYNC", LEVELS)
        .env_remove("RUST_BACKTRACE")
        .env_remove("RUST_LIB_BACKTRACE");
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    assert!(output.status.success(), "{scenario}: {}\n{}", output.status, said[1]);
    said.into()
}

#[track_caller]
fn silent(scenario: &str) {
    run(scenario, &[]);
}

fn hooks_that_go_are_those_of_std_again() {
    let (_, said) = run("std again", &[]);
    assert_eq!(said.matches("panicked at ").count(), 1, "{said}");
}

fn a_panic_is_printed_once() {
    let (_, said) = run("printed", &[]);
    assert_eq!(said.matches("panicked at ").count(), 1, "{said}");
    assert_eq!(said.matches("(panicked here)").count(), 1, "{said}");
    // Both say the same place.
    let at = said.split("panicked at ").nth(1).unwrap().split(":\n").next().unwrap();
    assert!(said.contains(&format!("  ::: {at} (panicked here)\n")), "{said}");
    assert!(!said.contains("backtrace of the panic"), "{said}");
}

fn a_backtrace_is_there_where_one_is_asked_for() {
    let backtrace = format!("{LEVELS},backtrace");
    let asks: [&[(&str, &str)]; 4] = [
        &[("RUST_BACKTRACE", "1")],
        &[("RUST_LIB_BACKTRACE", "1")],
        &[("CHECKED_ASYNC", &backtrace)],
        &[("CHECKED_ASYNC", &backtrace), ("RUST_BACKTRACE", "0")],
    ];
    for variables in asks {
        let (shown, _) = run("backtrace", variables);
        assert_ne!(shown, "none\n", "{variables:?}");
        if stacks_have_places() {
            // Not of std, nor of this library.
            assert!(shown.starts_with("0: panic_hook::job"), "{shown}");
            assert!(shown.contains("panic_hook::main"), "{shown}");
        }
    }
    let none: [&[(&str, &str)]; 3] =
        [&[], &[("RUST_BACKTRACE", "0")], &[("RUST_BACKTRACE", "1"), ("RUST_LIB_BACKTRACE", "0")]];
    for variables in none {
        assert_eq!(run("backtrace", variables).0, "none\n", "{variables:?}");
    }
}
