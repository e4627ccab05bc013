//! The arguments of the attribute, and of the statement attribute `#[checked(…)]`.

use crate::diagnostics::{Diagnostic, Sink};
use crate::imports::Meaning;
use crate::lints::{LINTS, Level, Levels};
use crate::test_args::{self, TestArgs};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::rc::Rc;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, LitStr, Meta, Path, Token, Type};

const ARGUMENTS: &str = "`allow(…)`, `warn(…)`, `deny(…)`, `blocking(\"…\")`, `non_blocking(\"…\")`, `send`, \
    `name = \"…\"`, `slow_after = \"…\"` and `crate = path`";

/// Those that only a generator takes.
const OF_GENERATORS: &str = "`resume = Type` and `try`";

/// How many nanoseconds a millisecond has.
const NANOSECONDS: u64 = 1_000_000;

/// What the user wrote in `#[checked_async(…)]`.
#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) levels: Levels,
    /// `blocking("…")` and `non_blocking("…")`: the project's own functions that block, and listed ones that do not.
    pub(crate) lists: Rc<Lists>,
    /// `send`: assert at the definition that the future is `Send`.
    pub(crate) send: Option<Span>,
    /// `name = "…"`: what reports call the function.
    pub(crate) name: Option<LitStr>,
    /// `slow_after = "…"`: how many nanoseconds a poll may take.
    pub(crate) slow_after: Option<u64>,
    /// `crate = path`: where the runtime crate is, for those who renamed it.
    pub(crate) runtime: Option<Path>,
    /// `resume = T`, of a generator: what `yield_!` evaluates to.
    pub(crate) resume: Option<(Span, Type)>,
    /// `try`, of a generator: `?` makes the error its last item.
    pub(crate) try_: Option<Span>,
    /// What they are those of.
    of: Of,
    /// Those that only a test has.
    pub(crate) test: TestArgs,
}

/// What an attribute is put on.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Of {
    #[default]
    Item,
    Generator,
    Test,
}

/// What a project adds to the lists of lints, and takes away: paths of functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists {
    /// `blocking("…")`
    pub(crate) blocking: Vec<String>,
    /// `non_blocking("…")`
    pub(crate) non_blocking: Vec<String>,
}

impl Lists {
    /// Does the project say that this function does not block?
    pub(crate) fn frees(&self, meaning: &Meaning) -> bool {
        self.non_blocking.iter().any(|path| meaning.may_be_listed_as(path))
    }

    /// Does the project say that a method of this name does not block, whatever it belongs to?
    pub(crate) fn frees_method(&self, name: &str) -> bool {
        self.non_blocking.iter().any(|path| path.rsplit("::").next() == Some(name))
    }
}

impl Args {
    /// Reads the arguments; reports each mistake and goes on with the rest.
    pub(crate) fn parse(tokens: TokenStream, base: Levels, sink: &Sink) -> Self {
        Self::read(tokens, Args { levels: base, ..Args::default() }, sink)
    }

    /// Reads the arguments of a test.
    pub(crate) fn parse_test(tokens: TokenStream, sink: &Sink) -> Self {
        Self::read(tokens, Args { of: Of::Test, ..Args::default() }, sink)
    }

    /// Reads the arguments of a generator.
    pub(crate) fn parse_generator(tokens: TokenStream, sink: &Sink) -> Self {
        Self::read(tokens, Args { of: Of::Generator, ..Args::default() }, sink)
    }

