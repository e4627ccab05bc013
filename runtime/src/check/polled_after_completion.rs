//! `polled_after_completion`: a checked future was polled again after it had returned `Ready`.

use crate::future::Head;

/// Reports a poll of a finished future, unless it may be one that allows it.
#[cold]
pub(crate) fn report(head: &Head) {
    if !head.is_async_block() {
        return;
    }
    panic!("`{}` was polled after completion", head.name());
}
