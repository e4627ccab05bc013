//! Where the functions of a file stand: in a module, or in which kind of `impl`.
//!
//! A macro sees a method and not the `impl` around it, whose parameters the method's types may name. The file's text tells
//! (`source.rs`), read as tokens: brackets, words, and nothing of what is in strings and comments. In doubt it does not
//! tell: what is in the braces of a macro may go anywhere.

use crate::source::{self, InText};
use proc_macro2::Ident;
use std::collections::HashMap;

/// What is around a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enclosing {
    /// A module, or the body of a function.
    Nothing,
    /// An `impl` without parameters: no type in it is generic, and none borrows.
    PlainImpl,
    /// An `impl` with parameters, a trait, a macro, or who knows.
    Unknown,
}

/// What is around the function with this name, as far as its file tells.
pub(crate) fn of(function: &Ident) -> Enclosing {
    let line = function.span().start().line;
    let found = source::find::<Functions>(function.span());
    found.0.get(&(line, function.to_string())).copied().unwrap_or(Enclosing::Unknown)
}

/// The functions of a file, by line and name.
#[derive(Default)]
struct Functions(HashMap<(usize, String), Enclosing>);

impl InText for Functions {
    fn in_text(text: &str) -> Self {
        let mut reader = Reader { functions: Self::default(), around: Vec::new(), head: Head::default() };
        for (token, line) in Tokens::new(text) {
            reader.read(token, line);
        }
        reader.functions
    }
}

struct Reader {
    functions: Functions,
    /// The brackets around the place that is being read, and what they are the braces of.
    around: Vec<Enclosing>,
    head: Head,
}

/// What was read since the last brace or semicolon.
#[derive(Default)]
struct Head {
    /// The first of its words that says what an item is.
    keyword: Option<Keyword>,
    /// Does it have parameters, or lifetimes?
    has_parameters: bool,
    /// Is the last token a `!`, or the name of a macro that is being defined?
    is_macro: bool,
    /// Is the last token `fn`?
    after_fn: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keyword {
    Impl,
    Trait,
    Other,
}

impl Reader {
    fn read(&mut self, token: Token<'_>, line: usize) {
        let head = &mut self.head;
        let after_fn = std::mem::take(&mut head.after_fn);
        let was_macro = std::mem::take(&mut head.is_macro);
        match token {
            Token::Word(word) => {
                if after_fn {
                    let around = self.around.last().copied().unwrap_or(Enclosing::Nothing);
                    let hidden = self.around.contains(&Enclosing::Unknown) && around != Enclosing::PlainImpl;
                    let around = if hidden { Enclosing::Unknown } else { around };
                    self.functions.0.insert((line, word.to_owned()), around);
                    return;
                }
                head.after_fn = word == "fn";
                // `name! name {`
                head.is_macro = was_macro;
                let keyword = match word {
                    "impl" => Some(Keyword::Impl),
                    "trait" => Some(Keyword::Trait),
                    "fn" | "mod" | "struct" | "enum" | "union" | "match" | "if" | "loop" | "while" | "for"
                    | "async" => Some(Keyword::Other),
                    _ => None,
                };
                if head.keyword.is_none() {
                    head.keyword = keyword;
                }
            }
            Token::Lifetime => head.has_parameters = true,
            Token::Sign('!') => head.is_macro = true,
            Token::Sign('<' | '$') => head.has_parameters = true,
            Token::Sign(';') => *head = Head::default(),
            Token::Sign('{') => {
                let is_plain = !head.has_parameters && self.around.iter().all(|around| *around != Enclosing::Unknown);
                let around = match head.keyword {
                    _ if was_macro => Enclosing::Unknown,
                    Some(Keyword::Impl) if is_plain => Enclosing::PlainImpl,
                    Some(Keyword::Impl | Keyword::Trait) => Enclosing::Unknown,
                    _ => Enclosing::Nothing,
                };
                self.around.push(around);
                *head = Head::default();
            }
            Token::Sign('(' | '[') => {
                self.around.push(if was_macro { Enclosing::Unknown } else { Enclosing::Nothing });
            }
            Token::Sign('}') => {
                self.around.pop();
                *head = Head::default();
            }
            Token::Sign(')' | ']') => {
                self.around.pop();
            }
            Token::Sign(_) => {}
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Lifetime,
    Sign(char),
}

/// The tokens of a text, each with its line.
struct Tokens<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Tokens<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// Goes on after so many bytes.
    fn skip(&mut self, length: usize) -> &'t str {
        let (skipped, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += skipped.matches('\n').count();
        self.rest = rest;
        skipped
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
            } else if let Some(next) = self.rest.chars().next() {
                self.skip(next.len_utf8());
            }
            if depth == 0 || self.rest.is_empty() {
                break;
            }
        }
    }

    /// A string that begins here, with escapes.
    fn string(&mut self) {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        self.skip(end.map_or(self.rest.len(), |(at, _)| at + 1));
    }

    /// A raw string of which `r` was read, if it is one.
    fn raw_string(&mut self) -> bool {
        let hashes = self.rest.len() - self.rest.trim_start_matches('#').len();
        if !self.rest[hashes..].starts_with('"') {
            return false;
        }
        let end = format!("\"{}", "#".repeat(hashes));
        let length = self.rest[hashes + 1..].find(&end).map_or(self.rest.len(), |at| hashes + 1 + at + end.len());
        self.skip(length);
        true
    }

