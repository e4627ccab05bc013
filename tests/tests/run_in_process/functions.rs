//! What the workers of these tests can run.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use checked_async::{Functions, run_in_process};
use serde::{Deserialize, Serialize};

/// All of them, but for [`unregistered`].
pub(crate) fn registered() -> Functions {
    Functions::new()
        .register(double)
        .register(count)
        .register(process)
        .register(meet)
        .register(hang)
        .register(hang_with_subprocess)
        .register(leave)
        .register(panic_with)
        .register(panic_without_text)
        .register(reversed)
        .register(same::<Attributes>)
        .register(same::<Vec<Shape>>)
        .register(same::<Hostile>)
        .register(same::<String>)
        .register(hostile)
        .register(nested)
        .register(print)
        .register(read_input)
        .register(touch)
        .register(arguments)
        .register(group)
        .register(recurse)
        .register(close_everything)
}

pub(crate) fn double(n: u64) -> u64 {
    2 * n
}

pub(crate) fn unregistered(n: u64) -> u64 {
    n
}

/// How many times it was called before in this worker.
pub(crate) fn count(_: ()) -> u32 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    CALLS.fetch_add(1, Ordering::SeqCst)
}

pub(crate) fn process(_: ()) -> u32 {
    std::process::id()
}

/// Waits until another call has left a file, after having left one. Were it to wait too long, it gives up.
pub(crate) fn meet((mine, other): (PathBuf, PathBuf)) -> bool {
    write_whole(&mine, "here");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        if other.exists() {
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    false
}

/// Leaves its process' number in a file, and never returns.
pub(crate) fn hang(file: PathBuf) {
    write_whole(&file, &std::process::id().to_string());
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

/// As [`hang`], with the number of a subprocess that never ends either.
pub(crate) fn hang_with_subprocess(file: PathBuf) {
    let mut subprocess = Command::new("sleep").arg("1000").spawn().unwrap();
    write_whole(&file, &subprocess.id().to_string());
    subprocess.wait().unwrap();
}

pub(crate) fn leave(status: i32) {
    std::process::exit(status);
}

pub(crate) fn panic_with(message: String) {
    panic!("{message}");
}

pub(crate) fn panic_without_text(n: u32) {
    std::panic::panic_any(n);
}

pub(crate) fn reversed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.reverse();
    bytes
}

pub(crate) fn same<T>(value: T) -> T {
    value
}

pub(crate) fn hostile(part: u32) -> Hostile {
    Hostile(part)
}

pub(crate) fn nested(n: u64) -> Result<u64, String> {
    async_io::block_on(run_in_process(double, n)).map_err(|error| format!("{:?}: {error}", error.kind()))
}

pub(crate) fn print(text: String) {
    print!("to stdout: {text}");
    eprint!("to stderr: {text}");
}

/// How much there is on standard input.
pub(crate) fn read_input(_: ()) -> usize {
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap()
}

pub(crate) fn touch(file: PathBuf) {
    fs::write(file, "").unwrap();
}

pub(crate) fn arguments(_: ()) -> Vec<String> {
    std::env::args().skip(1).collect()
}

/// Its process group, and its process.
pub(crate) fn group(_: ()) -> (i32, i32) {
    let (group, process) = (rustix::process::getpgrp(), rustix::process::getpid());
    (group.as_raw_nonzero().get(), process.as_raw_nonzero().get())
}

/// Overflows the stack.
pub(crate) fn recurse(n: u64) -> u64 {
    if n == u64::MAX { n } else { std::hint::black_box(recurse(n + 1)) + 1 }
}

/// Replaces itself by another program: the connection is lost, the process lives on.
pub(crate) fn close_everything(_: ()) {
    use std::os::unix::process::CommandExt;
    panic!("{}", Command::new("sleep").arg("1000").exec());
}

/// Values as serde's attributes make them hard.
#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
pub(crate) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) absent: Option<String>,
    pub(crate) present: Option<i8>,
    #[serde(flatten)]
    pub(crate) more: std::collections::BTreeMap<String, f64>,
    #[serde(rename = "ünïcode")]
    pub(crate) big: u128,
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
#[serde(untagged)]
pub(crate) enum Shape {
    Bytes(Vec<u8>),
    Circle { radius: f32 },
    Word(char),
    Nothing,
}

/// What goes wrong where one of these goes through serde.
#[derive(Debug)]
pub(crate) struct Hostile(pub(crate) u32);

impl Hostile {
    pub(crate) const FINE: u32 = 0;
    pub(crate) const CANNOT_BE_WRITTEN: u32 = 1;
    pub(crate) const CANNOT_BE_READ: u32 = 2;
    pub(crate) const PANICS_WHEN_WRITTEN: u32 = 3;
    pub(crate) const PANICS_WHEN_READ: u32 = 4;
}

impl Serialize for Hostile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Self::CANNOT_BE_WRITTEN => Err(serde::ser::Error::custom("not to be written")),
            Self::PANICS_WHEN_WRITTEN => panic!("panics when written"),
            part => part.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Hostile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            Self::CANNOT_BE_READ => Err(serde::de::Error::custom("not to be read")),
            Self::PANICS_WHEN_READ => panic!("panics when read"),
            part => Ok(Self(part)),
        }
    }
}

/// Writes a file that is either whole or not there.
pub(crate) fn write_whole(file: &Path, text: &str) {
    let unfinished = file.with_extension(format!("{}-unfinished", std::process::id()));
    let mut new = fs::File::create(&unfinished).unwrap();
    new.write_all(text.as_bytes()).unwrap();
    fs::rename(unfinished, file).unwrap();
}
