//! Types whose values are `Send` by what is written: those of the language, and of the standard library that everybody uses.

use crate::facts::Names;
use syn::{GenericArgument, Path, PathArguments, Type};

/// Those without parameters.
const SIMPLE: &[&str] = &[
    "Duration",
    "ExitCode",
    "Instant",
    "String",
    "SystemTime",
    "bool",
    "char",
    "f32",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "str",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// Those that are as their parameters are, with how many they have.
const OF_OTHERS: &[(&str, usize)] = &[("Option", 1), ("Result", 2), ("Vec", 1)];

/// Names of `Result`s whose error is `Send`.
const RESULTS: &[&str] =
    &["std::io::Result", "tokio::io::Result", "anyhow::Result", "eyre::Result", "color_eyre::Result"];

/// Is a value of the type `Send`, and a reference to it?
pub(super) fn is_plain(ty: &Type, names: &Names) -> bool {
    match ty {
        Type::Array(array) => is_plain(&array.elem, names),
        Type::Group(group) => is_plain(&group.elem, names),
        Type::Never(_) => true,
        Type::Paren(paren) => is_plain(&paren.elem, names),
        Type::Path(path) => path.qself.is_none() && is_plain_path(&path.path, names),
        Type::Reference(reference) => is_plain(&reference.elem, names),
        Type::Slice(slice) => is_plain(&slice.elem, names),
        Type::Tuple(tuple) => tuple.elems.iter().all(|elem| is_plain(elem, names)),
        _ => false,
    }
}

fn is_plain_path(path: &Path, names: &Names) -> bool {
    let Some(last) = path.segments.last() else { return false };
    let types: Vec<&Type> = match &last.arguments {
        PathArguments::None => Vec::new(),
        PathArguments::AngleBracketed(arguments) => {
            let types = arguments.args.iter().map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            match types.collect() {
                Some(types) => types,
                None => return false,
            }
        }
        PathArguments::Parenthesized(_) => return false,
    };
    // A name may be the user's own, such as that of a `Result` with another error.
    let meaning = names.meaning(path);
    let is_known = if types.is_empty() {
        SIMPLE.iter().any(|name| last.ident == name)
    } else {
        OF_OTHERS.iter().any(|(name, count)| last.ident == name && types.len() == *count)
    };
    let is_known = is_known && ["std", "core", "alloc"].iter().any(|name| meaning.is_unknown_or_in(name));
    let is_known = is_known || types.len() == 1 && RESULTS.iter().any(|name| meaning.is(name));
    is_known && types.into_iter().all(|ty| is_plain(ty, names))
}