    fn read(tokens: TokenStream, mut args: Self, sink: &Sink) -> Self {
        let parse = |input: ParseStream<'_>| {
            while !input.is_empty() {
                args.parse_one(input, sink)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = parse.parse2(tokens) {
            sink.report(Diagnostic::from(error).help(&args.of.help()));
        }
        args
    }

    /// Reports those that only a generator takes.
    pub(crate) fn refuse_those_of_generators(&self, sink: &Sink) {
        let resume = self.resume.as_ref().map(|(span, _)| (*span, "resume"));
        for (span, name) in resume.into_iter().chain(self.try_.map(|span| (span, "try"))) {
            sink.report(
                Diagnostic::at(span, format!("`{name}` is an argument of `#[generator]`"))
                    .help(&format!("the arguments are {ARGUMENTS}")),
            );
        }
    }

    /// Reports those that only a test takes.
    pub(crate) fn refuse_those_of_tests(&self, sink: &Sink) {
        if let Some((span, name)) = self.test.first() {
            sink.report(
                Diagnostic::at(span, format!("`{name}` is an argument of `#[checked_async::test]`"))
                    .help(&format!("the arguments are {ARGUMENTS}")),
            );
        }
    }

    /// The arguments once more, for an attribute that is handed on.
    pub(crate) fn to_tokens(&self) -> TokenStream {
        let levels = self.levels.changed().map(|(lint, level)| {
            let lint = Ident::new(lint, Span::call_site());
            let level = Ident::new(level.name(), Span::call_site());
            quote!(#level(#lint),)
        });
        let send = self.send.map(|span| quote_spanned!(span=> send,));
        let name = self.name.as_ref().map(|name| quote!(name = #name,));
        let slow_after = self.slow_after.map(|nanoseconds| {
            let duration = format!("{}ms", nanoseconds / NANOSECONDS);
            quote!(slow_after = #duration,)
        });
        let runtime = self.runtime.as_ref().map(|path| quote!(crate = #path,));
        let Lists { blocking, non_blocking } = &*self.lists;
        let blocking = (!blocking.is_empty()).then(|| quote!(blocking(#(#blocking),*),));
        let non_blocking = (!non_blocking.is_empty()).then(|| quote!(non_blocking(#(#non_blocking),*),));
        quote!(#(#levels)* #blocking #non_blocking #send #name #slow_after #runtime)
    }

    fn parse_one(&mut self, input: ParseStream<'_>, sink: &Sink) -> syn::Result<()> {
        if input.peek(Token![crate]) {
            let key: Token![crate] = input.parse()?;
            input.parse::<Token![=]>()?;
            let path = if input.peek(LitStr) { input.parse::<LitStr>()?.parse()? } else { input.parse()? };
            set_once(&mut self.runtime, path, key.span(), "crate", sink);
            return Ok(());
        }
        let key = input.call(Ident::parse_any)?;
        if let Some(level) = level_named(&key) {
            let content;
            syn::parenthesized!(content in input);
            return set_levels(&mut self.levels, level, &content, sink);
        }
        if key == "resume" {
            input.parse::<Token![=]>()?;
            set_once(&mut self.resume, (key.span(), input.parse()?), key.span(), "resume", sink);
            return Ok(());
        }
        if key == "try" {
            set_once(&mut self.try_, key.span(), key.span(), "try", sink);
            return Ok(());
        }
        if key == "blocking" || key == "non_blocking" {
            let content;
            syn::parenthesized!(content in input);
            let lists = Rc::make_mut(&mut self.lists);
            let list = if key == "blocking" { &mut lists.blocking } else { &mut lists.non_blocking };
            return add_paths(list, &content, sink);
        }
        if key == "send" {
            set_once(&mut self.send, key.span(), key.span(), "send", sink);
            return Ok(());
        }
        if key == "name" {
            input.parse::<Token![=]>()?;
            set_once(&mut self.name, input.parse()?, key.span(), "name", sink);
            return Ok(());
        }
        if key == "slow_after" {
            input.parse::<Token![=]>()?;
            let literal: LitStr = input.parse()?;
            match parse_duration(&literal.value()) {
                Ok(duration) => set_once(&mut self.slow_after, duration, key.span(), "slow_after", sink),
                Err(mistake) => {
                    sink.report(
                        Diagnostic::at(literal.span(), mistake)
                            .help("write a whole number and `ms`, `s` or `m`, such as `slow_after = \"250ms\"`"),
                    );
                }
            }
            return Ok(());
        }
        if self.test.parse_one(&key, input, sink)? {
            return Ok(());
        }
        skip_value(input)?;
        sink.report(Diagnostic::at(key.span(), format!("unknown argument `{key}`")).help(&self.of.help()));
        Ok(())
    }
}

impl Of {
    /// Which arguments there are.
    fn help(self) -> String {
        match self {
            Of::Item => format!("the arguments are {ARGUMENTS}"),
            Of::Generator => format!("the arguments are {ARGUMENTS}, and of a generator {OF_GENERATORS}"),
            Of::Test => format!("the arguments are {ARGUMENTS}, and of a test {}", test_args::ARGUMENTS),
        }
    }
}

/// The levels after `#[checked(…)]` on a statement or expression; reports each mistake and goes on with the rest.
pub(crate) fn statement_levels(attribute: &Attribute, mut levels: Levels, sink: &Sink) -> Levels {
    const HELP: &str = "write `#[checked(allow(lint_name))]`, or `warn` or `deny`";
    let Meta::List(list) = &attribute.meta else {
        sink.report(Diagnostic::at(attribute.path().span(), "`#[checked]` says nothing").help(HELP));
        return levels;
    };
    let parse = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let key = input.call(Ident::parse_any)?;
            if let Some(level) = level_named(&key) {
                let content;
                syn::parenthesized!(content in input);
                set_levels(&mut levels, level, &content, sink)?;
            } else {
                skip_value(input)?;
                sink.report(Diagnostic::at(key.span(), format!("unknown argument `{key}`")).help(HELP));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = list.parse_args_with(parse) {
        sink.report(Diagnostic::from(error).help(HELP));
    }
    levels
}

fn level_named(key: &Ident) -> Option<Level> {
    if key == "allow" {
        Some(Level::Allow)
    } else if key == "warn" {
        Some(Level::Warn)
    } else if key == "deny" {
        Some(Level::Deny)
    } else {
        None
    }
}

fn set_levels(levels: &mut Levels, level: Level, input: ParseStream<'_>, sink: &Sink) -> syn::Result<()> {
    for lint in input.parse_terminated(Ident::parse_any, Token![,])? {
        if !levels.set(&lint.to_string(), level) {
            sink.report(unknown_lint(&lint));
        }
    }
    Ok(())
}

/// Reads the paths in `blocking("a::b", "c::d")`.
fn add_paths(list: &mut Vec<String>, input: ParseStream<'_>, sink: &Sink) -> syn::Result<()> {
    for literal in input.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])? {
        match literal.parse::<Path>() {
            Ok(path) => {
                let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                list.push(segments.join("::"));
            }
            Err(_) => sink.report(
                Diagnostic::at(literal.span(), format!("`{}` is not a path", literal.value()))
                    .help("write a function's path, such as `\"legacy::fetch\"`"),
            ),
        }
    }
    Ok(())
}

/// Reads a duration of at least a millisecond; how many nanoseconds it has.
fn parse_duration(text: &str) -> Result<u64, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        _ => None,
    };
    let duration = milliseconds.and_then(|unit| number.parse::<u64>().ok()?.checked_mul(unit * NANOSECONDS));
    match duration {
        Some(0) => Err("`slow_after` is shorter than a millisecond".into()),
        Some(duration) => Ok(duration),
        None => Err(format!("`{text}` is no duration")),
    }
}

fn unknown_lint(lint: &Ident) -> Diagnostic {
    let name = lint.to_string();
    let nearest = LINTS.iter().map(|lint| (distance(&name, lint.name), lint.name)).min();
    let diagnostic = Diagnostic::at(lint.span(), format!("unknown lint `{name}`"));
    match nearest {
        Some((distance, nearest)) if distance <= name.len() / 3 => {
            diagnostic.help(&format!("there is a lint with a similar name: `{nearest}`"))
        }
        _ => {
            let names: Vec<String> = LINTS.iter().map(|lint| format!("`{}`", lint.name)).collect();
            diagnostic.help(&format!("the lints are {}", names.join(", ")))
        }
    }
}

/// How many letters differ (Levenshtein's distance).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

fn set_once<T>(slot: &mut Option<T>, value: T, span: Span, name: &str, sink: &Sink) {
    if slot.is_some() {
        sink.report(Diagnostic::at(span, format!("`{name}` is given twice")).help("keep one of them"));
    } else {
        *slot = Some(value);
    }
}

/// Skips what follows an unknown key, so that the arguments after it are still read.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(tokens: TokenStream) -> Vec<String> {
        let sink = Sink::new();
        Args::parse(tokens, Levels::default(), &sink);
        sink.into_texts()
    }

    #[test]
    fn every_argument_is_read() {
        let sink = Sink::new();
        let tokens = quote!(allow(unawaited_future), warn(future_of_future), send, name = "n", crate = other::path,);
        let args = Args::parse(tokens, Levels::default(), &sink);
        assert!(sink.into_texts().is_empty());
        assert_eq!(args.levels.of("unawaited_future"), Level::Allow);
        assert_eq!(args.levels.of("future_of_future"), Level::Warn);
        assert!(args.send.is_some() && args.runtime.is_some());
        assert_eq!(args.name.unwrap().value(), "n");
    }

    #[test]
    fn a_generator_has_arguments_of_its_own() {
        let sink = Sink::new();
        let args = Args::parse_generator(quote!(resume = String, try, resumes = u32), &sink);
        assert!(args.resume.is_some() && args.try_.is_some());
        let texts = sink.into_texts();
        assert!(texts.len() == 1 && texts[0].ends_with("and of a generator `resume = Type` and `try`"), "{texts:?}");
    }

    #[test]
    fn a_misspelt_lint_is_answered_with_the_right_name() {
        let texts = mistakes(quote!(allow(unawaited_futures)));
        assert_eq!(
            texts,
            ["unknown lint `unawaited_futures`\nhelp: there is a lint with a similar name: `unawaited_future`"]
        );
    }

    #[test]
    fn one_mistake_does_not_hide_the_next() {
        let texts = mistakes(quote!(colour = "red", send, send, deny(nothing_like_it)));
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts[0].starts_with("unknown argument `colour`"));
        assert!(texts[1].starts_with("`send` is given twice"));
        assert!(texts[2].starts_with("unknown lint `nothing_like_it`"));
    }

    #[test]
    fn durations_are_read_and_mistakes_in_them_explained() {
        for (text, expected) in [("250ms", 250_000_000), ("2s", 2_000_000_000), ("1m", 60_000_000_000)] {
            let sink = Sink::new();
            let args = Args::parse(quote!(slow_after = #text), Levels::default(), &sink);
            assert_eq!((args.slow_after, sink.into_texts()), (Some(expected), vec![]));
            let sink = Sink::new();
            let again = Args::parse(args.to_tokens(), Levels::default(), &sink);
            assert_eq!((again.slow_after, sink.into_texts()), (Some(expected), vec![]));
        }
        let help = "help: write a whole number and `ms`, `s` or `m`, such as `slow_after = \"250ms\"`";
        for text in ["", "250", "fast", "-1s", "1.5s", "1h", "9999999999999999999s"] {
            assert_eq!(mistakes(quote!(slow_after = #text)), [format!("`{text}` is no duration\n{help}")]);
        }
        assert_eq!(
            mistakes(quote!(slow_after = "0s")),
            [format!("`slow_after` is shorter than a millisecond\n{help}")]
        );
        assert_eq!(mistakes(quote!(slow_after = 250)).len(), 1);
        assert_eq!(mistakes(quote!(slow_after = "1s", slow_after = "2s")).len(), 1);
    }

    #[test]
    fn broken_arguments_are_one_error() {
        for tokens in [quote!(allow), quote!(name), quote!(name = 3), quote!(=), quote!(allow = 1), quote!(crate)] {
            assert_eq!(mistakes(tokens.clone()).len(), 1, "{tokens}");
        }
    }
}
