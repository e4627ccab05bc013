//! Files opened in async code, and reads and writes of those that came from elsewhere.

use checked_async::checked_async;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

struct Journal {
    file: File,
    lines: u64,
}

/// One message for each file: what is done with it below is the same mistake.
#[checked_async]
async fn open(path: &Path) -> io::Result<Journal> {
    let mut header = [0; 16];
    let mut old = File::open(path)?; //~ warning blocking_io: File::open(path)
    old.read_exact(&mut header)?;
    let mut file = std::fs::File::create(path.with_extension("new"))?; //~ warning blocking_io: std::fs::File::create(path.with_extension("new"))
    file.write_all(&header)?;
    file.flush()?;
    Ok(Journal { file, lines: 0 })
}

#[checked_async]
async fn reopen(path: &Path) -> io::Result<Journal> {
    let mut text = String::new();
    OpenOptions::new().read(true).open(path)?.read_to_string(&mut text)?; //~ warning blocking_io: OpenOptions::new().read(true).open(path)
    let file = File::options().append(true).open(path)?; //~ warning blocking_io: File::options().append(true).open(path)
    Ok(Journal { file, lines: text.lines().count() as u64 })
}

#[checked_async]
impl Journal {
    async fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?; //~ warning blocking_io: self.file.write_all(line.as_bytes())
        self.lines += 1;
        self.file.flush() //~ warning blocking_io: self.file.flush()
    }
}

#[checked_async]
async fn tail(file: &mut File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::End(-(size as i64)))?;
    let read = file.read_to_end(&mut bytes)?; //~ warning blocking_io: file.read_to_end(&mut bytes)
    bytes.truncate(read);
    Ok(bytes)
}

#[checked_async]
async fn copy(mut journals: Vec<Journal>, mut to: File) -> io::Result<()> {
    let mut block = [0; 512];
    while let Some(mut journal) = journals.pop() {
        let read = journal.file.read(&mut block)?; //~ warning blocking_io: journal.file.read(&mut block)
        let written = async { to.write(&block[..read]) }; //~ missed blocking_io: to.write(&block[..read])
        written.await?;
    }
    Ok(())
}
