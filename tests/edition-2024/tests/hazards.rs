//! What rewriting an async fn could break, in edition 2024.

#![allow(clippy::all, reason = "what people write is not always what clippy advises; `strict.rs` is what it may judge")]

#[path = "../../hazards/all.rs"]
mod all;
