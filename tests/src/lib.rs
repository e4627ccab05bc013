//! Behaviour tests of checked-async: see the files in `tests/` beside `src/`.

pub mod by_hand;
pub mod drawn;
pub mod faults;
pub mod log;
pub mod loops;
pub mod memory;
pub mod patient;
pub mod program;
pub mod trace;

/// Whether a panic prints a backtrace, for which time event loops do not answer.
#[must_use]
pub fn prints_backtraces() -> bool {
    std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0")
}

/// The examples in the guides.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/tokio.md")]
    mod tokio {}
    #[doc = include_str!("../../docs/workers.md")]
    mod workers {}
}

/// The examples on the lints' pages.
#[cfg(doctest)]
mod lint_pages {
    #[doc = include_str!("../../docs/lints/async_guard_across_await.md")]
    mod async_guard_across_await {}
    #[doc = include_str!("../../docs/lints/async_without_await.md")]
    mod async_without_await {}
    #[doc = include_str!("../../docs/lints/blocking_io.md")]
    mod blocking_io {}
    #[doc = include_str!("../../docs/lints/blocking_sleep.md")]
    mod blocking_sleep {}
    #[doc = include_str!("../../docs/lints/blocking_wait.md")]
    mod blocking_wait {}
    #[doc = include_str!("../../docs/lints/busy_wait.md")]
    mod busy_wait {}
    #[doc = include_str!("../../docs/lints/cancel_unsafe_select.md")]
    mod cancel_unsafe_select {}
    #[doc = include_str!("../../docs/lints/detached_task.md")]
    mod detached_task {}
    #[doc = include_str!("../../docs/lints/future_of_future.md")]
    mod future_of_future {}
    #[doc = include_str!("../../docs/lints/futurelock.md")]
    mod futurelock {}
    #[doc = include_str!("../../docs/lints/guard_across_await.md")]
    mod guard_across_await {}
    #[doc = include_str!("../../docs/lints/loop_without_await.md")]
    mod loop_without_await {}
    #[doc = include_str!("../../docs/lints/lost_result.md")]
    mod lost_result {}
    #[doc = include_str!("../../docs/lints/nested_block_on.md")]
    mod nested_block_on {}
    #[doc = include_str!("../../docs/lints/timeout_without_await.md")]
    mod timeout_without_await {}
    #[doc = include_str!("../../docs/lints/timer_in_select_loop.md")]
    mod timer_in_select_loop {}
    #[doc = include_str!("../../docs/lints/unawaited_future.md")]
    mod unawaited_future {}
    #[doc = include_str!("../../docs/lints/unawaited_in_container.md")]
    mod unawaited_in_container {}
    #[doc = include_str!("../../docs/lints/unbounded_spawn.md")]
    mod unbounded_spawn {}
    #[doc = include_str!("../../docs/lints/unclosed_generator.md")]
    mod unclosed_generator {}
    #[doc = include_str!("../../docs/lints/unused_future_binding.md")]
    mod unused_future_binding {}
}
