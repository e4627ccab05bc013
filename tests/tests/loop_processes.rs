//! What needs a process of its own: Ctrl-C, no file descriptors, no stdin, the end of a thread, settings of the whole
//! program. Each test runs this program again with the name of a scenario.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    match std::env::var(unix::SCENARIO) {
        Ok(scenario) => unix::play(&scenario),
        Err(_) => unix::test(),
    }
}

#[cfg(unix)]
mod unix {
    use std::cell::{Cell, RefCell};
    use std::future::pending;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::ExitStatusExt;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use checked_async::{
        CallbackHandle, EventLoop, Handle, JoinHandle, Kind, Promise, Promised, RunError, Sleep, call_later,
        catch_cancel, handle, promise, reported, run_blocking, sleep, spawn, yield_now,
    };
    use checked_async_tests::faults::{OnDrop, PanicsOnDrop};

    pub(super) const SCENARIO: &str = "SCENARIO";

    /// The tests, by name.
    pub(super) fn test() {
        let tests: &[(&str, fn())] = &[
            ("the_first_ctrl_c_cancels_and_cleans_up", the_first_ctrl_c_cancels_and_cleans_up),
            ("the_second_ctrl_c_ends_at_once", the_second_ctrl_c_ends_at_once),
            ("the_second_ctrl_c_ends_the_shutdown", the_second_ctrl_c_ends_the_shutdown),
            ("after_the_loop_ctrl_c_is_as_before", after_the_loop_ctrl_c_is_as_before),
            ("who_swallows_ctrl_c_gives_a_value", who_swallows_ctrl_c_gives_a_value),
            ("a_loop_may_leave_ctrl_c_alone", a_loop_may_leave_ctrl_c_alone),
            ("without_file_descriptors_there_is_an_error", without_file_descriptors_there_is_an_error),
            ("a_closed_stdin_does_no_harm", a_closed_stdin_does_no_harm),
            ("a_queued_closure_that_is_dropped_never_runs", a_queued_closure_that_is_dropped_never_runs),
            ("what_a_thread_keeps_may_outlive_its_loop", what_a_thread_keeps_may_outlive_its_loop),
            ("at_level_panic_the_run_panics", at_level_panic_the_run_panics),
            ("at_level_off_nothing_is_said", at_level_off_nothing_is_said),
            ("a_stopped_process_is_a_slow_select", a_stopped_process_is_a_slow_select),
        ];
        for (name, test) in tests {
            print!("test {name} ... ");
            std::io::stdout().flush().unwrap();
            test();
            println!("ok");
        }
    }

    /// A scenario, in the child.
    pub(super) fn play(scenario: &str) {
        match scenario {
            "waits" => checked_async::run(async {
                drop(spawn(async {
                    let _ = catch_cancel(pending::<()>()).await;
                    sleep(Duration::from_millis(1)).await;
                    println!("task is clean");
                }));
                yield_now().await;
                println!("ready");
                let _guard = OnDrop(|| println!("main dropped"));
                pending::<()>().await;
            }),
            "cleans up for ever" => checked_async::run(async {
                println!("ready");
                let _ = catch_cancel(pending::<()>()).await;
                println!("cleaning");
                pending::<()>().await;
            }),
            "never ends" => checked_async::run(async {
                drop(spawn(async {
                    let _ = catch_cancel(pending::<()>()).await;
                    println!("refuses");
                    pending::<()>().await;
                }));
                yield_now().await;
                println!("ready");
                pending::<()>().await;
            }),
            "after" => {
                checked_async::run(async {});
                println!("ready");
                loop {
                    thread::park();
                }
            }
            "swallows" => {
                let value = checked_async::run(async {
                    println!("ready");
                    let caught = catch_cancel(pending::<()>()).await;
                    sleep(Duration::from_millis(1)).await;
                    caught.is_err()
                });
                println!("caught: {value}");
                let mut event_loop = EventLoop::new().unwrap();
                let result = event_loop.run(async {
                    Command::new("kill").args(["-INT", &std::process::id().to_string()]).status().unwrap();
                    pending::<()>().await;
                });
                assert!(matches!(result, Err(RunError::Interrupted)), "{result:?}");
                event_loop.run(async {}).unwrap();
                event_loop.close();
                println!("and an error");
            }
            "alone" => {
                let result = EventLoop::builder().handle_ctrl_c(false).run(async {
                    println!("ready");
                    catch_cancel(pending::<()>()).await
                });
                println!("{result:?}");
            }
            "file descriptors" => {
                let made = EventLoop::new().is_ok();
                let ran = EventLoop::builder().run(async { sleep(Duration::from_millis(1)).await });
                assert!(ran.is_ok() || matches!(ran, Err(RunError::Start(_))), "{ran:?}");
                let again = EventLoop::builder().run(async { sleep(Duration::from_millis(1)).await });
                assert_eq!(ran.is_ok(), again.is_ok());
                println!("made {made}, ran {}", ran.is_ok());
            }
            "stdin" => {
                let byte = checked_async::run(async {
                    let (mut writer, reader) = UnixStream::pair().unwrap();
                    let reader = checked_async::io::Async::new(reader).unwrap();
                    drop(run_blocking(move || writer.write_all(b"!").unwrap()).await);
                    let mut byte = [0];
                    reader.read_with(|mut reader| reader.read_exact(&mut byte)).await.unwrap();
                    byte
                });
                assert_eq!(&byte, b"!");
            }
            "queued" => queued(),
            "thread exit" => thread_exit(),
            "slow" => {
                // What it is set to, is in the environment.
                let run = || {
                    EventLoop::builder().debug(true).slow_after(Duration::from_millis(1)).run(async {
                        drop(spawn(async { thread::sleep(Duration::from_millis(5)) }));
                        pending::<()>().await;
                    })
                };
                let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
                println!("{}", panic.downcast_ref::<String>().unwrap());
                let late = || {
                    EventLoop::builder().debug(true).slow_after(Duration::from_millis(1)).run(async {
                        drop(spawn(async {
                            let _ = catch_cancel(pending::<()>()).await;
                            thread::sleep(Duration::from_millis(5));
                        }));
                        yield_now().await;
                    })
                };
                assert!(catch_unwind(AssertUnwindSafe(late)).is_err(), "in the shutdown too");
            }
            "quiet" => {
                let ((), violations) = checked_async::capture(|| {
                    EventLoop::builder()
                        .debug(true)
                        .slow_after(Duration::ZERO)
                        .run(async {
                            drop(spawn(async { panic!("lost") }));
                            checked_async::call_soon(|| panic!("in a callback"));
                            yield_now().await;
                            yield_now().await;
                        })
                        .unwrap();
                });
                assert!(violations.is_empty(), "{}", violations[0]);
            }
            "stopped" => {
                let limit = Duration::from_millis(50);
                EventLoop::builder()
                    .debug(true)
                    .slow_after(limit)
                    .run(async {
                        println!("ready");
                        while reported(Kind::SlowSelect) == 0 {
                            sleep(limit / 2).await;
                        }
                    })
                    .unwrap();
            }
            _ => panic!("unknown scenario {scenario}"),
        }
    }

