//! Finds the items of a source file that are to be checked, and puts the attribute before them.
//!
//! No line is added or removed, so line numbers stay. Where that is possible the attribute goes to the end of the line
//! above the item, so that no column of the user's code moves either.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Attribute, Item};

/// An item to be checked: its place in the file, in bytes, from its first attribute or doc comment on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) range: Range<usize>,
    /// Where the item starts behind its leading doc comments.
    pub(crate) undocumented: usize,
}

/// The items of `text` that are to be checked, in their order; `None` where the file is not understood.
pub(crate) fn targets(text: &str) -> Option<Vec<Target>> {
    if !text.contains("async") {
        return Some(Vec::new());
    }
    let skipped = skip_preamble(text);
    let source = &text[skipped..];
    // The parser keeps every file it has seen, for its spans.
    proc_macro2::extra::invalidate_current_thread_spans();
    let tokens: TokenStream = source.parse().ok()?;
    let mut asyncs = Vec::new();
    find_asyncs(tokens.clone(), &mut asyncs);
    if asyncs.is_empty() {
        return Some(Vec::new());
    }
    let file: syn::File = syn::parse2(tokens).ok()?;
    let mut search = Search { skipped, asyncs, found: Vec::new() };
    search.items(&file.items);
    Some(search.found)
}

/// The length of a byte order mark and of a `#!` line.
pub(crate) fn skip_preamble(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    if rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
        mark + rest.find('\n').unwrap_or(rest.len())
    } else {
        mark
    }
}

/// Collects where the keyword `async` stands, at any depth, in order.
fn find_asyncs(tokens: TokenStream, into: &mut Vec<usize>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "async" => into.push(ident.span().byte_range().start),
            TokenTree::Group(group) => find_asyncs(group.stream(), into),
            _ => {}
        }
    }
}

struct Search {
    skipped: usize,
    asyncs: Vec<usize>,
    found: Vec<Target>,
}

impl Search {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Fn(function) if function.sig.constness.is_none() => self.item(item, &function.attrs),
                Item::Impl(block) => self.item(item, &block.attrs),
                Item::Trait(definition) => self.item(item, &definition.attrs),
                Item::Mod(module) if !is_checked(&module.attrs) => {
                    if let Some((_, items)) = &module.content {
                        self.items(items);
                    }
                }
                _ => {}
            }
        }
    }

    fn item(&mut self, item: &Item, attributes: &[Attribute]) {
        let range = item.span().byte_range();
        let first = self.asyncs.partition_point(|&place| place < range.start);
        let is_async = self.asyncs.get(first).is_some_and(|&place| place < range.end);
        if !is_async || is_checked(attributes) {
            return;
        }
        let documented = attributes.iter().take_while(|attribute| attribute.path().is_ident("doc")).count();
        let undocumented = match attributes.get(documented) {
            Some(attribute) => attribute.span().byte_range().start,
            None => first_token_after(item, attributes).unwrap_or(range.start),
        };
        self.found.push(Target {
            range: range.start + self.skipped..range.end + self.skipped,
            undocumented: undocumented + self.skipped,
        });
    }
}

/// Where an item's own tokens begin, behind all its attributes.
fn first_token_after(item: &Item, attributes: &[Attribute]) -> Option<usize> {
    let Some(last) = attributes.iter().rfind(|attribute| matches!(attribute.style, syn::AttrStyle::Outer)) else {
        return Some(item.span().byte_range().start);
    };
    let end = last.span().byte_range().end;
    let tokens = quote_tokens(item);
    tokens.into_iter().map(|token| token.span().byte_range().start).find(|&start| start >= end)
}

fn quote_tokens(item: &Item) -> TokenStream {
    let mut tokens = TokenStream::new();
    quote::ToTokens::to_tokens(item, &mut tokens);
    tokens
}

/// Whether the user has put an attribute of ours on the item: it then has its own levels, and is checked as it is.
pub(crate) fn is_checked(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == "checked_async" || segment.ident == "checked_item")
    })
}

/// A file with the attribute in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Annotated {
    pub(crate) text: String,
    /// Where the attribute went, in bytes of the original, ascending.
    pub(crate) places: Vec<usize>,
}

