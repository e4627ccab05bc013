//! In place of `process`, on platforms that have no worker processes: none can be started.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::error::WorkerErrorKind;
use super::functions::Functions;

pub(super) fn started_as_worker() -> bool {
    false
}

pub(super) fn serve(_: &Functions) -> ! {
    unreachable!("this process is no worker")
}

#[derive(Clone, Debug)]
pub(super) struct Connection(Infallible);

impl Connection {
    pub(super) fn cut(&self) {
        match self.0 {}
    }
}

#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) begun: bool,
    pub(super) error: io::Error,
}

#[derive(Debug)]
pub(super) struct Worker(Infallible);

impl Worker {
    pub(super) fn start(_: Option<&Path>, _: Duration) -> Result<Self, WorkerErrorKind> {
        Err(WorkerErrorKind::Unsupported)
    }

    pub(super) fn connection(&self) -> &Connection {
        match self.0 {}
    }

    pub(super) fn ask(&self, _: &[u8]) -> Result<Vec<u8>, Unanswered> {
        match self.0 {}
    }

    pub(super) fn died(&mut self, _: io::Error) -> WorkerErrorKind {
        match self.0 {}
    }

    pub(super) fn stop(&mut self) {
        match self.0 {}
    }
}
