//! The strictest lints of rustc on annotated code of edition 2018.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unused,
    unused_qualifications,
    unused_parens,
    unused_braces,
    unreachable_code,
    unreachable_pub,
    rust_2018_idioms,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    trivial_casts,
    trivial_numeric_casts,
    unused_lifetimes,
    unused_import_braces,
    variant_size_differences,
    let_underscore_drop
)]

#[path = "../../hazards/strict.rs"]
pub mod strict;
