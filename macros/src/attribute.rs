//! The attribute as a whole: what stands under it, what becomes of each function in it, and what is said where it is
//! misplaced.

use crate::args::Args;
use crate::diagnostics::{Diagnostic, Sink};
use crate::expand::{self, Form, Runtime, Scope, Syntax, can_be_named, ends_in_box_pin};
use crate::input::{Function, Input};
use crate::lints::{self, Levels, async_without_await};
use crate::syntax;
use crate::test_args::Features;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::sync::LazyLock;
use syn::spanned::Spanned as _;
use syn::{Attribute, ImplItem, Item, ItemImpl, ItemMod, ItemTrait, ReturnType, Signature, TraitItem, Visibility};

/// Who put the attribute there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// A user, who wants to be told where it does nothing.
    ByUser,
    /// The command, which puts it on everything that may hold async code.
    ByCommand,
}

/// Which attribute it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    CheckedAsync,
    Generator,
    Test,
}

/// Who reads the expansion.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Compiler,
    /// rust-analyzer, for completion, hover and the like.
    ///
    /// It finds its way through an expansion by text offsets: it expands the item twice, as it is and with a made-up name
    /// at the cursor, and takes for granted that up to the cursor both are the same. Code that is written around the
    /// user's depends on what parses and on what is a call, so the two differ. It also takes every generated token at the
    /// place of a user's token for one of that token's meanings. So it is shown the item as the user wrote it, which has
    /// the same types; what the lints find it shows from `cargo check`.
    Editor,
}

impl Reader {
    /// Whose process this is.
    pub(crate) fn of_this_process() -> Self {
        static READER: LazyLock<Reader> = LazyLock::new(|| {
            let program = std::env::current_exe().unwrap_or_default();
            let name = program.file_name().unwrap_or_default().to_string_lossy();
            if name.contains("rust-analyzer") { Reader::Editor } else { Reader::Compiler }
        });
        *READER
    }
}

/// Expands the attribute: always to the item, whatever is wrong, followed by the errors.
pub(crate) fn expand(args: TokenStream, input: TokenStream, placement: Placement, reader: Reader) -> TokenStream {
    let sink = Sink::new();
    let args = Args::parse(args, Levels::default(), &sink);
    args.refuse_those_of_generators(&sink);
    args.refuse_those_of_tests(&sink);
    expand_with(Which::CheckedAsync, &args, input, (placement, reader), sink)
}

/// Expands the attribute `#[generator]`.
pub(crate) fn expand_generator(args: TokenStream, input: TokenStream, reader: Reader) -> TokenStream {
    let sink = Sink::new();
    let args = Args::parse_generator(args, &sink);
    args.refuse_those_of_tests(&sink);
    expand_with(Which::Generator, &args, input, (Placement::ByUser, reader), sink)
}

/// Expands the attribute `#[test]`.
pub(crate) fn expand_test(args: TokenStream, input: TokenStream, reader: Reader) -> TokenStream {
    let sink = Sink::new();
    let args = Args::parse_test(args, &sink);
    args.refuse_those_of_generators(&sink);
    expand_with(Which::Test, &args, input, (Placement::ByUser, reader), sink)
}

fn expand_with(
    attribute: Which,
    args: &Args,
    input: TokenStream,
    (placement, reader): (Placement, Reader),
    sink: Sink,
) -> TokenStream {
    // Who has not put the attribute there cannot mean its syntax.
    let has_cleanup = placement == Placement::ByUser && Syntax::is_in(input.clone());
    let expand = |reader, sink: &Sink| {
        let scope = Scope::new(Runtime::new(args.runtime.clone()), sink, reader, has_cleanup);
        let attributed = Attributed { scope, placement };
        match attribute {
            Which::CheckedAsync => attributed.item(input.clone(), args),
            Which::Generator => attributed.generator(input.clone(), args),
            Which::Test => attributed.test(input.clone(), args),
        }
    };
    let compiled = expand(Reader::Compiler, &sink);
    let mut output = match reader {
        Reader::Compiler => compiled,
        // What was made for the compiler has shown the errors. What is new in the language no editor knows: that is written
        // as Rust for it too, and nothing else is.
        Reader::Editor if has_cleanup || attribute == Which::Generator => {
            let quiet = Sink::new();
            let output = expand(Reader::Editor, &quiet);
            quiet.into_tokens();
            output
        }
        Reader::Editor => input,
    };
    output.extend(sink.into_tokens());
    output
}

