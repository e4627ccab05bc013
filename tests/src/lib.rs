//! Behaviour tests of checked-async: see the files in `tests/` beside `src/`.

pub mod by_hand;
