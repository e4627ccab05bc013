//! What manifests set under `[workspace.metadata.checked-async]` and `[package.metadata.checked-async]`: the levels of
//! lints, and the project's own lists.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::{Result, Trouble};
use crate::lints;

const LEVELS: [&str; 3] = ["allow", "warn", "deny"];

/// The settings of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Lint → level.
    levels: BTreeMap<String, String>,
    /// The project's own functions that block.
    blocking: Vec<String>,
    /// The listed functions that do not, for this project.
    non_blocking: Vec<String>,
}

impl Settings {
    /// Reads a manifest's `metadata`; `scope` is `workspace` or `package`.
    pub(crate) fn parse(metadata: &Value, manifest: &Path, scope: &str) -> Result<Self> {
        let table = &metadata["checked-async"];
        let place = |name: &str| format!("in `[{scope}.metadata.checked-async{name}]` of `{}`", manifest.display());
        let table = match table {
            Value::Null => return Ok(Self::default()),
            Value::Object(table) => table,
            _ => {
                return Err(Trouble::new(format!(
                    "expected a table `{scope}.metadata.checked-async` in `{}`",
                    manifest.display()
                )));
            }
        };
        let mut settings = Self::default();
        for (key, value) in table {
            match key.as_str() {
                "lints" => settings.levels = levels(value, &place(".lints"))?,
                "blocking" => settings.blocking = paths(key, value, &place(""))?,
                "non-blocking" => settings.non_blocking = paths(key, value, &place(""))?,
                _ => {
                    return Err(Trouble::new(format!("unknown key `{key}` {}", place("")))
                        .help("the keys are `lints`, `blocking` and `non-blocking`"));
                }
            }
        }
        Ok(settings)
    }

    /// These settings for a package, whose own come on top.
    pub(crate) fn with(&self, own: Self) -> Self {
        let mut settings = self.clone();
        settings.levels.extend(own.levels);
        settings.blocking.extend(own.blocking);
        settings.non_blocking.extend(own.non_blocking);
        settings
    }

    /// The attribute that checks an item with these settings.
    pub(crate) fn attribute(&self) -> String {
        let mut arguments = Vec::new();
        for level in LEVELS {
            let names: Vec<&str> =
                self.levels.iter().filter(|(_, wanted)| *wanted == level).map(|(name, _)| name.as_str()).collect();
            if !names.is_empty() {
                arguments.push(format!("{level}({})", names.join(", ")));
            }
        }
        for (name, paths) in [("blocking", &self.blocking), ("non_blocking", &self.non_blocking)] {
            let paths: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
            if !paths.is_empty() {
                arguments.push(format!("{name}({})", paths.join(", ")));
            }
        }
        match arguments.as_slice() {
            [] => "#[::checked_async::private::checked_item]".to_owned(),
            arguments => format!("#[::checked_async::private::checked_item({})]", arguments.join(", ")),
        }
    }
}

fn levels(table: &Value, place: &str) -> Result<BTreeMap<String, String>> {
    let Value::Object(table) = table else {
        return Err(Trouble::new(format!("expected a table {place}")).help("write `LINT = \"allow\"`"));
    };
    let known = lints::all();
    let mut levels = BTreeMap::new();
    for (name, level) in table {
        if !known.iter().any(|lint| lint.name == name) {
            let mut trouble = lints::unknown(name);
            trouble.place(place);
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

fn paths(key: &str, list: &Value, place: &str) -> Result<Vec<String>> {
    let wrong = || {
        Trouble::new(format!("`{key}` is not a list of paths {place}"))
            .help(format!("write `{key} = [\"legacy::fetch\", \"Store::load\"]`"))
    };
    let is_path = |path: &str| {
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        path.split("::").all(is_name)
    };
    let list = list.as_array().ok_or_else(wrong)?;
    list.iter().map(|path| path.as_str().filter(|path| is_path(path)).map(str::to_owned).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(metadata: Value) -> Result<Settings> {
        Settings::parse(&json!({ "checked-async": metadata }), Path::new("Cargo.toml"), "package")
    }

    #[test]
    fn the_attribute_lists_the_settings() {
        let metadata = json!({
            "lints": { "unawaited_future": "allow", "busy_wait": "allow", "blocking_io": "deny" },
            "blocking": ["legacy::fetch"],
            "non-blocking": ["std::fs::metadata", "Store::load"],
        });
        assert_eq!(
            parse(metadata).unwrap().attribute(),
            "#[::checked_async::private::checked_item(allow(busy_wait, unawaited_future), deny(blocking_io), \
             blocking(\"legacy::fetch\"), non_blocking(\"std::fs::metadata\", \"Store::load\"))]"
        );
        assert_eq!(Settings::default().attribute(), "#[::checked_async::private::checked_item]");
    }

    #[test]
    fn a_package_adds_to_its_workspace() {
        let shared = parse(json!({ "lints": { "busy_wait": "deny" }, "blocking": ["a::b"] })).unwrap();
        let own = parse(json!({ "lints": { "busy_wait": "allow" }, "blocking": ["c::d"] })).unwrap();
        let both = shared.with(own);
        assert_eq!(
            both.attribute(),
            "#[::checked_async::private::checked_item(allow(busy_wait), blocking(\"a::b\", \"c::d\"))]"
        );
    }

    #[test]
    fn what_is_not_known_is_named() {
        for (metadata, expected) in [
            (json!({ "blocked": [] }), "unknown key `blocked` in `[package.metadata.checked-async]` of `Cargo.toml`"),
            (json!({ "blocking": "a::b" }), "`blocking` is not a list of paths"),
            (json!({ "non-blocking": ["a b"] }), "`non-blocking` is not a list of paths"),
            (json!(3), "expected a table `package.metadata.checked-async`"),
        ] {
            let text = parse(metadata).unwrap_err().to_string();
            assert!(text.contains(expected), "{text}");
        }
    }
}