    /// This program again.
    fn child(scenario: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(SCENARIO, scenario).stdout(Stdio::piped());
        command
    }

    struct Running {
        child: Child,
        lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    }

    impl Running {
        fn start(scenario: &str) -> Self {
            let mut child = child(scenario).spawn().unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut running = Running { child, lines };
            running.expect("ready");
            running
        }

        #[track_caller]
        fn expect(&mut self, line: &str) {
            assert_eq!(self.lines.next().unwrap().unwrap(), line);
        }

        fn send(&self, signal: &str) {
            let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
            assert!(status.success());
        }

        /// The lines that are left, and how it ended.
        fn end(mut self) -> (Vec<String>, std::process::ExitStatus) {
            let lines = self.lines.map(Result::unwrap).collect();
            (lines, self.child.wait().unwrap())
        }
    }

    const SIGINT: i32 = 2;

    fn the_first_ctrl_c_cancels_and_cleans_up() {
        let running = Running::start("waits");
        running.send("-INT");
        let (lines, status) = running.end();
        assert_eq!(lines, ["main dropped", "task is clean"]);
        assert_eq!(status.signal(), Some(SIGINT), "{status}");
    }

    fn the_second_ctrl_c_ends_at_once() {
        let mut running = Running::start("cleans up for ever");
        running.send("-INT");
        running.expect("cleaning");
        running.send("-INT");
        let (lines, status) = running.end();
        assert_eq!((lines.len(), status.code()), (0, Some(130)), "{status}");
    }

    fn the_second_ctrl_c_ends_the_shutdown() {
        let mut running = Running::start("never ends");
        running.send("-INT");
        running.expect("refuses");
        running.send("-INT");
        let (lines, status) = running.end();
        assert_eq!((lines.len(), status.code()), (0, Some(130)), "{status}");
    }

    fn after_the_loop_ctrl_c_is_as_before() {
        let running = Running::start("after");
        running.send("-INT");
        let (_, status) = running.end();
        assert_eq!(status.signal(), Some(SIGINT), "{status}");
    }

    fn who_swallows_ctrl_c_gives_a_value() {
        let running = Running::start("swallows");
        running.send("-INT");
        let (lines, status) = running.end();
        assert_eq!(lines, ["caught: true", "and an error"]);
        assert!(status.success(), "{status}");
    }

    fn a_loop_may_leave_ctrl_c_alone() {
        let running = Running::start("alone");
        running.send("-INT");
        let (lines, status) = running.end();
        assert_eq!((lines.len(), status.signal()), (0, Some(SIGINT)), "{status}");
    }