struct Attributed<'a> {
    scope: Scope<'a>,
    placement: Placement,
}

/// What is known of the place where a function stands.
#[derive(Clone, Copy, Default)]
struct Surroundings {
    /// In a `pub trait`, where rustc's `async_fn_in_trait` must see the `async`.
    public_trait: bool,
    /// In an `impl` or `trait` under another attribute, which must see the `async`.
    foreign_attribute: bool,
    /// In an item under the attribute, and so not expected to be async itself.
    nested: bool,
    /// In a trait, or in its implementation, which say what is async.
    of_trait: bool,
}

impl Attributed<'_> {
    fn item(&self, tokens: TokenStream, args: &Args) -> TokenStream {
        match Input::parse(tokens.clone()) {
            // The other attribute does all that this one would do.
            Input::Function(function) if is_generator(&function.attrs) => tokens,
            Input::Function(function) => self.function(*function, args, Surroundings::default()),
            Input::Impl(item) => self.implementation(item, args),
            Input::Trait(item) => self.trait_(item, args),
            Input::Module(item) => self.module(item, args),
            Input::Declaration { asyncness } => {
                if let Some(send) = args.send {
                    self.report(
                        Diagnostic::at(send, "`send` needs a function body to look at")
                            .help("declare the function as `fn … -> impl Future<Output = …> + Send`"),
                    );
                } else if asyncness.is_none() {
                    self.report(not_async(&tokens));
                }
                tokens
            }
            Input::OutOfLineModule { name } => {
                self.report(
                    Diagnostic::at(name.span(), "`#[checked_async]` cannot see into a module in another file")
                        .help("put the attribute on the items in that file, or run `cargo checked-async check`"),
                );
                tokens
            }
            Input::ConstFunction { constness } => {
                self.report(
                    Diagnostic::at(constness, "`#[checked_async]` on a `const fn`")
                        .help("remove the attribute: a `const fn` cannot be async"),
                );
                tokens
            }
            Input::Other { keyword } => {
                let article = if keyword == "enum" || keyword == "extern" { "an" } else { "a" };
                self.report(
                    Diagnostic::at(keyword.span(), format!("`#[checked_async]` on {article} `{keyword}`"))
                        .help("put it on an `async fn`, an `impl` block, a `trait` or an inline `mod`"),
                );
                tokens
            }
            Input::Unfinished => tokens,
        }
    }

    /// `#[generator]`
    fn generator(&self, tokens: TokenStream, args: &Args) -> TokenStream {
        const HELP: &str = "put it on an `async fn`, whose declared type is that of the items";
        match Input::parse(tokens.clone()) {
            Input::Function(mut function) => {
                let problem = not_a_generator(&function.sig);
                // One that only lacks the `async` is read as it is meant.
                let is_boxed = returned_future(&function.sig) == Some(Returned::Boxed);
                let is_meant = self.scope.has_cleanup && can_be_named(&function.sig.output) && !is_boxed;
                let is_expanded = problem.is_none() || is_meant && function.sig.variadic.is_none();
                match problem {
                    Some(problem) if is_boxed => self.report(
                        problem
                            .help("make it a `fn` that returns `AsyncGen<'_, Item>`, and calls the generator")
                            .note("an attribute such as `#[async_trait]` has made it one that returns a boxed future"),
                    ),
                    Some(problem) => self.report(problem.help(HELP)),
                    None => {}
                }
                if is_expanded {
                    // This attribute does all that the other one would do.
                    let is_other = |attribute: &mut Attribute| is_checked_async(attribute);
                    for other in function.attrs.extract_if(.., is_other) {
                        if !matches!(other.meta, syn::Meta::Path(_)) {
                            self.report(
                                Diagnostic::at(other.path().span(), "`#[checked_async]` beside `#[generator]`")
                                    .help("write its arguments in `#[generator(…)]`, which checks the function too"),
                            );
                        }
                    }
                    return expand::generator(*function, args, &self.scope);
                }
                tokens
            }
            Input::Declaration { .. } => match syn::parse2::<syn::TraitItemFn>(tokens.clone()) {
                Ok(function) => {
                    let Some(problem) = not_a_generator(&function.sig) else {
                        return expand::declaration(function, args, &self.scope.runtime);
                    };
                    self.report(problem.help(HELP));
                    tokens
                }
                Err(_) => tokens,
            },
            Input::Unfinished => tokens,
            Input::ConstFunction { constness } => {
                self.report(Diagnostic::at(constness, "`#[generator]` on a `const fn`").help(HELP));
                tokens
            }
            Input::Impl(_)
            | Input::Trait(_)
            | Input::Module(_)
            | Input::OutOfLineModule { .. }
            | Input::Other { .. } => {
                let first = tokens.clone().into_iter().next();
                let first = first.map_or_else(Span::call_site, |token| token.span());
                self.report(Diagnostic::at(first, "`#[generator]` on something that is not a function").help(HELP));
                tokens
            }
        }
    }

    /// `#[test]`
    fn test(&self, tokens: TokenStream, args: &Args) -> TokenStream {
        const HELP: &str = "put it on an `async fn` without arguments";
        let mut function = match Input::parse(tokens.clone()) {
            Input::Function(function) => function,
            Input::Unfinished => return tokens,
            _ => {
                let first = tokens.clone().into_iter().next();
                let first = first.map_or_else(Span::call_site, |token| token.span());
                let message = "`#[checked_async::test]` on something that is not a function with a body";
                self.report(Diagnostic::at(first, message).help(HELP));
                return tokens;
            }
        };
        // Whatever is wrong, what is meant by the function's body is no mistake.
        let read = |function: Function| match function.sig.asyncness {
            Some(_) => self.function(function, args, Surroundings::default()),
            None => tokens.clone(),
        };
        if let Some((span, problem)) = not_a_test(&function.sig) {
            self.report(Diagnostic::at(span, problem).help(HELP));
            return read(*function);
        }
        // This attribute does all that the others would do.
        for other in function.attrs.extract_if(.., |attribute| is_checked_async(attribute) || is_test(attribute)) {
            let name = other.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            if name == "test" || !matches!(other.meta, syn::Meta::Path(_)) {
                self.report(
                    Diagnostic::at(other.path().span(), format!("`#[{name}]` beside `#[checked_async::test]`")).help(
                        "remove it: `#[checked_async::test(…)]` takes its arguments, and makes the function a test",
                    ),
                );
            }
        }
        match args.test.runtime(Features::ON, function.sig.ident.span(), self.scope.sink) {
            Some(runtime) => expand::test(*function, &runtime, args, &self.scope),
            None => read(*function),
        }
    }

    fn report(&self, diagnostic: Diagnostic) {
        if self.placement == Placement::ByUser {
            self.scope.sink.report(diagnostic);
        }
    }

    fn implementation(&self, mut item: ItemImpl, args: &Args) -> TokenStream {
        if let Some(handed_on) = self.hand_on(&mut item.attrs, args) {
            return quote!(#(#handed_on)* #item);
        }
        let surroundings = Surroundings {
            foreign_attribute: has_foreign_attribute(&item.attrs),
            nested: true,
            public_trait: false,
            of_trait: item.trait_.is_some(),
        };
        for member in &mut item.items {
            if let ImplItem::Fn(function) = member
                && !is_checked_itself(&function.attrs)
                && function.sig.constness.is_none()
            {
                let function = function.clone();
                let function =
                    Function::new(function.attrs, function.vis, function.modifiers, function.sig, function.block);
                *member = ImplItem::Verbatim(self.function(function, args, surroundings));
            }
        }
        item.into_token_stream()
    }

    fn trait_(&self, mut item: ItemTrait, args: &Args) -> TokenStream {
        if let Some(handed_on) = self.hand_on(&mut item.attrs, args) {
            return quote!(#(#handed_on)* #item);
        }
        let surroundings = Surroundings {
            foreign_attribute: has_foreign_attribute(&item.attrs),
            nested: true,
            public_trait: !matches!(item.vis, Visibility::Inherited),
            of_trait: true,
        };
        for member in &mut item.items {
            if let TraitItem::Fn(function) = member
                && !is_checked_itself(&function.attrs)
                && function.sig.constness.is_none()
                && let Some(block) = function.default.clone()
            {
                let function = function.clone();
                let function =
                    Function::new(function.attrs, Visibility::Inherited, function.modifiers, function.sig, block);
                *member = TraitItem::Verbatim(self.function(function, args, surroundings));
            }
        }
        item.into_token_stream()
    }

    fn module(&self, mut item: ItemMod, args: &Args) -> TokenStream {
        let Some((_, items)) = &mut item.content else { return item.into_token_stream() };
        for member in items {
            let attributes = match member {
                Item::Fn(function) => &function.attrs,
                Item::Impl(implementation) => &implementation.attrs,
                Item::Trait(trait_) => &trait_.attrs,
                Item::Mod(module) => &module.attrs,
                _ => continue,
            };
            if is_checked_itself(attributes) {
                continue;
            }
            let expanded = match member.clone() {
                Item::Fn(function) if function.sig.constness.is_none() => {
                    let function =
                        Function::new(function.attrs, function.vis, function.modifiers, function.sig, *function.block);
                    self.function(function, args, Surroundings { nested: true, ..Surroundings::default() })
                }
                Item::Impl(implementation) => self.implementation(implementation, args),
                Item::Trait(trait_) => self.trait_(trait_, args),
                Item::Mod(module) => self.module(module, args),
                _ => continue,
            };
            *member = Item::Verbatim(expanded);
        }
        item.into_token_stream()
    }

    fn function(&self, mut function: Function, args: &Args, surroundings: Surroundings) -> TokenStream {
        if let Some(handed_on) = self.hand_on(&mut function.attrs, args) {
            return quote!(#(#handed_on)* #function);
        }
        if function.sig.asyncness.is_some()
            && let Some(diagnostic) = lints::future_of_future::check_output(&function.sig.output, args.levels)
        {
            self.scope.sink.report(diagnostic);
        }
        let free_to_change =
            !surroundings.of_trait && !surroundings.foreign_attribute && !has_foreign_attribute(&function.attrs);
        if free_to_change
            && let Some(finding) = async_without_await::check_function(&function, surroundings.nested, args.levels)
        {
            self.scope.report(finding);
        }
        let form = self.form(&function, surroundings);
        if let Some(send) = args.send
            && form != Form::Wrapped
            && !surroundings.nested
        {
            self.report(
                Diagnostic::at(send, "`send` cannot be asserted of this function")
                    .help("it needs an `async fn` with a return type that can be named, under no other attribute"),
            );
        }
        expand::function(function, form, args, &self.scope)
    }

    fn form(&self, function: &Function, surroundings: Surroundings) -> Form {
        let sig = &function.sig;
        if sig.asyncness.is_none() {
            return self.form_of_sync(function, surroundings);
        }
        if !can_be_named(&sig.output) || sig.variadic.is_some() {
            Form::Linted
        } else if surroundings.foreign_attribute
            || surroundings.public_trait
            || has_foreign_attribute(&function.attrs)
            || function.attrs.iter().any(|attribute| attribute.path().is_ident("must_use"))
            || sig.ident == "main"
        {
            Form::Kept
        } else {
            Form::Wrapped
        }
    }

    /// A function that is not async may make its future by hand, or another attribute may have done it.
    fn form_of_sync(&self, function: &Function, surroundings: Surroundings) -> Form {
        let returned = returned_future(&function.sig);
        if returned == Some(Returned::Impl) // Early `return`s would need the same wrapping as the last expression.
            && !syntax::holds_word(function.block.to_token_stream(), &["return"])
        {
            return Form::ReturnsFuture;
        }
        if returned == Some(Returned::Boxed) && ends_in_box_pin(&function.block) {
            return Form::ReturnsBox;
        }
        if returned.is_none()
            && !surroundings.nested
            && !syntax::holds_word(function.block.to_token_stream(), &["async", "await"])
        {
            self.report(not_async(&function.sig.to_token_stream()));
        }
        Form::Linted
    }

    /// Puts the attribute behind those that understand async fns only before it changes them, and keep what follows.
    ///
    /// Input:  `#[instrument] async fn f() { … }`
    /// Output: `#[checked_async] async fn f() { … }`, with `#[instrument]` to be put before it
    fn hand_on(&self, attributes: &mut Vec<Attribute>, args: &Args) -> Option<Vec<TokenStream>> {
        const EXPANDED_FIRST: &[&str] = &["async_recursion", "async_trait", "instrument"];
        let first = attributes.iter().any(|attribute| {
            attribute.path().segments.last().is_some_and(|last| EXPANDED_FIRST.iter().any(|name| last.ident == name))
        });
        let others = attributes.iter().filter(|attribute| is_foreign(attribute)).count();
        if !first || others > 1 {
            return None;
        }
        let (outer, inner): (Vec<Attribute>, Vec<Attribute>) =
            attributes.drain(..).partition(|attribute| matches!(attribute.style, syn::AttrStyle::Outer));
        *attributes = inner;
        let mut handed_on: Vec<TokenStream> = outer.iter().map(ToTokens::to_token_stream).collect();
        handed_on.push(self.attribute(args));
        Some(handed_on)
    }

    /// The attribute once more, with the same arguments.
    fn attribute(&self, args: &Args) -> TokenStream {
        let name = match self.placement {
            Placement::ByUser => "checked_async",
            Placement::ByCommand => "checked_item",
        };
        let path = self.scope.runtime.attribute(name, Span::call_site());
        let arguments = args.to_tokens();
        quote!(#[#path(#arguments)])
    }
}

fn not_async(item: &TokenStream) -> Diagnostic {
    let fn_token = item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "fn" => Some(ident.span()),
        _ => None,
    });
    Diagnostic::at(fn_token.unwrap_or_else(Span::call_site), "`#[checked_async]` on a function that is not async")
        .help("make it an `async fn`, return `impl Future`, or remove the attribute")
}

/// What keeps a function from being a generator.
fn not_a_generator(sig: &Signature) -> Option<Diagnostic> {
    if sig.asyncness.is_none() {
        let span = sig.fn_token.span;
        return Some(Diagnostic::at(span, "`#[generator]` on a function that is not async"));
    }
    let variadic = sig.variadic.as_ref()?;
    Some(Diagnostic::at(variadic.dots.spans[0], "`#[generator]` on a variadic function"))
}

/// What keeps a function from being a test.
fn not_a_test(sig: &Signature) -> Option<(Span, &'static str)> {
    if sig.asyncness.is_none() {
        Some((sig.fn_token.span, "`#[checked_async::test]` on a function that is not async"))
    } else if let Some(argument) = sig.inputs.first() {
        Some((argument.span(), "a test takes no arguments"))
    } else if let Some(parameter) = sig.generics.params.first() {
        Some((parameter.span(), "a test has no generic parameters"))
    } else {
        None
    }
}

/// Does it make a test, too?
fn is_test(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "test")
}

