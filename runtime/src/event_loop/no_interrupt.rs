//! Where there are no Unix signals: Ctrl-C does what it does by default.

use std::io;
use std::task::Context;

use super::core::Core;

pub(super) struct Interrupt(());

impl Interrupt {
    pub(super) fn watch() -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn fd(&self) -> Option<i32> {
        None
    }

    pub(super) fn was_seen(&self) -> bool {
        false
    }

    pub(super) fn poll(&mut self, _core: &Core, _cx: &mut Context<'_>) {}

    pub(super) fn end_process() -> ! {
        std::process::exit(130)
    }
}
