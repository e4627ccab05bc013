//! What happens in a test, in order.

use std::cell::RefCell;
use std::rc::Rc;

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
