//! Random and mutated items go through the attribute: never a panic, and every word of the user's comes out again.
//!
//! The corpus is the code of this workspace's tests, which has every form of function that the attribute knows. The
//! random numbers are the same in every run; a failure prints the item. `FUZZ_ROUNDS=100000 cargo test --release fuzz`
//! goes on for longer.

use crate::attribute::{self, Placement, Reader};
use crate::syntax;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

fn rounds() -> usize {
    std::env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2_000)
}

/// A small generator (xorshift64*), the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// The functions, `impl`s, `trait`s and small `mod`s of the workspace's test code.
fn corpus() -> Vec<TokenStream> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["tests/hazards", "tests/tests", "ui-tests/fail", "ui-tests/pass", "runtime/src", "macros/src/expand"]
    {
        collect(&workspace.join(folder), &mut files);
    }
    files.sort();
    let mut items = Vec::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        if let Ok(file) = syn::parse_file(&text) {
            file.items.into_iter().for_each(|item| add(item, &mut items));
        }
    }
    assert!(items.len() > 300, "only {} items were found", items.len());
    items
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn add(item: syn::Item, items: &mut Vec<TokenStream>) {
    const LARGE: usize = 400;
    if let syn::Item::Mod(module) = &item {
        module.content.iter().flat_map(|(_, items)| items).cloned().for_each(|item| add(item, items));
    }
    if let syn::Item::Macro(mac) = &item
        && let Ok(file) = syn::parse2::<syn::File>(mac.mac.tokens.clone())
    {
        file.items.into_iter().for_each(|item| add(item, items));
    }
    let tokens = item.into_token_stream();
    if count(&tokens) < LARGE {
        items.push(tokens);
    }
}

fn count(tokens: &TokenStream) -> usize {
    let of = |token| match token {
        TokenTree::Group(group) => 1 + count(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(of).sum()
}

const WORDS: &[&str] = &[
    "async",
    "await",
    "fn",
    "impl",
    "trait",
    "mod",
    "move",
    "let",
    "if",
    "else",
    "match",
    "loop",
    "while",
    "for",
    "in",
    "return",
    "break",
    "continue",
    "const",
    "static",
    "unsafe",
    "extern",
    "pub",
    "self",
    "Self",
    "mut",
    "ref",
    "dyn",
    "where",
    "use",
    "type",
    "struct",
    "true",
    "crate",
    "super",
    "as",
    "_",
    "x",
    "f",
    "drop",
    "defer",
    "for_await",
    "return",
    "break",
    "continue",
    "loop",
    "yield_",
    "vec",
    "join",
    "select",
    "checked",
    "allow",
    "unawaited_future",
    "r#fn",
    "default",
    "union",
    "gen",
];

fn token(random: &mut Random) -> TokenTree {
    match random.below(10) {
        0..=3 => {
            let word = random.pick(WORDS);
            match word.strip_prefix("r#") {
                Some(word) => Ident::new_raw(word, Span::call_site()).into(),
                None => Ident::new(word, Span::call_site()).into(),
            }
        }
        4..=6 => {
            let spacing = if random.one_in(2) { Spacing::Joint } else { Spacing::Alone };
            let punct = *random.pick(&[
                '=', '<', '>', '!', '~', '+', '-', '*', '/', '%', '^', '&', '|', '@', '.', ',', ';', ':', '#', '$', '?',
            ]);
            Punct::new(punct, spacing).into()
        }
        7 => Literal::u32_unsuffixed(1).into(),
        8 => Literal::string("{x}").into(),
        _ => {
            let delimiter = *random.pick(&[Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket]);
            let delimiter = if random.one_in(8) { Delimiter::None } else { delimiter };
            let length = random.below(4);
            Group::new(delimiter, soup(random, length)).into()
        }
    }
}

fn soup(random: &mut Random, length: usize) -> TokenStream {
    (0..length).map(|_| token(random)).collect()
}

/// Changes one place: in this stream, or in one of its groups.
fn mutate(tokens: TokenStream, random: &mut Random) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let groups: Vec<usize> =
        tokens.iter().enumerate().filter(|(_, token)| matches!(token, TokenTree::Group(_))).map(|(at, _)| at).collect();
    if !groups.is_empty() && !random.one_in(4) {
        let at = *random.pick(&groups);
        if let TokenTree::Group(group) = &tokens[at] {
            let delimiter = if random.one_in(30) { Delimiter::None } else { group.delimiter() };
            tokens[at] = Group::new(delimiter, mutate(group.stream(), random)).into();
        }
        return tokens.into_iter().collect();
    }
    let (at, other) = (random.below(tokens.len()), random.below(tokens.len()));
    match random.below(7) {
        _ if tokens.is_empty() => tokens.push(token(random)),
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[other].clone()),
        2 => tokens.swap(at, other),
        3 => tokens.truncate(at),
        4 => tokens.insert(at, token(random)),
        5 => tokens[at] = token(random),
        _ => drop(tokens.drain(at.min(other)..at.max(other))),
    }
    tokens.into_iter().collect()
}

