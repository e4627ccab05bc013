//! Blocking I/O in closures that run at once, in async blocks and closures, in macros and traits.

use checked_async::checked_async;
use futures::StreamExt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[checked_async]
async fn closures(paths: Vec<PathBuf>, default: Option<&Path>) -> usize {
    let sizes = paths.iter().filter_map(|path| fs::metadata(path).ok()).map(|data| data.len()); //~ warning blocking_io: fs::metadata(path)
    let total: u64 = sizes.sum();
    let text = default.map(|path| {
        fs::read_to_string(path).unwrap_or_default() //~ warning blocking_io: fs::read_to_string(path)
    });
    let remove = |path: &Path| fs::remove_file(path).is_ok(); //~ warning blocking_io: fs::remove_file(path)
    let removed = paths.iter().filter(|path| remove(path)).count();
    let moved = if remove(Path::new("draft")) { 1 } else { removed };
    total as usize + moved + text.map_or(0, |text| text.len())
}

#[checked_async]
async fn streams(paths: Vec<PathBuf>) -> Vec<io::Result<String>> {
    let read = async |path: PathBuf| fs::read_to_string(path); //~ warning blocking_io: fs::read_to_string(path)
    let texts = futures::stream::iter(paths).then(read).collect::<Vec<_>>().await;
    futures::stream::iter(texts)
        .for_each_concurrent(4, |text| async move {
            if let Ok(text) = text {
                fs::write(text.trim(), &text).ok(); //~ warning blocking_io: fs::write(text.trim(), &text)
            }
        })
        .await;
    Vec::new()
}

#[checked_async]
async fn macros(path: &Path) {
    println!("{}", fs::read_to_string(path).unwrap_or_default()); //~ warning blocking_io: fs::read_to_string(path)
    assert!(fs::exists(path).unwrap_or(false), "no {}", path.display()); //~ warning blocking_io: fs::exists(path)
    let _texts = vec![fs::read(path), Ok(Vec::new())]; //~ warning blocking_io: fs::read(path)
    tokio::join!(tokio::task::yield_now(), async {
        fs::create_dir(path).ok(); //~ warning blocking_io: fs::create_dir(path)
    });
    tokio::select! {
        _ = tokio::task::yield_now() => {
            fs::remove_dir(path).ok(); //~ warning blocking_io: fs::remove_dir(path)
        }
        text = async { fs::read_to_string(path) } => drop(text), //~ warning blocking_io: fs::read_to_string(path)
    }
}

#[checked_async]
trait Settings {
    fn path(&self) -> PathBuf;

    async fn load(&self) -> io::Result<Vec<String>> {
        let text = fs::read_to_string(self.path())?; //~ warning blocking_io: fs::read_to_string(self.path())
        Ok(text.lines().map(str::to_owned).collect())
    }
}

fn read_all(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_default()
}

#[checked_async]
async fn out_of_sight(path: &Path) -> usize {
    read_all(path).len() //~ missed blocking_io: read_all(path)
}
