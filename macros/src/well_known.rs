//! Macros that everyone knows, by what they do with their arguments.
//!
//! A macro is told by its last name alone, whatever path stands before it: another crate's of the same name is taken to do
//! the same. Who asks says which groups it means, and which macros besides; no macro is in two groups.

use crate::syntax;
use syn::Macro;

/// They may panic, in debug builds at least.
pub(crate) const ASSERTS: &[&str] =
    &["assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne"];

/// They write a line for the user or for a log.
pub(crate) const LOGS: &[&str] = &["debug", "eprint", "eprintln", "error", "info", "print", "println", "trace", "warn"];

/// They make text, or write it to what is given first.
pub(crate) const TEXTS: &[&str] = &["format", "write", "writeln"];

/// They await all that they are given.
pub(crate) const JOINS: &[&str] = &["join", "try_join"];

/// Nothing follows them: they panic or return.
pub(crate) const DIVERGING: &[&str] = &["bail", "panic", "todo", "unimplemented", "unreachable"];

/// Does nothing follow the macro, whatever its arguments are?
pub(crate) fn diverges(mac: &Macro) -> bool {
    syntax::is_macro_of(mac, DIVERGING)
}

/// Is the macro called by a name in one of these groups?
pub(crate) fn is_in(mac: &Macro, groups: &[&[&str]]) -> bool {
    groups.iter().any(|names| syntax::is_macro_of(mac, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use syn::parse_quote;

    const ALL: &[&[&str]] = &[ASSERTS, LOGS, TEXTS, JOINS, DIVERGING];

    #[test]
    fn the_names_are_sorted_and_in_one_group_each() {
        assert!(ALL.iter().all(|names| names.is_sorted()));
        let names: HashSet<&str> = ALL.concat().into_iter().collect();
        assert_eq!(names.len(), ALL.concat().len());
    }

    #[test]
    fn a_macro_is_told_by_its_last_name() {
        assert!(is_in(&parse_quote!(tracing::info!("x")), &[ASSERTS, LOGS]));
        assert!(!is_in(&parse_quote!(info::other!("x")), ALL));
        assert!(!is_in(&parse_quote!(info!("x")), &[ASSERTS, TEXTS]));
    }
}
