//! Depends on checked-async by another name: see the test.
