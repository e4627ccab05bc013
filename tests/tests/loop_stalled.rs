//! Loops that stand still, and loops that only wait. Each is in a process of its own: what the process waits for counts.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    match std::env::var(linux::SCENARIO) {
        Ok(scenario) => linux::play(&scenario),
        Err(_) => linux::test(),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::future::{Future, pending};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::Duration;

    use checked_async::signal::{Signal, Signals};
    use checked_async::stream::StreamExt;
    use checked_async::{
        EventLoop, Kind, channel, io, process, promise, reported, run_blocking, set_exception_handler, sleep, spawn,
    };

    pub(super) const SCENARIO: &str = "SCENARIO";
    /// From when on a loop is said to stand still.
    const LIMIT: Duration = Duration::from_millis(5);
    /// What is waited for lasts that long: some looks at the loop.
    const LONG: Duration = Duration::from_millis(600);

    /// The scenarios, and whether they are stalled.
    const SCENARIOS: &[(&str, bool)] = &[
        // These two take longest: how long a loop may stand still is not set in them.
        ("tasks wait for each other", true),
        ("another thread may send by default", false),
        ("another thread never takes that long", true),
        ("a server without visitors", false),
        ("a timer", false),
        ("a closure on another thread", false),
        ("a process", false),
        ("a signal", false),
        ("the server is gone", true),
    ];

    pub(super) fn test() {
        let children: Vec<Child> = SCENARIOS
            .iter()
            .map(|(scenario, _)| {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.env(SCENARIO, scenario).env("CHECKED_ASYNC", "slow_select=off,slow_poll=off");
                command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
            })
            .collect();
        for ((scenario, is_stalled), child) in SCENARIOS.iter().zip(children) {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{scenario}: {}", output.status);
            assert_eq!(said, if *is_stalled { "stalled\n" } else { "not stalled\n" }, "{scenario}");
            println!("test {scenario} ... ok");
        }
    }

    /// Runs a loop, and says whether it is said to stand still before it ends.
    fn run<F: Future<Output = ()>>(main: F) {
        EventLoop::builder().debug(true).stalled_after(LIMIT).run(main).unwrap();
        say();
    }

    /// The same with the time that is set where nothing else is.
    fn run_by_default<F: Future<Output = ()>>(main: F) {
        EventLoop::builder().debug(true).run(main).unwrap();
        say();
    }

    fn say() {
        assert_eq!(reported(Kind::StalledLoop), 0, "else it would have ended");
        println!("not stalled");
    }

    pub(super) fn play(scenario: &str) {
        set_exception_handler(|violation| {
            assert_eq!(violation.kind, Kind::StalledLoop, "{violation}");
            assert!(violation.notes[0].contains("main: waiting"), "{violation}");
            println!("stalled");
            std::process::exit(0);
        });
        match scenario {
            "tasks wait for each other" => run_by_default(async {
                let (to_first, first_receives) = channel::bounded::<()>(1);
                let (to_second, second_receives) = channel::bounded::<()>(1);
                let first = spawn(async move {
                    first_receives.recv().await.unwrap();
                    to_second.send(()).await.unwrap();
                });
                second_receives.recv().await.unwrap();
                to_first.send(()).await.unwrap();
                first.await.unwrap();
            }),
            "another thread may send by default" => {
                let (sender, receiver) = channel::bounded(1);
                // Longer than what is set.
                let sends = thread::spawn(move || {
                    thread::sleep(Duration::from_secs(11));
                    sender.send_blocking(()).unwrap();
                });
                run_by_default(async move { receiver.recv().await.unwrap() });
                sends.join().unwrap();
            }
            "another thread never takes that long" => {
                let (_sender, receiver) = channel::bounded::<()>(1);
                thread::spawn(thread::park);
                run(async move { receiver.recv().await.unwrap() });
            }
            "a server without visitors" => {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let address = listener.local_addr().unwrap();
                thread::spawn(move || {
                    thread::sleep(LONG);
                    TcpStream::connect(address).unwrap();
                });
                let listener = io::Async::new(listener).unwrap();
                run(async move { drop(listener.accept().await.unwrap()) });
            }
            "a timer" => run(async { sleep(LONG).await }),
            "a closure on another thread" => run(async { run_blocking(|| thread::sleep(LONG)).await.unwrap() }),
            "a process" => run(async {
                assert!(process::Command::new("sleep").arg("0.6").status().await.unwrap().success());
            }),
            "a signal" => run(async {
                let mut signals = Signals::new([Signal::Usr1]).unwrap();
                let pid = std::process::id();
                thread::spawn(move || {
                    thread::sleep(LONG);
                    Command::new("sh").args(["-c", &format!("kill -USR1 {pid}")]).status().unwrap();
                });
                signals.next().await.unwrap().unwrap();
            }),
            "the server is gone" => run(async {
                let listener = io::Async::new(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
                let server = spawn(async move { drop(listener.accept().await.unwrap()) });
                checked_async::yield_now().await;
                checked_async::yield_now().await;
                server.cancel();
                drop(server.await);
                let (_promise, promised) = promise::<()>();
                promised.await.unwrap();
                pending::<()>().await;
            }),
            _ => panic!("unknown scenario {scenario}"),
        }
    }
}
