//! Programs to look at from outside.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use async_io::block_on;
use checked_async::{WorkerErrorKind, WorkerPool, run_in_process, shutdown_workers};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::functions::*;
use crate::processes::*;

/// The argument before a scenario's name.
pub(crate) const MARK: &str = "scenario";

/// The variable under which this program's `main` has forgotten `serve_if_worker`.
pub(crate) const FORGETFUL: &str = "CHECKED_ASYNC_TESTS_FORGETFUL";

/// Starts a scenario.
pub(crate) fn start(name: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([MARK, name]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// What a scenario writes to standard output. It has to end well.
#[track_caller]
pub(crate) fn output(name: &str, arguments: &[&str]) -> String {
    let output = start(name, arguments).wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn run(name: &str, arguments: &[&str]) {
    match (name, arguments) {
        ("leave_workers", [folder, way]) => leave_workers(Path::new(folder), way),
        ("out_of_files", []) => out_of_files(),
        ("prints", []) => prints(),
        ("zombies", []) => zombies(),
        _ => panic!("no scenario: {name} {arguments:?}"),
    }
}

pub(crate) fn not_served() {
    let error = block_on(run_in_process(double, 1)).unwrap_err();
    println!("{:?}: {error}", error.kind());
    tell_children();
}

fn leave_workers(folder: &Path, way: &str) {
    let pool = WorkerPool::builder().max_workers(3).build();
    let _busy = pool.run(hang, folder.join("busy"));
    let _subprocess = pool.run(hang_with_subprocess, folder.join("subprocess"));
    let idle = block_on(pool.run(process, ())).unwrap();
    write_whole(&folder.join("idle"), &idle.to_string());
    wait_number(&folder.join("busy"));
    wait_number(&folder.join("subprocess"));
    match way {
        "exit" => std::process::exit(0),
        _ => block_on(std::future::pending::<()>()),
    }
}

/// Not with an executor that needs files of its own.
fn out_of_files() {
    let limits = getrlimit(Resource::Nofile);
    let with_limit = |limit| {
        let pool = WorkerPool::new();
        setrlimit(Resource::Nofile, Rlimit { current: Some(limit), ..limits }).unwrap();
        let result = futures::executor::block_on(pool.run(double, 3));
        setrlimit(Resource::Nofile, limits).unwrap();
        result
    };
    match with_limit(3).unwrap_err().kind() {
        WorkerErrorKind::Start(why) => println!("Start({:?})", why.raw_os_error()),
        kind => println!("{kind:?}"),
    }
    // Wherever it runs out of them, it fails in the same way, or does not. A worker has the same limit.
    for limit in 4..10 {
        if let Err(error) = with_limit(limit) {
            assert!(matches!(error.kind(), WorkerErrorKind::Start(_) | WorkerErrorKind::EndedAtStart(_)), "{error}");
        }
    }
    println!("{:?}", futures::executor::block_on(run_in_process(double, 3)).map_err(|error| error.to_string()));
}

fn prints() {
    block_on(async {
        run_in_process(print, "first\n".to_owned()).await.unwrap();
        run_in_process(print, "second, from ".to_owned()).await.unwrap();
    });
    println!("{}", block_on(run_in_process(double, 2)).unwrap());
}

/// Workers end in every way that there is.
fn zombies() {
    let notes = Notes::new("zombies");
    let pool = WorkerPool::builder().max_workers(2).build();
    block_on(async {
        pool.run(leave, 1).await.unwrap_err();
        let dropped = pool.run(hang, notes.file("dropped"));
        wait_number(&notes.file("dropped"));
        drop(dropped);
        let killed = pool.run(hang, notes.file("killed"));
        kill(wait_number(&notes.file("killed")));
        killed.await.unwrap_err();
        let idle = pool.run(process, ()).await.unwrap();
        kill(idle);
        pool.run(double, 1).await.unwrap();
        run_in_process(double, 1).await.unwrap();
        pool.shutdown().await;
        shutdown_workers().await;
    });
    tell_children();
}

fn tell_children() {
    match children()[..] {
        [] => println!("no children"),
        ref children => println!("{children:?}"),
    }
}
