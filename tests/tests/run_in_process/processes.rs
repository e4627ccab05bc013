//! Looking at processes from outside, and folders for them to leave notes in.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

/// A folder that is gone with its test.
pub(crate) struct Notes(PathBuf);

impl Notes {
    pub(crate) fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits for something that has to happen.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < Duration::from_secs(30), "in vain: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The number that a process has left in a file.
#[track_caller]
pub(crate) fn wait_number(file: &Path) -> u32 {
    wait_until(&format!("{} is there", file.display()), || file.exists());
    fs::read_to_string(file).unwrap().parse().unwrap()
}

#[track_caller]
pub(crate) fn wait_end(process: u32) {
    wait_until(&format!("process {process} ends"), || !is_alive(process));
}

pub(crate) fn kill(process: u32) {
    rustix::process::kill_process(pid(process), Signal::KILL).unwrap();
}

/// Does a process run? A zombie does not.
pub(crate) fn is_alive(process: u32) -> bool {
    if !Path::new("/proc/self/stat").exists() {
        return rustix::process::test_kill_process(pid(process)).is_ok();
    }
    stat(process).is_some_and(|(state, _)| !["Z", "X"].contains(&state.as_str()))
}

/// The children of this process, zombies among them.
pub(crate) fn children() -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process| stat(*process).is_some_and(|(_, parent)| parent == std::process::id()))
        .collect()
}

/// A process' state, and its parent.
fn stat(process: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ');
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

fn pid(process: u32) -> Pid {
    Pid::from_raw(process.try_into().unwrap()).unwrap()
}
