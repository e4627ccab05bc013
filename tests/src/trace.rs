//! What CPython prints for a script, beside what the same program does here.

use std::sync::{Arc, Mutex, PoisonError};

/// One event of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It happens in CPython and here, in this order.
    Both(&'static str),
    /// It happens in CPython only, or at this place in CPython only.
    CPython(&'static str),
    /// It happens here only, or at this place here only.
    Here(&'static str),
}

pub use Event::{Both, CPython, Here};

/// What happened here, in order; clones write to the same, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    /// Adds an event.
    pub fn note(&self, event: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.into());
    }

    /// Compares all events so far with those that should happen here, and forgets them.
    ///
    /// # Panics
    ///
    /// If they are not those expected.
    #[track_caller]
    pub fn assert(&self, expected: &[Event]) {
        let here: Vec<&str> = expected
            .iter()
            .filter_map(|event| match *event {
                Both(event) | Here(event) => Some(event),
                CPython(_) => None,
            })
            .collect();
        let happened = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        assert_eq!(happened, here);
    }
}

/// Whether a type is `Send`, as a value: for tables that say so of many types.
#[macro_export]
macro_rules! is_send {
    ($type:ty) => {{
        trait Otherwise {
            const IS_SEND: bool = false;
        }
        impl<T: ?Sized> Otherwise for T {}
        struct Asked<T: ?Sized>(::core::marker::PhantomData<T>);
        #[allow(dead_code, reason = "used where the type is `Send`")]
        impl<T: ?Sized + Send> Asked<T> {
            const IS_SEND: bool = true;
        }
        <Asked<$type>>::IS_SEND
    }};
}
