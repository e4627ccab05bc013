//! Behaviour tests of checked-async: see the files in `tests/` beside `src/`.

pub mod by_hand;

/// The examples on the lints' pages.
#[cfg(doctest)]
mod lint_pages {
    #[doc = include_str!("../../docs/lints/future_of_future.md")]
    mod future_of_future {}
    #[doc = include_str!("../../docs/lints/unawaited_future.md")]
    mod unawaited_future {}
    #[doc = include_str!("../../docs/lints/unawaited_in_container.md")]
    mod unawaited_in_container {}
    #[doc = include_str!("../../docs/lints/unused_future_binding.md")]
    mod unused_future_binding {}
}