/// Puts `attribute` before every target, on a line that was there before.
pub(crate) fn annotate(text: &str, targets: &[Target], attribute: &str) -> Annotated {
    let mut annotated = String::with_capacity(text.len() + targets.len() * (attribute.len() + 1));
    let mut places = Vec::with_capacity(targets.len());
    let mut copied = 0;
    for target in targets {
        let (place, above) = match end_of_line_above(text, target.range.start) {
            Some(place) if place >= copied => (place, true),
            _ => (target.range.start, false),
        };
        annotated.push_str(&text[copied..place]);
        if above {
            annotated.push(' ');
        }
        annotated.push_str(attribute);
        if !above {
            annotated.push(' ');
        }
        copied = place;
        places.push(place);
    }
    annotated.push_str(&text[copied..]);
    Annotated { text: annotated, places }
}

/// Where the line above ends, if a token can follow there: only white space lies between, and no line comment ends it.
fn end_of_line_above(text: &str, start: usize) -> Option<usize> {
    let newline = text[..start].rfind('\n')?;
    if !text[newline..start].chars().all(char::is_whitespace) {
        return None;
    }
    let end = newline - usize::from(text[..newline].ends_with('\r'));
    let line = &text[text[..end].rfind('\n').map_or(0, |before| before + 1)..end];
    // A `//` inside a string is taken for a comment too, which costs nothing. The first line may hold a `#!`.
    let free = !line.contains("//") && !line.contains("#!") && !line.ends_with('\r');
    free.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotated(text: &str) -> String {
        annotate(text, &targets(text).expect("it parses"), "#[x]").text
    }

    #[test]
    fn async_items_are_found_and_others_are_not() {
        let text = "fn a() {}\n\nasync fn b() {}\n\nfn c() { spawn(async {}) }\n\nstruct S;\n\nimpl S { fn d() {} }\n\n\
                    impl S { async fn e() {} }\n\ntrait T { async fn f(); }\n\nconst fn g() {}\n\n\
                    mod m {\n    async fn h() {}\n}\n";
        let names: Vec<&str> = targets(text).unwrap().into_iter().map(|target| &text[target.range]).collect();
        let expected = [
            "async fn b() {}",
            "fn c() { spawn(async {}) }",
            "impl S { async fn e() {} }",
            "trait T { async fn f(); }",
            "async fn h() {}",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_blank_line_above_takes_the_attribute() {
        assert_eq!(
            annotated("use a;\n\n/// Doc.\n#[b]\nasync fn f() {}\n"),
            "use a;\n #[x]\n/// Doc.\n#[b]\nasync fn f() {}\n"
        );
        assert_eq!(annotated("use a;\r\n\r\nasync fn f() {}\r\n"), "use a;\r\n #[x]\r\nasync fn f() {}\r\n");
    }

    #[test]
    fn code_above_takes_the_attribute_and_a_comment_does_not() {
        assert_eq!(annotated("mod m {\n    async fn f() {}\n}"), "mod m { #[x]\n    async fn f() {}\n}");
        assert_eq!(annotated("// why\nasync fn f() {}\n"), "// why\n#[x] async fn f() {}\n");
        assert_eq!(annotated("async fn f() {}\n"), "#[x] async fn f() {}\n");
        assert_eq!(annotated("/* c\n\n*/ async fn f() {}\n"), "/* c\n\n*/ #[x] async fn f() {}\n");
        assert_eq!(annotated("fn a() {} async fn f() {}"), "fn a() {} #[x] async fn f() {}");
    }

    #[test]
    fn a_byte_order_mark_and_a_shebang_stay_first() {
        assert_eq!(annotated("\u{feff}async fn f() {}"), "\u{feff}#[x] async fn f() {}");
        assert_eq!(annotated("#!/bin/sh\nasync fn é() {}"), "#!/bin/sh\n#[x] async fn é() {}");
        assert_eq!(annotated("#![allow(a)]\nasync fn f() {}"), "#![allow(a)]\n#[x] async fn f() {}");
    }

    #[test]
    fn what_does_not_parse_is_left_alone() {
        assert_eq!(targets("async fn f( {"), None);
        assert_eq!(targets("async { 1 }"), None);
    }

    #[test]
    fn an_item_with_its_own_attribute_is_left_alone() {
        assert_eq!(targets("#[checked_async::checked_async]\nasync fn f() {}"), Some(Vec::new()));
        assert_eq!(targets("#[checked_async(send)]\nmod m { async fn f() {} }"), Some(Vec::new()));
    }

    #[test]
    fn doc_comments_are_skipped_where_asked() {
        let text = "/// A.\n/// B.\n#[inline]\npub async fn f() {}\n/** C */ pub(crate) async fn g() {}";
        let starts: Vec<&str> =
            targets(text).unwrap().into_iter().map(|target| &text[target.undocumented..][..9]).collect();
        assert_eq!(starts, ["#[inline]", "pub(crate"]);
    }
}
