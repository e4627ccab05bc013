//! What happens in a test, in order.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// A list of notes; clones write to the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    /// Adds a note.
    pub fn note(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    /// Compares all notes so far.
    ///
    /// # Panics
    ///
    /// If they are not those expected.
    #[track_caller]
    pub fn assert(&self, expected: &[&str]) {
        assert_eq!(*self.0.borrow(), expected);
    }
}

/// The same for what happens on several threads, or in tasks that change theirs.
#[derive(Clone, Debug, Default)]
pub struct SharedLog(Arc<Mutex<Vec<String>>>);

impl SharedLog {
    /// Adds a note.
    ///
    /// # Panics
    ///
    /// If another thread has panicked while it added one.
    pub fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    /// All notes so far.
    ///
    /// # Panics
    ///
    /// As [`note`](Self::note) does.
    pub fn notes(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Compares all notes so far.
    ///
    /// # Panics
    ///
    /// If they are not those expected.
    #[track_caller]
    pub fn assert(&self, expected: &[&str]) {
        assert_eq!(self.notes(), expected);
    }
}
