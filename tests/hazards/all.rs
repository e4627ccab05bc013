//! What rewriting an async fn could break: each file is one kind of hazard, compiled in every edition.
//!
//! A test that compares has two modules with the same tokens, `plain` and `checked`, of which the second is annotated.

mod attributes;
mod configured;
mod drop_order;
mod groups;
mod lines;
mod names;
mod poll;
mod recursion;
mod returns;
mod sends;
mod signatures;
mod sizes;
mod traits;
