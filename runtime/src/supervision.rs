//! What becomes of the tasks of tokio's that were started with [`checked_async::tokio`](crate::tokio), and where those of plain
//! tokio stand that were started in checked functions.
//!
//! | file | its part |
//! |---|---|
//! | `supervised` | a task in a build with checks: its future or closure, and what its handle knows of it |
//! | `unsupervised` | the same without checks: nothing |
//! | `dumps` | the tasks and what they have done, written where the environment asks for it |
//! | `joining` | which task of plain tokio a task awaits |
//! | `plain` | a task of plain tokio, as far as it is seen |
//! | `record` | what a task and its handle share, and who of the two reports |

#![allow(missing_docs, reason = "public only to those within this crate who choose one of the two")]

mod dumps;
pub(crate) mod joining;
pub(crate) mod plain;
mod record;
pub mod supervised;
pub mod unsupervised;
