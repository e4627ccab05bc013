//! `never_awaited`: a checked future was dropped without ever being polled.

use crate::future::Head;
use crate::trace::{self, Mark};

/// Looks at a future that is being dropped unpolled.
#[cold]
pub(crate) fn dropped(head: &Head) {
    if head.mark() == Mark::Excused || trace::is_silent() || std::thread::panicking() {
        return;
    }
    eprintln!("warning: future was never awaited: `{}`", head.name());
}
