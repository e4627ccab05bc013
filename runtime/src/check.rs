//! What is watched at run time, and whether it is: the only place that knows in which builds the checks exist.
//!
//! Checks are on in builds with `debug_assertions`. The feature `force-checks` puts them into every build,
//! `no-checks` takes them out of every build and wins. Where they are off, what the macros call is the identity.

pub(crate) mod never_awaited;
pub(crate) mod polled_after_completion;

pub mod off;
pub mod on;

#[cfg(all(any(debug_assertions, feature = "force-checks"), not(feature = "no-checks")))]
pub(crate) use on as chosen;

#[cfg(not(all(any(debug_assertions, feature = "force-checks"), not(feature = "no-checks"))))]
pub(crate) use off as chosen;
