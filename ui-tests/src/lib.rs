//! UI tests of checked-async: see the files beside `src/`.
