//! Type probes: generated calls that ask the compiler whether a discarded value is a future.
//!
//! A probe is a generic function whose bounds fail, with our message, exactly where the lint's fault is present. Its
//! parameters answer yes/no questions about a type `T` that trait bounds alone cannot negate, by way of *integer
//! fallback*: each question is a trait with a blanket impl for `u8` ("no") and a bounded one for `i32` ("yes"), asked with
//! the type of an integer literal. If the bounded impl cannot apply, only `u8` is left and inference takes it. If it can,
//! the question stays open until the end of the function, where the literal falls back to `i32`. The verdict is then a
//! bound on the answers.
//!
//! Two properties make this fit for code that must keep compiling:
//! - the answer waits for inference: `v.pop();` before the element type is known is no error and no wrong guess;
//! - nothing about the value is touched: a probe either sits in a never-taken branch (`*_type`) or passes its argument
//!   through unchanged.
//!
//! `()` and `!` answer "yes" through an impl of their own, because the type of a diverging expression falls back to
//! one of them in the same step in which the literals fall back to `i32`.
