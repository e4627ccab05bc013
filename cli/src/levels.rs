//! The levels of lints that manifests set under `[workspace.metadata.checked-async.lints]` and
//! `[package.metadata.checked-async.lints]`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::{Result, Trouble};
use crate::lints;

const LEVELS: [&str; 3] = ["allow", "warn", "deny"];

/// Reads lint → level from a manifest's `metadata`; `scope` is `workspace` or `package`.
pub(crate) fn parse(metadata: &Value, manifest: &Path, scope: &str) -> Result<BTreeMap<String, String>> {
    let table = &metadata["checked-async"]["lints"];
    let place = format!("in `[{scope}.metadata.checked-async.lints]` of `{}`", manifest.display());
    let table = match table {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Object(table) => table,
        _ => {
            return Err(Trouble::new(format!("expected a table {place}")).help("write `LINT = \"allow\"`"));
        }
    };
    let known = lints::all();
    let mut levels = BTreeMap::new();
    for (name, level) in table {
        if !known.iter().any(|lint| lint.name == name) {
            let mut trouble = lints::unknown(name);
            trouble.place(&place);
            return Err(trouble);
        }
        match level.as_str() {
            Some(level) if LEVELS.contains(&level) => levels.insert(name.clone(), level.to_owned()),
            _ => {
                return Err(Trouble::new(format!("invalid level {level} of the lint `{name}` {place}"))
                    .help("the levels are \"allow\", \"warn\" and \"deny\""));
            }
        };
    }
    Ok(levels)
}

/// The attribute that checks an item at these levels.
pub(crate) fn attribute(levels: &BTreeMap<String, String>) -> String {
    let mut arguments = Vec::new();
    for level in LEVELS {
        let names: Vec<&str> =
            levels.iter().filter(|(_, wanted)| *wanted == level).map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            arguments.push(format!("{level}({})", names.join(", ")));
        }
    }
    match arguments.as_slice() {
        [] => "#[::checked_async::private::checked_item]".to_owned(),
        arguments => format!("#[::checked_async::private::checked_item({})]", arguments.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_lists_the_levels() {
        let levels = [("b", "allow"), ("a", "allow"), ("c", "deny")];
        let levels = levels.map(|(name, level)| (name.to_owned(), level.to_owned())).into();
        assert_eq!(attribute(&levels), "#[::checked_async::private::checked_item(allow(a, b), deny(c))]");
        assert_eq!(attribute(&BTreeMap::new()), "#[::checked_async::private::checked_item]");
    }
}
