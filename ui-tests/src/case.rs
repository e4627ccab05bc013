//! The cases: files under `fail/` and `pass/`.

use std::fs;
use std::path::{Path, PathBuf};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Where it is, from the root of this package.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
}

impl Case {
    /// All cases under one folder of this package.
    pub fn all(folder: &str) -> Vec<Self> {
        let mut files = Vec::new();
        collect(&root().join(folder), &mut files);
        files.sort();
        files.into_iter().map(|file| Self::read(&file)).collect()
    }

    fn read(file: &Path) -> Self {
        let source = fs::read_to_string(file).expect("a case can be read");
        Self { path: file.strip_prefix(root()).expect("it is under the root").to_owned(), source }
    }

    /// A name for the example that it is compiled as.
    pub fn name(&self) -> String {
        let name = self.path.with_extension("").display().to_string();
        name.replace(|c: char| !c.is_alphanumeric(), "_")
    }

    /// Where it is on this machine.
    pub fn file(&self) -> PathBuf {
        root().join(&self.path)
    }
}

/// The root of this package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
