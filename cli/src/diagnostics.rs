//! The compiler's messages: their form, our findings in them, and how they are shown.

pub(crate) mod finding;
pub(crate) mod mapping;
pub(crate) mod message;
pub(crate) mod render;
pub(crate) mod sarif;
pub(crate) mod translate;
