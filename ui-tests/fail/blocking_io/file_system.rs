//! Functions of `std::fs`, by every path that leads to them, in every place of a body.

use checked_async::checked_async;
use std::fs::{self as files, create_dir_all, read_dir, rename as shift};
use std::io;
use std::path::Path;
use std::{fs, path::PathBuf};

struct Cache {
    root: PathBuf,
}

#[checked_async]
impl Cache {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        fs::read(self.root.join(key)).ok() //~ warning blocking_io: fs::read(self.root.join(key))
    }

    async fn put(&self, key: &str, value: &[u8]) -> io::Result<()> {
        create_dir_all(&self.root)?; //~ warning blocking_io: create_dir_all(&self.root)
        let draft = self.root.join("draft");
        files::write(&draft, value)?; //~ warning blocking_io: files::write(&draft, value)
        shift(draft, self.root.join(key)) //~ warning blocking_io: shift(draft, self.root.join(key))
    }

    async fn size(&self) -> io::Result<u64> {
        let mut size = 0;
        for entry in read_dir(&self.root)? { //~ warning blocking_io: read_dir(&self.root)
            let path = entry?.path();
            match std::fs::metadata(&path) { //~ warning blocking_io: std::fs::metadata(&path)
                Ok(data) if data.is_file() => size += data.len(),
                Ok(_) => {}
                Err(_) => fs::remove_file(&path)?, //~ warning blocking_io: fs::remove_file(&path)
            }
        }
        Ok(size)
    }

    async fn has(&self, key: &str) -> bool {
        let path = self.root.join(key);
        if let Ok(path) = ::std::fs::canonicalize(path) { //~ warning blocking_io: ::std::fs::canonicalize(path)
            return path.starts_with(&self.root);
        }
        false
    }
}

#[checked_async]
async fn install<P: AsRef<Path>>(from: P, to: &[P]) -> io::Result<u64> {
    use std::fs as disk;
    let mut copied = 0;
    for to in to {
        copied += disk::copy(from.as_ref(), to)?; //~ warning blocking_io: disk::copy(from.as_ref(), to)
    }
    if copied == 0 {
        return fs::remove_dir_all(from).map(|()| 0); //~ warning blocking_io: fs::remove_dir_all(from)
    }
    Ok(copied)
}
