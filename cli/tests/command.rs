//! Runs the real command on small workspaces that each test writes for itself.
//!
//! One test program for all behaviours: they share one built run-time library, which is most of the time they take.

mod command {
    mod annotate;
    mod bad_input;
    mod findings;
    mod formats;
    mod freshness;
    mod pages;
    mod programs;
    mod settings;
    mod support;
    mod untouched;
}
