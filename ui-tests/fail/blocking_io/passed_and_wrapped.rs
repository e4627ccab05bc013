//! Functions of `std::fs` that are passed by name, and files behind readers, writers and pointers.

use checked_async::checked_async;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

#[checked_async]
async fn load_all(paths: &[PathBuf]) -> Vec<io::Result<String>> {
    paths.iter().map(fs::read_to_string).collect() //~ warning blocking_io: fs::read_to_string
}

#[checked_async]
async fn total_size(path: Option<PathBuf>) -> u64 {
    path.map(std::fs::metadata).and_then(Result::ok).map_or(0, |data| data.len()) //~ warning blocking_io: std::fs::metadata
}

#[checked_async]
async fn first_line(reader: &mut BufReader<File>) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?; //~ warning blocking_io: reader.read_line(&mut line)
    Ok(line)
}

struct Log {
    file: BufWriter<File>,
    shared: Arc<File>,
}

#[checked_async]
impl Log {
    async fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?; //~ warning blocking_io: self.file.write_all(line.as_bytes())
        self.shared.sync_all() //~ warning blocking_io: self.shared.sync_all()
    }

    async fn read_back(&self) -> io::Result<String> {
        let mut text = String::new();
        (&*self.shared).read_to_string(&mut text)?; //~ missed blocking_io: (&*self.shared).read_to_string(&mut text)
        Ok(text)
    }
}
