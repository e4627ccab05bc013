//! Types, modules and functions of one's own that have the names of std's.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::HashMap;

/// Files in memory.
mod fs {
    use std::collections::HashMap;

    #[derive(Default)]
    pub struct Disk(HashMap<String, Vec<u8>>);
    impl Disk {
        pub fn write(&mut self, path: &str, bytes: &[u8]) {
            self.0.insert(path.to_owned(), bytes.to_vec());
        }
        pub fn read(&self, path: &str) -> Option<&[u8]> {
            self.0.get(path).map(Vec::as_slice)
        }
    }
    pub fn read_to_string(disk: &Disk, path: &str) -> String {
        String::from_utf8_lossy(disk.read(path).unwrap_or_default()).into_owned()
    }
    pub fn metadata(disk: &Disk, path: &str) -> usize {
        disk.read(path).map_or(0, <[u8]>::len)
    }
}

struct File(Vec<u8>);
impl File {
    fn open(disk: &fs::Disk, path: &str) -> Option<Self> {
        disk.read(path).map(|bytes| Self(bytes.to_vec()))
    }
    fn read_to_string(&mut self, text: &mut String) -> usize {
        *text += &String::from_utf8_lossy(&self.0);
        self.0.len()
    }
    fn flush(&mut self) {
        self.0.clear();
    }
}

/// A command of an editor, and what it leaves behind.
struct Command(&'static str);
impl Command {
    fn output(&self) -> String {
        self.0.to_uppercase()
    }
    fn status(&self) -> bool {
        !self.0.is_empty()
    }
}

struct TcpStream(u16);
impl TcpStream {
    fn connect(port: u16) -> Self {
        Self(port)
    }
}

#[checked_async]
async fn edit(disk: &mut fs::Disk, children: HashMap<u32, File>) -> Option<String> {
    disk.write("a", b"text");
    let mut text = fs::read_to_string(disk, "a");
    let mut file = File::open(disk, "a")?;
    file.read_to_string(&mut text);
    file.flush();
    let undo = Command("undo");
    if undo.status() && TcpStream::connect(80).0 > 1 {
        text += &undo.output();
    }
    let total: usize = ["a", "b"].iter().map(|path| fs::metadata(disk, path)).sum();
    tokio::task::yield_now().await;
    (total + children.len() > 3).then_some(text)
}