/// Does it carry the attribute itself, perhaps with other arguments?
fn is_checked_itself(attributes: &[Attribute]) -> bool {
    attributes.iter().any(is_checked_async) || is_generator(attributes)
}

/// Is it this attribute?
fn is_checked_async(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| last.ident == "checked_async" || last.ident == "checked_item")
}

/// Is `#[generator]` among them, which checks the function too?
fn is_generator(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "generator"))
}

fn has_foreign_attribute(attributes: &[Attribute]) -> bool {
    attributes.iter().any(is_foreign)
}

/// Could the attribute be a macro, which wants to see the async fn as it was written?
fn is_foreign(attribute: &Attribute) -> bool {
    const BUILT_IN: &[&str] = &[
        "allow",
        "automatically_derived",
        "cfg",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "export_name",
        "forbid",
        "inline",
        "link_section",
        "must_use",
        "no_mangle",
        "target_feature",
        "track_caller",
        "warn",
    ];
    const TOOLS: &[&str] = &["clippy", "diagnostic", "rustdoc", "rustfmt"];
    let path = attribute.path();
    let Some(first) = path.segments.first() else { return false };
    if attribute.path().is_ident("cfg_attr") {
        return !conditional_is_built_in(attribute, BUILT_IN, TOOLS);
    }
    let names = if path.segments.len() == 1 { BUILT_IN } else { TOOLS };
    let unsafe_ = path.is_ident("unsafe");
    !unsafe_ && !names.iter().any(|name| first.ident == name)
}

