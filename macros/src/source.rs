//! The file in which a token stands: its text, read from disk, and what is found in that.
//!
//! A macro sees the item under it and not the file around it. What the text says is no proof, and only decides what the
//! compiler is asked: it knows neither modules nor conditions, and in an editor it may not be saved yet.
//!
//! - A file is read once, and each kind of thing looked for in it once, until it changes. A compiler has ended by then; an
//!   editor's server may live on. The file's length and the time of its last change tell. They are taken before it is
//!   read, so what is written in between is seen the next time.
//! - A file that cannot be read is empty.
//! - Nothing is shared between threads.

use proc_macro2::Span;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

/// What can be found in a file's text.
pub(crate) trait InText: Default + 'static {
    fn in_text(text: &str) -> Self;
}

/// What is found in the file in which a token stands; nothing where the compiler does not say which that is.
pub(crate) fn find<T: InText>(token: Span) -> Rc<T> {
    thread_local! {
        static FILES: RefCell<Files> = RefCell::default();
    }
    let Some(path) = token.local_file() else { return Rc::default() };
    FILES.with_borrow_mut(|files| files.find(path))
}

/// The files that were asked for.
#[derive(Default)]
struct Files(HashMap<PathBuf, File>);

impl Files {
    fn find<T: InText>(&mut self, path: PathBuf) -> Rc<T> {
        let version = Version::of(&path);
        let file = match self.0.entry(path) {
            Entry::Occupied(file) if file.get().version == version => file.into_mut(),
            entry => {
                let file = File::read(entry.key(), version);
                entry.insert_entry(file).into_mut()
            }
        };
        file.find()
    }
}

/// What tells one state of a file from the next; nothing of a file that is not there.
#[derive(PartialEq, Eq)]
struct Version(Option<(u64, Option<SystemTime>)>);

impl Version {
    fn of(path: &Path) -> Self {
        let metadata = std::fs::metadata(path).ok();
        Self(metadata.map(|metadata| (metadata.len(), metadata.modified().ok())))
    }
}

/// A file as it was when it was read.
struct File {
    version: Version,
    text: String,
    /// What was found in it, by type.
    found: HashMap<TypeId, Rc<dyn Any>>,
}

impl File {
    fn read(path: &Path, version: Version) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        Self { version, text, found: HashMap::new() }
    }

    fn find<T: InText>(&mut self) -> Rc<T> {
        let found = self.found.entry(TypeId::of::<T>()).or_insert_with(|| Rc::new(T::in_text(&self.text)));
        found.clone().downcast().expect("what is found is kept by its type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    #[derive(Default)]
    struct Words(Vec<String>);

    impl InText for Words {
        fn in_text(text: &str) -> Self {
            Self(text.split_whitespace().map(str::to_owned).collect())
        }
    }

    #[derive(Default)]
    struct Length(usize);

    impl InText for Length {
        fn in_text(text: &str) -> Self {
            Self(text.len())
        }
    }

    /// A file of a test's own, gone with its end.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("checked-async-{}-{name}.rs", std::process::id())))
        }

        /// Writes it, as if so many seconds had passed since the beginning of time.
        fn write(&self, text: &str, seconds: u64) {
            fs::write(&self.0, text).unwrap();
            let file = fs::File::options().write(true).open(&self.0).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn words(files: &mut Files, file: &Temporary) -> Rc<Words> {
        files.find(file.0.clone())
    }

    #[test]
    fn a_file_that_stays_as_it_is_is_read_once() {
        let (mut files, file) = (Files::default(), Temporary::new("once"));
        file.write("use a;", 1);
        let first = words(&mut files, &file);
        assert_eq!(first.0, ["use", "a;"]);
        assert_eq!(files.find::<Length>(file.0.clone()).0, 6);
        // Nobody can tell that it has changed, and so nobody looks.
        file.write("use b;", 1);
        assert!(Rc::ptr_eq(&first, &words(&mut files, &file)));
    }

    #[test]
    fn what_changes_is_read_anew() {
        let (mut files, file) = (Files::default(), Temporary::new("anew"));
        assert!(words(&mut files, &file).0.is_empty());
        file.write("use a;", 1);
        assert_eq!(words(&mut files, &file).0, ["use", "a;"]);
        file.write("use b;", 2);
        assert_eq!(words(&mut files, &file).0, ["use", "b;"]);
        file.write("use b; use c;", 2);
        assert_eq!(words(&mut files, &file).0, ["use", "b;", "use", "c;"]);
        fs::remove_file(&file.0).unwrap();
        assert!(words(&mut files, &file).0.is_empty());
    }
}
