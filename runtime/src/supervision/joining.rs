//! Which task of plain tokio a task awaits: seen where a checked function awaits its handle.
//!
//! Whether what is awaited is a handle is asked of the compiler, by the type of an integer literal, as in
//! [`error_text`](crate::error_text).

use std::marker::PhantomData;

use ::tokio::task::{Id, JoinHandle};

use crate::tree::watched;

/// What is asked about a value of this type that is awaited.
#[derive(Debug)]
pub struct Awaited<T>(PhantomData<T>);

/// The task whose handle it is.
pub trait Joined<T, N> {
    /// Its id, if it is a handle.
    fn task(awaited: &T) -> Option<Id>;
}

impl<T> Joined<T, u8> for Awaited<T> {
    fn task(_: &T) -> Option<Id> {
        None
    }
}

impl<T> Joined<JoinHandle<T>, i32> for Awaited<JoinHandle<T>> {
    fn task(awaited: &JoinHandle<T>) -> Option<Id> {
        Some(awaited.id())
    }
}

impl<T> Joined<&mut JoinHandle<T>, i32> for Awaited<&mut JoinHandle<T>> {
    fn task(awaited: &&mut JoinHandle<T>) -> Option<Id> {
        Some(awaited.id())
    }
}

/// Takes note that the task which runs on this thread awaits that of this handle, if it is one, and returns it.
#[inline]
pub fn joining<T, N>(handle: T, _: N) -> T
where
    Awaited<T>: Joined<T, N>,
{
    if let Some(id) = <Awaited<T> as Joined<T, N>>::task(&handle) {
        watched::joins(id);
    }
    handle
}