/// The user's words: every identifier, but for what the attribute takes away on purpose.
fn words(tokens: TokenStream, found: &mut HashSet<String>) {
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        match token {
            // `#[checked(…)]`, whose words are the attribute's own.
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {
                let own =
                    group.stream().into_iter().any(|token| ["checked", "for_await"].contains(&&*token.to_string()));
                if !own {
                    words(group.stream(), found);
                }
            }
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            _ => {}
        }
        after_hash = is_hash;
    }
    for keyword in ["async", "defer", "for", "for_await", "in", "yield", "yield_", "mut", "ref", "where", "_"] {
        found.remove(keyword);
    }
}

/// Expands, as a generator where no placement is given, and says what is wrong with the result.
fn trouble(args: &TokenStream, item: &TokenStream, placement: Option<Placement>, reader: Reader) -> Option<String> {
    // Beside `#[generator]`, `#[checked_async]` goes, with an error where it has arguments.
    if placement.is_none() && syntax::holds_word(item.clone(), &["checked_async", "checked_item"]) {
        return None;
    }
    let expand = || match placement {
        Some(placement) => attribute::expand(args.clone(), item.clone(), placement, reader),
        None => attribute::expand_generator(args.clone(), item.clone(), reader),
    };
    let Ok(output) = catch_unwind(AssertUnwindSafe(expand)) else { return Some("it panicked".to_owned()) };
    let (mut before, mut after) = (HashSet::new(), HashSet::new());
    words(item.clone(), &mut before);
    words(output.clone(), &mut after);
    let lost: Vec<&String> = before.difference(&after).collect();
    if !lost.is_empty() {
        return Some(format!("these words are lost: {lost:?} in\n{output}"));
    }
    output.to_string().parse::<TokenStream>().err().map(|error| format!("the output does not lex: {error}\n{output}"))
}

fn assert_expands(args: &TokenStream, item: &TokenStream) {
    // Torn apart, tokens may be none that a lexer could have made: a lone `'`, or `//`.
    if [args, item].iter().any(|tokens| tokens.to_string().parse::<TokenStream>().is_err()) {
        return;
    }
    let ways = [
        (Some(Placement::ByUser), Reader::Compiler),
        (Some(Placement::ByCommand), Reader::Compiler),
        (Some(Placement::ByUser), Reader::Editor),
        (None, Reader::Compiler),
        (None, Reader::Editor),
    ];
    for (placement, reader) in ways {
        if let Some(trouble) = trouble(args, item, placement, reader) {
            panic!("{trouble}\n#[checked_async({args})]\n{item}");
        }
    }
}

fn arguments(random: &mut Random) -> TokenStream {
    match random.below(8) {
        0 => quote!(send, name = "name"),
        1 => quote!(allow(unawaited_future), warn(future_of_future, unused_future_binding)),
        2 => quote!(warn(unawaited_future, unawaited_in_container), crate = other::path),
        3 => mutate(quote!(allow(unawaited_future), deny(future_of_future), send, name = "n", crate = "a"), random),
        4 => {
            let length = random.below(6);
            soup(random, length)
        }
        _ => TokenStream::new(),
    }
}

#[test]
fn the_corpus_expands() {
    for item in corpus() {
        assert_expands(&TokenStream::new(), &item);
    }
}

#[test]
fn mutated_items_expand() {
    let corpus = corpus();
    let mut random = Random(0x00C0_FFEE);
    for _ in 0..rounds() {
        let mut item = random.pick(&corpus).clone();
        for _ in 0..=random.below(4) {
            item = mutate(item, &mut random);
        }
        assert_expands(&arguments(&mut random), &item);
    }
}

#[test]
fn random_tokens_expand() {
    let mut random = Random(0x5EED);
    for _ in 0..rounds() {
        let (head, body) = (random.below(6), random.below(24));
        let (head, body) = (soup(&mut random, head), soup(&mut random, body));
        let item = match random.below(5) {
            0 => body,
            1 => quote!(async fn name(#head) { #body }),
            2 => quote!(async fn name() -> #head { #body }),
            3 => quote!(impl #head { async fn name(&self) { #body } }),
            _ => quote!(#head fn name() { async { #body } }),
        };
        assert_expands(&arguments(&mut random), &item);
    }
}

#[test]
fn deeply_nested_items_expand() {
    const DEPTH: usize = 100;
    let nest = |wrap: fn(TokenStream) -> TokenStream| (0..DEPTH).fold(quote!(f()), |inner, _| wrap(inner));
    let wraps: &[fn(TokenStream) -> TokenStream] = &[
        |inner| quote!((#inner)),
        |inner| quote!({ #inner; }),
        |inner| quote!(drop(#inner)),
        |inner| quote!(async { #inner }),
        |inner| quote!(|| #inner),
        |inner| quote!(vec![{ #inner; }]),
        |inner| quote!(if a { #inner } else { g() }),
        |inner| quote!(#inner.g().await?),
    ];
    // As much stack as rustc has.
    let run = move || {
        for wrap in wraps {
            let body = nest(*wrap);
            assert_expands(&TokenStream::new(), &quote!(async fn name() { #body; let _ = #body; #body }));
        }
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run);
    thread.expect("a thread can be started").join().expect("nothing goes wrong in it");
}
