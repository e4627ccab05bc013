//! Dumps of tasks: on a signal, at the end, by the environment and by the program. Each test runs this program again.

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
    use std::fs;
    use std::future::pending;
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
    use std::thread;
    use std::time::Duration;

    use checked_async::signal::{Signal, Signals};
    use checked_async::stream::StreamExt;
    use checked_async::{EventLoop, checked_async, spawn, yield_now};
    use checked_async_tests::program::LEVELS;
    use serde_json::Value;

    pub(super) const SCENARIO: &str = "SCENARIO";
    const SIGUSR1: i32 = if cfg!(target_os = "linux") { 10 } else { 30 };

    pub(super) fn test() {
        let tests: &[(&str, fn())] = &[
            ("a_signal_dumps_to_a_file", a_signal_dumps_to_a_file),
            ("a_signal_dumps_to_stderr", a_signal_dumps_to_stderr),
            ("a_busy_loop_is_listed", a_busy_loop_is_listed),
            ("several_loops_are_one_dump", several_loops_are_one_dump),
            ("who_else_handles_the_signal_still_does", who_else_handles_the_signal_still_does),
            ("nobody_asked_for_it", nobody_asked_for_it),
            ("the_program_asks_for_it", the_program_asks_for_it),
            ("some_signals_cannot_be_handled", some_signals_cannot_be_handled),
            ("what_a_run_leaves_is_dumped_at_its_end", what_a_run_leaves_is_dumped_at_its_end),
            ("a_page_is_written_at_the_end_of_the_loop", a_page_is_written_at_the_end_of_the_loop),
            ("a_dump_that_cannot_be_written_does_no_harm", a_dump_that_cannot_be_written_does_no_harm),
        ];
        // Tasks of tokio are known where there are checks.
        let of_tokio: &[(&str, fn())] = &[
            ("a_signal_dumps_tasks_of_tokio", a_signal_dumps_tasks_of_tokio),
            ("tasks_of_tokio_and_of_a_loop_are_one_dump", tasks_of_tokio_and_of_a_loop_are_one_dump),
            ("a_page_shows_the_tasks_of_tokio", a_page_shows_the_tasks_of_tokio),
            ("a_page_is_written_when_a_worker_has_begun", a_page_is_written_when_a_worker_has_begun),
            ("a_signal_dumps_tasks_of_plain_tokio", a_signal_dumps_tasks_of_plain_tokio),
            ("a_page_shows_the_tasks_of_plain_tokio", a_page_shows_the_tasks_of_plain_tokio),
        ];
        for (name, test) in tests.iter().chain(if cfg!(debug_assertions) { of_tokio } else { &[] }) {
            test();
            println!("test {name} ... ok");
        }
    }

    #[checked_async]
    async fn forever() {
        pending().await
    }

    /// A task, and the future that is run, which wait for ever.
    async fn wait() {
        let reader = spawn(async { forever().await }).named("reader");
        yield_now().await;
        yield_now().await;
        println!("ready");
        reader.await.unwrap();
    }

    pub(super) fn play(scenario: &str) {
        match scenario {
            "waits" => checked_async::run(wait()),
            "busy" => checked_async::run(async {
                spawn(async {
                    println!("ready");
                    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
                })
                .await
                .unwrap();
            }),
            "two" => {
                let other = thread::Builder::new().name("other".into()).spawn(|| checked_async::run(wait())).unwrap();
                checked_async::run(wait());
                other.join().unwrap();
            }
            "listens" => checked_async::run(async {
                let mut signals = Signals::new([Signal::Usr1]).unwrap();
                println!("ready");
                signals.next().await.unwrap().unwrap();
                println!("heard");
            }),
            "asks" => EventLoop::builder().dump_on_signal(SIGUSR1).run(wait()).unwrap(),
            "asks for too much" => {
                let error = EventLoop::builder().dump_on_signal(9).build().unwrap_err();
                println!("{error}");
            }
            "leaves" => checked_async::run(async {
                drop(spawn(async { forever().await }).named("left <over>"));
                let slow = spawn(async { thread::sleep(Duration::from_millis(120)) }).named("slow");
                slow.await.unwrap();
            }),
            "tokio" => runtime().block_on(wait_on_tokio()),
            "tokio and a loop" => {
                thread::spawn(|| runtime().block_on(wait_on_tokio()));
                checked_async::run(wait());
            }
            "tokio ends" => runtime().block_on(work_on_tokio()),
            "plain tokio" => runtime().block_on(wait_on_plain_tokio()),
            "plain tokio ends" => runtime().block_on(work_on_plain_tokio()),
            "tokio begins elsewhere" => {
                runtime().block_on(async { tokio::spawn(work_on_tokio()).await.unwrap() });
            }
            _ => panic!("unknown scenario {scenario}"),
        }
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    }

    async fn wait_on_tokio() {
        let reader = checked_async::tokio::spawn(async { forever().await }).named("reader of tokio");
        while !checked_async::tokio::task_tree().to_string().contains("awaits dump::unix::forever") {
            tokio::task::yield_now().await;
        }
        println!("ready");
        reader.await.unwrap();
    }

    async fn work_on_tokio() {
        let slow = checked_async::tokio::spawn(async { thread::sleep(Duration::from_millis(120)) }).named("slow");
        slow.await.unwrap();
        let closure = || thread::sleep(Duration::from_millis(120));
        checked_async::tokio::spawn_blocking(closure).named("closure").await.unwrap();
        let (name, is_named) = tokio::sync::oneshot::channel();
        let panics = checked_async::tokio::spawn(async {
            is_named.await.unwrap();
            std::panic::resume_unwind(Box::new("quietly"))
        });
        let panics = panics.named("panics");
        name.send(()).unwrap();
        assert!(panics.await.map(|never: ()| never).is_err());
        let stays = checked_async::tokio::spawn(async { forever().await }).named("stays");
        tokio::task::yield_now().await;
        stays.abort();
        assert!(stays.await.unwrap_err().is_cancelled());
    }

    #[checked_async]
    async fn wait_on_plain_tokio() {
        let reader = tokio::spawn(forever());
        while !checked_async::tokio::task_tree().to_string().contains("awaits dump::unix::forever") {
            tokio::task::yield_now().await;
        }
        println!("ready");
        reader.await.unwrap();
    }

    fn block() {
        thread::sleep(Duration::from_millis(120));
    }

    #[checked_async]
    async fn blocks() {
        tokio::task::yield_now().await;
        block();
    }

    #[checked_async]
    async fn panics() {
        std::panic::resume_unwind(Box::new("quietly"))
    }

    #[checked_async]
    async fn work_on_plain_tokio() {
        tokio::spawn(blocks()).await.unwrap();
        assert!(tokio::spawn(panics()).await.is_err());
        let stays = tokio::spawn(forever());
        tokio::task::yield_now().await;
        stays.abort();
        assert!(stays.await.unwrap_err().is_cancelled());
    }

    /// A file in a folder for tests that is not there yet.
    fn file(name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("dump-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    struct Running {
        child: Child,
        stdout: BufReader<ChildStdout>,
    }

    impl Running {
        /// Starts a scenario, which is to dump to this path.
        fn start(scenario: &str, path: &str) -> Self {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.env(SCENARIO, scenario).env("CHECKED_ASYNC", LEVELS).env("CHECKED_ASYNC_DUMP", path);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let stdout = BufReader::new(child.stdout.take().unwrap());
            Running { child, stdout }
        }

        #[track_caller]
        fn expect(&mut self, expected: &str) {
            let mut line = String::new();
            self.stdout.read_line(&mut line).unwrap();
            assert_eq!(line.trim_end(), expected);
        }

        fn signal(&self) {
            let kill = format!("kill -USR1 {}", self.child.id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        }

        /// Ends it; what it has said on stderr.
        fn kill(mut self) -> String {
            self.child.kill().unwrap();
            self.end().1
        }

        /// Waits for its end; what it has said on stderr.
        fn end(mut self) -> (ExitStatus, String) {
            drop(self.child.stdin.take());
            let mut said = String::new();
            self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            (self.child.wait().unwrap(), said)
        }
    }

    /// Waits for a file: it is there as a whole.
    fn read(path: &PathBuf) -> String {
        loop {
            if let Ok(text) = fs::read_to_string(path) {
                fs::remove_file(path).unwrap();
                return text;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn a_signal_dumps_to_a_file() {
        let (text, json) = (file("signal.txt"), file("signal.json"));
        let mut running = Running::start("waits", text.to_str().unwrap());
        running.expect("ready");
        for _ in 0..2 {
            running.signal();
            let text = read(&text);
            assert!(text.starts_with("event loop of thread `main`, on request: 2 tasks\nmain: waiting for "), "{text}");
            assert!(text.contains("\n└── reader: waiting for "), "{text}");
            assert_eq!(text.contains("    └── awaits dump::unix::forever at "), cfg!(debug_assertions), "{text}");
        }
        assert_eq!(running.kill(), "");
        let mut running = Running::start("waits", json.to_str().unwrap());
        running.expect("ready");
        running.signal();
        let dump: Value = serde_json::from_str(&read(&json)).unwrap();
        assert_eq!((&dump["why"], &dump["loops"][0]["thread"]), (&"on request".into(), &"main".into()));
        assert_eq!(dump["loops"][0]["tasks"][1]["name"], "reader");
        assert_eq!(running.kill(), "");
    }

    fn a_signal_dumps_to_stderr() {
        let mut running = Running::start("waits", "-");
        running.expect("ready");
        running.signal();
        let mut stderr = BufReader::new(running.child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert_eq!(stderr.next().unwrap(), "event loop of thread `main`, on request: 2 tasks");
        assert!(stderr.next().unwrap().starts_with("main: waiting for "));
        assert!(stderr.next().unwrap().starts_with("└── reader: waiting for "));
        running.child.kill().unwrap();
        running.child.wait().unwrap();
    }

    fn a_busy_loop_is_listed() {
        let path = file("busy.txt");
        let mut running = Running::start("busy", path.to_str().unwrap());
        running.expect("ready");
        running.signal();
        let text = read(&path);
        assert!(text.starts_with("event loop of thread `main`, on request: no answer within 1 s"), "{text}");
        let (status, said) = running.end();
        assert!(status.success() && said.is_empty(), "{status}: {said}");
        // At the end of the run.
        assert_eq!(read(&path), "event loop of thread `main`, at the end of a run: 0 tasks\n");
    }

    fn several_loops_are_one_dump() {
        let path = file("two.json");
        let mut running = Running::start("two", path.to_str().unwrap());
        running.expect("ready");
        running.expect("ready");
        running.signal();
        let dump: Value = serde_json::from_str(&read(&path)).unwrap();
        let mut threads: Vec<_> = dump["loops"].as_array().unwrap().iter().map(|it| it["thread"].clone()).collect();
        threads.sort_by_key(Value::to_string);
        assert_eq!(threads, ["main", "other"]);
        running.kill();
    }

    fn who_else_handles_the_signal_still_does() {
        let path = file("listens.txt");
        let mut running = Running::start("listens", path.to_str().unwrap());
        running.expect("ready");
        running.signal();
        running.expect("heard");
        assert!(read(&path).contains("event loop of thread `main`"));
        running.end();
        let _ = fs::remove_file(path);
    }

    fn nobody_asked_for_it() {
        let mut running = Running::start("waits", "");
        running.expect("ready");
        running.signal();
        let (status, said) = running.end();
        assert_eq!((status.signal(), said.as_str()), (Some(SIGUSR1), ""));
    }

    fn the_program_asks_for_it() {
        let mut running = Running::start("asks", "");
        running.expect("ready");
        running.signal();
        let mut line = String::new();
        BufReader::new(running.child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "event loop of thread `main`, on request: 2 tasks\n");
        running.child.kill().unwrap();
        running.child.wait().unwrap();
    }

    fn some_signals_cannot_be_handled() {
        let mut running = Running::start("asks for too much", "");
        running.expect("signal 9 cannot be handled");
        assert!(running.end().0.success());
    }

    fn what_a_run_leaves_is_dumped_at_its_end() {
        let path = file("leaves.json");
        let (status, said) = Running::start("leaves", path.to_str().unwrap()).end();
        assert!(status.success() && said.is_empty(), "{status}: {said}");
        let dump: Value = serde_json::from_str(&read(&path)).unwrap();
        assert_eq!(dump["why"], "at the end of a run");
        assert_eq!(dump["loops"][0]["tasks"].as_array().unwrap().len(), 1);
        assert_eq!(dump["loops"][0]["tasks"][0]["name"], "left <over>");
        let (status, said) = Running::start("leaves", "-").end();
        assert!(status.success());
        assert!(
            said.starts_with("event loop of thread `main`, at the end of a run: 1 task\nleft <over>: waiting"),
            "{said}"
        );
    }

    fn a_page_is_written_at_the_end_of_the_loop() {
        let path = file("leaves.html");
        let (status, said) = Running::start("leaves", path.to_str().unwrap()).end();
        assert!(status.success() && said.is_empty(), "{status}: {said}");
        let page = read(&path);
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        assert!(page.contains("<td>left &lt;over&gt;</td>") && !page.contains("left <over>"));
        // Its level is off, but it was slow.
        let (_, slow) = page.split_once("<h2>Slow steps</h2>").unwrap();
        assert!(slow.split_once("</table>").unwrap().0.contains("<td>slow</td>"));
        let (_, data) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
        let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
        let names: Vec<&Value> = data["tasks"].as_array().unwrap().iter().map(|task| &task["name"]).collect();
        assert_eq!(names, ["main", "left <over>", "slow"]);
        assert_eq!(data["steps"].as_array().unwrap().len() % 4, 0);
        assert!(data["tasks"].as_array().unwrap().iter().all(|task| task["finished"].is_u64()));
    }

    fn a_dump_that_cannot_be_written_does_no_harm() {
        let (status, said) = Running::start("leaves", "/nowhere/at/all.txt").end();
        assert!(status.success());
        assert!(
            said.starts_with("warning: checked-async: the tasks cannot be written to `/nowhere/at/all.txt`: "),
            "{said}"
        );
    }

    fn a_signal_dumps_tasks_of_tokio() {
        let (text, json) = (file("tokio.txt"), file("tokio.json"));
        let mut running = Running::start("tokio", text.to_str().unwrap());
        running.expect("ready");
        for _ in 0..2 {
            running.signal();
            let text = read(&text);
            let begin = "tasks of tokio, on request: 1 task\nreader of tokio: waiting for ";
            assert!(text.starts_with(begin) && text.contains("\n└── awaits dump::unix::forever at "), "{text}");
        }
        assert_eq!(running.kill(), "");
        let mut running = Running::start("tokio", json.to_str().unwrap());
        running.expect("ready");
        running.signal();
        let dump: Value = serde_json::from_str(&read(&json)).unwrap();
        assert_eq!(dump["loops"], Value::Array(vec![]));
        assert_eq!(dump["tokio"]["tasks"][0]["name"], "reader of tokio");
        assert_eq!(running.kill(), "");
    }

    fn tasks_of_tokio_and_of_a_loop_are_one_dump() {
        let path = file("both.json");
        let mut running = Running::start("tokio and a loop", path.to_str().unwrap());
        running.expect("ready");
        running.expect("ready");
        running.signal();
        let dump: Value = serde_json::from_str(&read(&path)).unwrap();
        assert_eq!(dump["loops"][0]["tasks"][1]["name"], "reader");
        assert_eq!(dump["tokio"]["tasks"][0]["name"], "reader of tokio");
        running.kill();
    }

    /// The names of the tasks of `work_on_tokio` and whether each was slow, as its page has them.
    fn of_page(scenario: &str) -> Vec<(String, bool)> {
        let path = file("tokio.html");
        let (status, said) = Running::start(scenario, path.to_str().unwrap()).end();
        assert!(status.success() && said.is_empty(), "{status}: {said}");
        let page = read(&path);
        let (_, data) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
        let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
        let tasks = data["tasks"].as_array().unwrap();
        assert!(tasks.iter().all(|task| task["finished"].is_u64()), "{tasks:?}");
        let steps: Vec<u64> = data["steps"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
        let is_slow = |task: usize| steps.chunks(4).any(|step| step[0] == task as u64 && step[3] == 1);
        (0..tasks.len()).map(|at| (tasks[at]["name"].as_str().unwrap().to_owned(), is_slow(at))).collect()
    }

    #[track_caller]
    fn assert_page(mut tasks: Vec<(String, bool)>) {
        // Whether it was polled before it was aborted is the scheduler's affair.
        tasks.retain(|(name, _)| name != "stays");
        // On a busy machine any step may be slow; a closure, which has its own thread, never is.
        assert_eq!(tasks.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["slow", "closure", "panics"]);
        assert_eq!((tasks[0].1, tasks[1].1), (true, false));
    }

    fn a_page_shows_the_tasks_of_tokio() {
        assert_page(of_page("tokio ends"));
    }

    fn a_page_is_written_when_a_worker_has_begun() {
        assert_page(of_page("tokio begins elsewhere"));
    }

    fn a_signal_dumps_tasks_of_plain_tokio() {
        let path = file("plain.txt");
        let mut running = Running::start("plain tokio", path.to_str().unwrap());
        running.expect("ready");
        running.signal();
        let text = read(&path);
        assert!(text.starts_with("tasks of tokio, on request: 1 task\ndump::unix::forever (task "), "{text}");
        assert!(text.contains("): waiting for ") && text.contains("\n└── awaits dump::unix::forever at "), "{text}");
        assert_eq!(running.kill(), "");
    }

    fn a_page_shows_the_tasks_of_plain_tokio() {
        let mut tasks = of_page("plain tokio ends");
        tasks.retain(|(name, _)| !name.starts_with("dump::unix::forever"));
        let [blocks, panics] = &*tasks else { panic!("{tasks:?}") };
        assert!(blocks.0.starts_with("dump::unix::blocks (task ") && blocks.1, "{tasks:?}");
        assert!(panics.0.starts_with("dump::unix::panics (task "), "{tasks:?}");
    }
}
