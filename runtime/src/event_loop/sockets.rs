//! Sockets that outlive their loop: `unclosed_socket`.
//!
//! A socket is closed by its drop, so one that is left when all tasks are gone is kept by something that is not: a `static`, a
//! cycle of `Rc`s, `mem::forget`. The reactor does not say what is registered with it, but Linux does: `/proc/self/fdinfo`
//! lists what its epoll instance watches. What was there before the loop, or belongs to another loop, is none of its business.

use std::collections::BTreeSet;

use super::{outlook, remote};
use crate::report;

/// The sockets that were registered before the loop was.
pub(super) struct Sockets(Option<BTreeSet<u64>>);

impl Sockets {
    /// Looks at the sockets that there are, if anybody wants to know.
    pub(super) fn look(wanted: bool) -> Self {
        Sockets(if wanted { outlook::sockets() } else { None })
    }

    /// Reports those that came and did not go.
    pub(super) fn report_left(&self) {
        let Sockets(Some(before)) = self else { return };
        // Those of another loop cannot be told from these.
        if remote::count_loops() > 1 {
            return;
        }
        for inode in outlook::sockets().unwrap_or_default().difference(before) {
            if let Some(description) = outlook::describe_socket(*inode) {
                super::raise(report::unclosed_socket(&description));
            }
        }
    }
}