/// Does `#[cfg_attr(condition, …)]` set built-in attributes only?
fn conditional_is_built_in(attribute: &Attribute, built_in: &[&str], tools: &[&str]) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return true };
    let mut after_comma = false;
    list.tokens.clone().into_iter().all(|token| match token {
        TokenTree::Punct(punct) if punct.as_char() == ',' => {
            after_comma = true;
            true
        }
        TokenTree::Ident(ident) if after_comma => {
            after_comma = false;
            built_in.iter().chain(tools).any(|name| ident == name)
        }
        _ => true,
    })
}

#[derive(PartialEq, Eq)]
enum Returned {
    Impl,
    Boxed,
}

/// How a function that is not async returns a future, if its signature says that it does.
fn returned_future(sig: &Signature) -> Option<Returned> {
    let ReturnType::Type(_, ty) = &sig.output else { return None };
    match &**ty {
        syn::Type::ImplTrait(impl_trait) => {
            let transparent = |bound: &syn::TypeParamBound| match bound {
                syn::TypeParamBound::Trait(bound) => bound
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| ["Future", "Send", "Sync", "Unpin"].iter().any(|name| last.ident == name)),
                _ => true,
            };
            let is_future = impl_trait.bounds.iter().any(syntax::is_future_bound);
            (is_future && impl_trait.bounds.iter().all(transparent)).then_some(Returned::Impl)
        }
        syn::Type::Path(path) => {
            let last = path.path.segments.last()?;
            let boxed = last.ident == "BoxFuture" || last.ident == "LocalBoxFuture";
            let pinned = last.ident == "Pin" && {
                let arguments = last.arguments.to_token_stream().to_string();
                arguments.contains("dyn") && arguments.contains("Future")
            };
            (boxed || pinned).then_some(Returned::Boxed)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(args: TokenStream, item: &TokenStream, reader: Reader) -> String {
        expand(args, item.clone(), Placement::ByUser, reader).to_string()
    }

    #[test]
    fn an_editor_sees_the_item_as_it_is() {
        let item = quote! {
            /// Documented.
            async fn f(mut a: A) -> B {
                #[checked(allow(unawaited_future))]
                g(a);
                h().await
            }
        };
        assert_eq!(expanded(TokenStream::new(), &item, Reader::Editor), item.to_string());
        assert_ne!(expanded(TokenStream::new(), &item, Reader::Compiler), item.to_string());
    }

    #[test]
    fn an_editor_sees_new_syntax_as_rust_and_nothing_else_rewritten() {
        let item = quote! {
            async fn f(a: A) -> B {
                defer! { close().await; }
                g(a).await
            }
        };
        let shown = expanded(TokenStream::new(), &item, Reader::Editor);
        assert!(shown.starts_with("async fn f (a : A) -> B {"), "{shown}");
        assert!(!shown.contains("defer") && !shown.contains("track_caller"), "{shown}");
        let item = quote! {
            async fn numbers() -> u32 {
                g().await;
                yield_!(1);
            }
        };
        let shown = expand_generator(TokenStream::new(), item, Reader::Editor).to_string();
        assert!(shown.contains("Generator <") && shown.contains("g () . await ;"), "{shown}");
        assert!(!shown.contains("yield_ !"), "{shown}");
    }

    #[test]
    fn the_command_leaves_the_syntax_alone() {
        let item = quote! {
            async fn f() {
                defer! { g(); }
                h().await
            }
        };
        let shown = expand(TokenStream::new(), item, Placement::ByCommand, Reader::Compiler).to_string();
        assert!(shown.contains("defer ! {"), "{shown}");
    }

    #[test]
    fn an_editor_sees_the_errors() {
        let item = quote!(
            struct S;
        );
        let shown = expanded(TokenStream::new(), &item, Reader::Editor);
        assert_eq!(shown, expanded(TokenStream::new(), &item, Reader::Compiler));
        assert!(shown.contains("compile_error"), "{shown}");
        assert!(
            expanded(
                quote!(colour),
                &quote!(
                    async fn f() {}
                ),
                Reader::Editor
            )
            .contains("colour")
        );
    }
}