    fn without_file_descriptors_there_is_an_error() {
        let mut seen = Vec::new();
        // Less than 4, and the program itself cannot be loaded.
        for limit in 4..=20 {
            let output = Command::new("sh")
                .args(["-c", &format!("ulimit -n {limit}; exec \"$0\"")])
                .arg(std::env::current_exe().unwrap())
                .env(SCENARIO, "file descriptors")
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "with {limit}: {}\n{stderr}", output.status);
            assert!(!stderr.contains("panicked"), "with {limit}: {stderr}");
            seen.push(String::from_utf8(output.stdout).unwrap());
        }
        assert_eq!(seen[0], "made false, ran false\n");
        assert_eq!(seen.last().unwrap(), "made true, ran true\n");
    }

    fn a_closed_stdin_does_no_harm() {
        let status = Command::new("sh")
            .args(["-c", "exec \"$0\" <&-"])
            .arg(std::env::current_exe().unwrap())
            .env(SCENARIO, "stdin")
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
    }

    #[track_caller]
    fn succeeds(command: &mut Command) -> String {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    fn a_queued_closure_that_is_dropped_never_runs() {
        // One thread only, so that a second closure has to wait.
        succeeds(child("queued").env("BLOCKING_MAX_THREADS", "1"));
    }

    fn queued() {
        checked_async::run(async {
            let (release, blocked) = mpsc::channel::<()>();
            let (began, begun) = mpsc::channel::<()>();
            let running = run_blocking(move || {
                began.send(()).unwrap();
                blocked.recv().unwrap();
                // Nobody wants it, and its drop panics on the pool's thread.
                PanicsOnDrop("output of a closure")
            });
            begun.recv().unwrap();
            let (dropped, drops) = mpsc::channel::<()>();
            let queued = run_blocking(move || {
                let _ = &dropped;
                panic!("it was to be dropped");
            });
            drop(queued);
            drop(running);
            release.send(()).unwrap();
            // The sender goes with the closure.
            assert_eq!(drops.recv(), Err(mpsc::RecvError));
            assert_eq!(run_blocking(|| 3).await.unwrap(), 3);
        });
    }

    fn what_a_thread_keeps_may_outlive_its_loop() {
        succeeds(&mut child("thread exit"));
    }

    type Kept = (
        JoinHandle<u32>,
        JoinHandle<()>,
        Sleep,
        CallbackHandle,
        Promise<u32>,
        Promised<Result<u32, u32>>,
        Handle,
        Option<EventLoop>,
    );

    type AtExit = OnDrop<Box<dyn FnMut()>>;

    thread_local! {
        static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
        static LAST: Cell<Option<AtExit>> = const { Cell::new(None) };
    }

    fn thread_exit() {
        // Thread-locals are destroyed last first: those of the library before ours, and after.
        for (ours_first, closed) in [(true, true), (true, false), (false, true), (false, false)] {
            let thread = thread::spawn(move || {
                if ours_first {
                    KEPT.with_borrow(|kept| assert!(kept.is_none()));
                    LAST.take();
                }
                let mut event_loop = EventLoop::new().unwrap();
                let kept = event_loop.run(async {
                    let mut pending_sleep = sleep(Duration::from_secs(3600));
                    assert!(futures_lite::future::poll_once(&mut pending_sleep).await.is_none());
                    let done = spawn(async { 1 });
                    let never = spawn(async {
                        let _guard = OnDrop(|| drop(catch_unwind(|| drop(spawn(async {})))));
                        pending::<()>().await;
                    });
                    yield_now().await;
                    yield_now().await;
                    let callback = call_later(Duration::from_secs(3600), || {});
                    let (first, _) = promise();
                    let (second, promised) = promise();
                    second.set_error(7).unwrap();
                    (done, never, pending_sleep, callback, first, promised, handle())
                });
                let (done, never, sleep, callback, first, promised, handle) = kept.unwrap();
                let late = handle.clone();
                LAST.set(Some(OnDrop(Box::new(move || {
                    late.call_soon(|| {});
                    drop(late.spawn(async {}));
                    let _ = catch_unwind(|| drop(spawn(async {})));
                }))));
                let kept_loop = if closed {
                    event_loop.close();
                    None
                } else {
                    Some(event_loop)
                };
                KEPT.set(Some((done, never, sleep, callback, first, promised, handle, kept_loop)));
            });
            thread.join().unwrap();
        }
    }

    fn at_level_panic_the_run_panics() {
        let said = succeeds(child("slow").env("CHECKED_ASYNC", "slow_poll=panic").stderr(Stdio::null()));
        assert!(said.contains("step of task 2 took"), "{said}");
    }

    fn at_level_off_nothing_is_said() {
        succeeds(child("quiet").env("CHECKED_ASYNC", "0").stderr(Stdio::null()));
    }

    fn a_stopped_process_is_a_slow_select() {
        let mut running = Running::start("stopped");
        while running.child.try_wait().unwrap().is_none() {
            running.send("-STOP");
            thread::sleep(Duration::from_millis(200));
            running.send("-CONT");
            thread::sleep(Duration::from_millis(50));
        }
        let (_, status) = running.end();
        assert!(status.success(), "{status}");
    }
}