    /// A character or a lifetime; whether it is a lifetime.
    fn quote(&mut self) -> bool {
        let mut chars = self.rest[1..].char_indices();
        match (chars.next(), chars.next()) {
            (Some((_, '\\')), _) => {
                // The character after the backslash may be a quote.
                let end = self.rest.get(3..).and_then(|rest| rest.find('\'')).map_or(self.rest.len(), |at| at + 4);
                self.skip(end);
                false
            }
            (Some(_), Some((at, '\''))) => {
                self.skip(at + 2);
                false
            }
            _ => {
                self.skip(1);
                let end = self.rest.find(|c: char| !is_of_word(c)).unwrap_or(self.rest.len());
                self.skip(end);
                true
            }
        }
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'t> Iterator for Tokens<'t> {
    type Item = (Token<'t>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = self.rest.chars().next()?;
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.skip(end);
            } else if self.rest.starts_with("/*") {
                self.block_comment();
            } else if first == '"' {
                self.string();
            } else if first == '\'' {
                let line = self.line;
                if self.quote() {
                    return Some((Token::Lifetime, line));
                }
            } else if is_of_word(first) {
                let end = self.rest.find(|c: char| !is_of_word(c)).unwrap_or(self.rest.len());
                let (line, word) = (self.line, self.skip(end));
                if matches!(word, "r" | "br" | "cr") && self.raw_string() {
                    continue;
                }
                if word == "r" && self.rest.starts_with('#') {
                    // A raw identifier: the word is what follows.
                    self.skip(1);
                    continue;
                }
                return Some((Token::Word(word), line));
            } else {
                let line = self.line;
                self.skip(first.len_utf8());
                if !first.is_whitespace() {
                    return Some((Token::Sign(first), line));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is around the only function called `f`.
    #[track_caller]
    fn around(text: &str) -> Enclosing {
        let functions = Functions::in_text(text);
        let mut found = functions.0.iter().filter(|((_, name), _)| name == "f").map(|(_, around)| *around);
        let first = found.next().unwrap_or_else(|| panic!("{text}"));
        assert!(found.next().is_none(), "{text}");
        first
    }

    #[test]
    fn modules_and_functions_have_no_parameters() {
        for text in [
            "fn f() {}",
            "#[generator]\nasync fn f(x: u32) -> u32 {}",
            "mod a { mod b { pub(crate) async fn f() {} } }",
            "impl<T> A<T> { fn g() { async fn f() {} } }",
            "impl<T> A<T> { fn g() {} } fn f() {}",
            "trait A { fn g(); } fn f() {}",
            "fn g<'a>() { if x < y { loop { fn f() {} } } }",
            "const X: [u8; 2] = [1, 2]; fn f() {}",
            "m!(a { b }); fn f() {}",
            "m! { impl<T> A<T> { fn g() {} } } fn f() {}",
            "struct A<T>(T); fn f() {}",
        ] {
            // A function in a generic one cannot name its parameters.
            let expected = if text.contains("fn g() { async") { Enclosing::Unknown } else { Enclosing::Nothing };
            assert_eq!(around(text), expected, "{text}");
        }
    }

    #[test]
    fn plain_impls_have_none_either() {
        for text in [
            "impl A { fn f() {} }",
            "impl B for A { fn f() {} }",
            "impl crate::a::A { fn g() { loop {} } async fn f(self) {} }",
            "mod a { impl A { const X: u32 = 1; fn f() {} } }",
            "impl A { fn g<T>() -> Vec<T> { x } fn f() {} }",
        ] {
            assert_eq!(around(text), Enclosing::PlainImpl, "{text}");
        }
    }

    #[test]
    fn in_doubt_nothing_is_said() {
        for text in [
            "impl<T> A<T> { fn f() {} }",
            "impl A<'_> { fn f() {} }",
            "impl B<u8> for A { fn f() {} }",
            "impl B for &'static A { fn f() {} }",
            "trait A { async fn f() {} }",
            "unsafe trait A where Self: B { async fn f() {} }",
            "macro_rules! m { () => { fn f() {} } }",
            "macro_rules! m { () => { impl A { fn f() {} } } }",
            "m! { fn f() {} }",
            "m!(fn f() {});",
            "cfg_if! { if #[cfg(x)] { fn f() {} } }",
        ] {
            assert_eq!(around(text), Enclosing::Unknown, "{text}");
        }
    }

    #[test]
    fn text_is_no_code() {
        for text in [
            "const X: &str = \"impl<T> A<T> {\"; fn f() {}",
            "const X: &str = \"\\\"{\"; fn f() {}",
            "const X: &str = r#\"\"{\"#; fn f() {}",
            "const X: char = '{'; fn f() {}",
            "const X: char = '\\''; const Y: char = '{'; fn f() {}",
            "const X: char = '\\u{7b}'; const Y: u8 = b'{'; fn f() {}",
            "// {\n/* { /* { */ { */ fn f() {}",
            "fn g<'a>(x: &'a str) {} fn f() {}",
        ] {
            assert_eq!(around(text), Enclosing::Nothing, "{text}");
        }
    }

    #[test]
    fn lines_are_counted() {
        let functions = Functions::in_text("//\n\nconst X: &str = \"\n\";\n/*\n*/\nfn\nf() {}\nfn r#f() {}");
        let mut lines: Vec<_> = functions.0.keys().map(|(line, name)| (*line, &**name)).collect();
        lines.sort_unstable();
        assert_eq!(lines, [(8, "f"), (9, "f")]);
    }
}
