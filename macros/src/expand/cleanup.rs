//! The syntax of cleanup: `defer!`, `#[for_await]`, and in generators `yield_!`.
//!
//! Each stands for code that runs on every way out of some other code; `exits` has how those ways are led there.
//! A closure or an async block inside is left by ways of its own, and reading it starts anew.

mod exits;
mod macros;
mod plain;
mod syntax;
mod variables;

pub(crate) use syntax::Syntax;

use self::exits::{Exit, Frame, Frames, Region, Way, taken};
use self::syntax::Defer;
use super::body::Scope;
use super::{Runtime, generated};
use crate::diagnostics::{Diagnostic, Sink};
use crate::facts::Names;
use crate::syntax::{attributes, attributes_mut, holds_word, is_macro, last_span, peel};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::rc::Rc;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Lifetime, Stmt};

/// What the code belongs to, which says what its exits mean.
#[derive(Clone)]
pub(crate) enum Body {
    /// An async function, with its return type where that can be written, or an async block.
    Async { output: Option<TokenStream> },
    /// A function or closure that is not async.
    Sync,
    /// A generator, with its item's type where that can be written.
    Generator { item: Option<TokenStream>, raises: bool },
}

/// Rewrites a body.
struct Cleanup<'a> {
    runtime: &'a Runtime,
    sink: &'a Sink,
    syntax: &'a Syntax,
    body: Body,
    /// Is the code in a closure or a block of its own, inside of a generator?
    within_generator: bool,
    frames: Frames,
    /// How many regions there are.
    regions: usize,
    /// Is anything awaited in what was read, of this body's own?
    awaits: bool,
    found: Found,
}

/// What was found in a body.
#[derive(Default)]
pub(crate) struct Found {
    /// Is there a `defer!` in it, not counting those of closures and async blocks?
    pub(crate) defers: bool,
}

/// Rewrites a function's body, if there is any of the syntax in the item to which it belongs.
pub(crate) fn rewrite(block: &mut Block, body: Body, names: Rc<Names>, scope: &Scope<'_>) -> Found {
    if scope.has_cleanup || matches!(body, Body::Generator { .. }) {
        let syntax = Syntax::new(names, scope.reader);
        let mut cleanup = Cleanup::new(body, &scope.runtime, scope.sink, &syntax);
        cleanup.rewrite(block);
        return cleanup.found;
    }
    Found::default()
}

/// The name of a generator's handle in its body.
pub(crate) fn handle(span: Span) -> Ident {
    Ident::new("generator", generated(span))
}

impl<'a> Cleanup<'a> {
    fn new(body: Body, runtime: &'a Runtime, sink: &'a Sink, syntax: &'a Syntax) -> Self {
        Self {
            runtime,
            sink,
            syntax,
            body,
            within_generator: false,
            frames: Frames::default(),
            regions: 0,
            awaits: false,
            found: Found::default(),
        }
    }

    /// Rewrites a function's body.
    fn rewrite(&mut self, block: &mut Block) {
        let end = match &self.body {
            Body::Async { output } => output.clone(),
            Body::Generator { .. } => Some(nothing()),
            Body::Sync => None,
        };
        self.block(block, end);
    }

    /// Rewrites a block whose value is of a type that is known, perhaps.
    fn block(&mut self, block: &mut Block, end: Option<TokenStream>) {
        let statements = std::mem::take(&mut block.stmts);
        block.stmts = self.statements(statements, end);
    }

    /// Input:  `a; defer! { cleanup } b; c`
    /// Output: `a; let exit = { b; c }; settled().await; { cleanup } exit`, if there is no other exit
    fn statements(&mut self, statements: Vec<Stmt>, end: Option<TokenStream>) -> Vec<Stmt> {
        let mut done = Vec::with_capacity(statements.len());
        let mut statements = statements.into_iter();
        while let Some(mut statement) = statements.next() {
            if let Some(defer) = self.syntax.defer_statement(&mut statement, self.sink) {
                if matches!(self.body, Body::Sync) {
                    self.sink.report(
                        Diagnostic::at(defer.at, "`defer!` outside of an async function")
                            .help("move it into the `async fn` or async block whose exits it is about"),
                    );
                }
                // Items are known in the whole block, whereever in it they stand.
                let (items, rest): (Vec<Stmt>, Vec<Stmt>) = statements.partition(is_item);
                done.extend(items);
                done.push(self.defer(defer, rest, end));
                return done;
            }
            self.visit_stmt_mut(&mut statement);
            done.push(statement);
        }
        done
    }

    fn defer(&mut self, defer: Defer, rest: Vec<Stmt>, end: Option<TokenStream>) -> Stmt {
        let Defer { at, attributes, mut cleanup } = defer;
        let span = generated(at);
        self.found.defers |= !self.within_generator;
        self.regions += 1;
        let ends_plainly = has_no_value(&rest);
        let gives_up = variables::are_given_up(&rest);
        let awaited_before = std::mem::take(&mut self.awaits);
        self.frames.push_region(self.regions, span);
        let rest = self.statements(rest, end.clone());
        let region = self.frames.pop_region();
        let rest_awaits = std::mem::take(&mut self.awaits);
        self.frames.push(Frame::Cleanup);
        self.block(&mut cleanup, None);
        self.frames.pop();
        let cleanup_awaits = std::mem::replace(&mut self.awaits, true);
        let run = region.run(
            &quote_spanned!(span=> { #(#rest)* }),
            |exit| self.ty(exit, end.as_ref(), span),
            &flow(span),
            span,
        );
        let perform = self.perform(&region, span);
        // Without the cleanup there is nothing to prepare for it.
        let conditions = attributes.iter().filter(|attribute| is_condition(attribute));
        let conditions = quote!(#(#conditions)*);
        let (begins, ends) = match self.body {
            Body::Generator { .. } => {
                let handle = handle(at);
                (
                    quote_spanned!(span=> #conditions #handle.cleanup_begins();),
                    quote_spanned!(span=> #conditions #[allow(unreachable_code)] #handle.cleanup_ends();),
                )
            }
            Body::Async { .. } | Body::Sync => Default::default(),
        };
        // What was dropped on the way is closed before the cleanup begins. The await is one across which everything lives that
        // is there at that time, which must not be what makes a future `!Send`. So there is none unless something is awaited
        // on the way, across which the variables live too; and the values of the exits do so if the cleanup awaits.
        let settles = rest_awaits
            && !matches!(self.body, Body::Sync)
            && (cleanup_awaits || !gives_up && self.are_plain(&region, end.as_ref(), ends_plainly, span));
        let settles = settles.then(|| {
            let private = self.runtime.private(span);
            quote_spanned!(span=> #conditions #[allow(unreachable_code)] { #private::settled().await })
        });
        self.awaits = awaited_before || rest_awaits || cleanup_awaits || settles.is_some();
        // It is a block of its own, since what it declares is not the user's.
        let code = quote_spanned!(span=> { #begins #run #settles #(#attributes)* #cleanup #ends #perform });
        Stmt::Expr(Expr::Verbatim(code), None)
    }

    /// Are the values of a region's exits, and of its end, `Send` for certain?
    fn are_plain(&self, region: &Region, end: Option<&TokenStream>, ends_plainly: bool, span: Span) -> bool {
        let is_plain = |exit| self.syntax.is_plain(self.ty(exit, end, span));
        (ends_plainly || is_plain(None))
            && region.exits().iter().all(|exit| match exit {
                Exit::Return => is_plain(Some(*exit)),
                Exit::Break(target) => !self.frames.is_given_values(*target),
                Exit::Continue(_) => true,
                // An item: where those are not, the generator is not either.
                Exit::Raise => true,
            })
    }

    /// Input:  `'label: for pattern in stream { body }`
    /// Output: `match Iterated(stream) { iterated => {
    ///              let mut source = pin!(iterated.source());
    ///              let exit = {
    ///                  'label: loop {
    ///                      let pattern = match source.as_mut().next().await { Some(item) => item, None => break };
    ///                      { body }
    ///                  }
    ///              };
    ///              source.as_mut().close().await;
    ///              exit
    ///          } }`
    fn for_await(&mut self, for_loop: &mut syn::ExprForLoop) -> Expr {
        let span = generated(for_loop.for_token.span);
        if matches!(self.body, Body::Sync) {
            self.sink.report(
                Diagnostic::at(for_loop.for_token.span, "`#[for_await]` outside of an async function")
                    .help("move the loop into an `async fn` or async block"),
            );
            let mut loop_ = Expr::Verbatim(TokenStream::new());
            self.within(Body::Async { output: None }, |inner| loop_ = inner.for_await(for_loop));
            return Expr::Verbatim(quote_spanned!(span=> { let _ = async { #loop_ }; }));
        }
        let syn::ExprForLoop { label, pat, in_token, expr, body, .. } = for_loop;
        self.visit_expr_mut(expr);
        self.regions += 1;
        self.frames.push_region(self.regions, span);
        self.frames.push(Frame::Loop { label: label_of(label.as_ref()), takes_value: false, given: false });
        let at_stream = generated(last_span(expr));
        let next = quote_spanned!(at_stream=> source.as_mut().next());
        let item = match self.body {
            Body::Generator { .. } if !self.frames.are_in_cleanup() => {
                let leave = self.leave(span);
                let (handle, flow) = (handle(span), flow(span));
                quote_spanned! {span=> match #handle.wait(#next).await {
                    #flow::Continue(::core::option::Option::Some(item)) => item,
                    #flow::Continue(::core::option::Option::None) => break,
                    #flow::Break(()) => #leave,
                } }
            }
            _ => {
                let next = quote_spanned!(at_stream=> #next.await);
                quote_spanned! {span=> match #next {
                    ::core::option::Option::Some(item) => item,
                    ::core::option::Option::None => break,
                } }
            }
        };
        self.block(body, Some(nothing()));
        self.frames.pop();
        let region = self.frames.pop_region();
        // Its braces are needed here whatever is in it, as a loop's are.
        body.brace_token = syn::token::Brace(generated(body.brace_token.span.join()));
        let in_span = generated(in_token.span);
        let let_ = quote_spanned!(in_span=> let #pat = #item;);
        self.awaits = true;
        let code = quote_spanned!(span=> { #label loop { #let_ #body } });
        let run = region.run(&code, |exit| self.ty(exit, Some(&quote!(())), span), &flow(span), span);
        let perform = self.perform(&region, span);
        let private = self.runtime.private(span);
        let private_at_stream = self.runtime.private(at_stream);
        let source = quote_spanned! {at_stream=>
            { use #private_at_stream::for_await::AnySource as _; iterated.source() }
        };
        // Without parentheses, so that it is a statement without a semicolon as the user's is.
        Expr::Verbatim(quote_spanned! {span=>
            match #private::for_await::Iterated(#expr) {
                iterated => {
                    let mut source = ::core::pin::pin!(#source);
                    #run
                    source.as_mut().close().await;
                    #perform
                }
            }
        })
    }

    /// Input:  `yield_!(item)`
    /// Output: `(match generator.yield_(item).await { Continue(value) => value, Break(()) => return })`
    fn yield_(&mut self, at: Span, item: &TokenStream) -> Expr {
        let span = generated(at);
        let problem = match self.body {
            Body::Generator { .. } if self.frames.are_in_cleanup() => Some((
                "`yield_!` in a `defer!`",
                "yield before the cleanup: it may run because nobody wants any more items",
            )),
            Body::Generator { .. } => None,
            _ if self.within_generator => Some((
                "`yield_!` in a closure or async block",
                "move it into the generator's own body: the closure or block may run anywhere",
            )),
            _ => Some(("`yield_!` outside of a generator", "put `#[checked_async::generator]` on the function")),
        };
        if let Some((problem, help)) = problem {
            self.sink.report(Diagnostic::at(at, problem).help(help));
            return Expr::Verbatim(quote_spanned!(span=> (match (#item) { _ => () })));
        }
        self.awaits = true;
        let leave = self.leave(span);
        let (handle, flow) = (handle(span), flow(span));
        let yielded = quote_spanned!(at.resolved_at(span)=> #handle.yield_(#item).await);
        Expr::Verbatim(quote_spanned! {span=>
            (match #yielded { #flow::Continue(value) => value, #flow::Break(()) => #leave })
        })
    }

    /// Input:  `future.await`
    /// Output: `(match generator.wait(future).await { Continue(value) => value, Break(()) => return })`
    fn wait(&mut self, await_: &syn::ExprAwait) -> Expr {
        let span = generated(await_.await_token.span);
        let leave = self.leave(span);
        let (handle, flow) = (handle(span), flow(span));
        let future = &await_.base;
        let await_token = await_.await_token;
        Expr::Verbatim(quote_spanned! {span=>
            (match #handle.wait(#future).#await_token { #flow::Continue(value) => value, #flow::Break(()) => #leave })
        })
    }

    /// Input:  `value?`
    /// Output: `(match branch(value) {
    ///              Continue(value) => value,
    ///              Break(residual) => return from_residual(residual),
    ///          })`
    fn try_(&mut self, value: &TokenStream, question: Span) -> Expr {
        let span = generated(question);
        let residual = Ident::new("residual", span);
        let private = self.runtime.private(span);
        let returned = Expr::Verbatim(quote_spanned!(span=> #private::exits::from_residual(#residual)));
        let exit = match &self.body {
            Body::Generator { raises: true, .. } => Exit::Raise,
            _ => Exit::Return,
        };
        let leave = self.exit(exit, Some(returned), question);
        let flow = flow(span);
        Expr::Verbatim(quote_spanned! {span=>
            (match #private::exits::branch(#value) {
                #flow::Continue(value) => value,
                #flow::Break(#residual) => #leave,
            })
        })
    }

    /// Says of a `return` with a value that a generator has none to return, and takes it for that of its last item.
    fn returned_item(&mut self, return_: &mut syn::ExprReturn) -> Expr {
        let at = return_.return_token.span;
        let help = match self.body {
            Body::Generator { raises: true, .. } => {
                "`yield_!` it and then `return`, or end with an error by `Err(error)?`"
            }
            _ => "`yield_!` it and then `return`",
        };
        self.sink.report(Diagnostic::at(at, "`return` with a value in a generator").help(help));
        let value = return_.expr.take().map(|value| *value);
        self.exit(Exit::Raise, value, at)
    }

    /// Leaves a generator that is closed.
    fn leave(&mut self, span: Span) -> Expr {
        self.exit(Exit::Return, None, span)
    }

    /// Takes a way out, with a value where it has one.
    fn exit(&mut self, exit: Exit, value: Option<Expr>, at: Span) -> Expr {
        let span = generated(at);
        match self.frames.way(exit) {
            Way::Through(label, number) => {
                let value = value.map_or_else(|| quote_spanned!(span=> ()), ToTokens::into_token_stream);
                let taken = taken(number, &value, &flow(span), span);
                Expr::Verbatim(quote_spanned!(span=> (break #label #taken)))
            }
            Way::Straight => self.straight(exit, value, span),
            Way::OutOfCleanup => {
                let name = match exit {
                    Exit::Return => "`return` or `?`",
                    Exit::Raise => "`?`",
                    Exit::Break(_) => "`break`",
                    Exit::Continue(_) => "`continue`",
                };
                self.sink.report(
                    Diagnostic::at(at, format!("{name} out of a `defer!`"))
                        .help("handle it inside: the function is already on its way out, with a value of its own"),
                );
                // A generator returns no value, and that is not another mistake.
                let gives = matches!(self.body, Body::Generator { .. }) && exit == Exit::Return && value.is_some();
                self.straight(if gives { Exit::Raise } else { exit }, value, span)
            }
        }
    }

    fn straight(&mut self, exit: Exit, value: Option<Expr>, span: Span) -> Expr {
        Expr::Verbatim(match exit {
            Exit::Return => quote_spanned!(span=> (return #value)),
            Exit::Raise => {
                let handle = handle(span);
                quote_spanned!(span=> { #handle.finish_with(#value); return })
            }
            Exit::Break(target) => {
                let label = self.frames.label(target);
                quote_spanned!(span=> (break #label #value))
            }
            Exit::Continue(target) => {
                let label = self.frames.label(target);
                quote_spanned!(span=> (continue #label))
            }
        })
    }

    /// The exits of a region, performed where its frame is popped.
    fn perform(&mut self, region: &exits::Region, span: Span) -> TokenStream {
        let mut performed = Vec::new();
        for exit in region.exits() {
            let value = Ident::new("value", generated(span));
            let given = match exit {
                // The value of a `break` out of a loop that has none is `()`, which is what a plain `break` gives.
                Exit::Continue(_) => None,
                Exit::Break(target) if !self.frames.takes_value(*target) => None,
                _ => Some(Expr::Verbatim(value.to_token_stream())),
            };
            let pattern = if given.is_none() { Ident::new("_value", generated(span)) } else { value };
            performed.push((pattern, self.exit(*exit, given, span)));
        }
        region.perform(&performed, &flow(span), span)
    }

    /// The type of an exit's value, or of the end's, as far as it is known.
    fn ty(&self, exit: Option<Exit>, end: Option<&TokenStream>, span: Span) -> TokenStream {
        let known = match (exit, &self.body) {
            (None, _) => end.cloned(),
            (Some(Exit::Return), Body::Async { output }) => output.clone(),
            (Some(Exit::Return), Body::Generator { .. }) => Some(quote_spanned!(span=> ())),
            (Some(Exit::Raise), Body::Generator { item, .. }) => item.clone(),
            _ => None,
        };
        known.unwrap_or_else(|| quote_spanned!(span=> _))
    }

    /// Reads what is left by ways of its own.
    fn within(&mut self, body: Body, read: impl FnOnce(&mut Self)) {
        let outer_body = std::mem::replace(&mut self.body, body);
        let outer_frames = std::mem::take(&mut self.frames);
        let outer_within = self.within_generator;
        let outer_awaits = self.awaits;
        self.within_generator |= matches!(outer_body, Body::Generator { .. });
        read(self);
        (self.body, self.frames, self.within_generator) = (outer_body, outer_frames, outer_within);
        self.awaits = outer_awaits;
    }

    fn in_frame(&mut self, frame: Frame, read: impl FnOnce(&mut Self)) {
        self.frames.push(frame);
        read(self);
        self.frames.pop();
    }
}

/// The path of `ControlFlow`.
fn flow(span: Span) -> TokenStream {
    let span = generated(span);
    quote_spanned!(span=> ::core::ops::ControlFlow)
}

/// The type of what has no value.
fn nothing() -> TokenStream {
    quote!(())
}

/// Is it certain that a block of these statements has no value?
fn has_no_value(statements: &[Stmt]) -> bool {
    const JUMPS: &[&str] = &["break", "continue", "loop", "return"];
    const PANICS: &[&str] = &["bail", "panic", "todo", "unimplemented", "unreachable"];
    match statements.last() {
        Some(Stmt::Expr(Expr::ForLoop(_) | Expr::While(_), None)) => true,
        // After what does not come to its end, a block is of any type.
        Some(Stmt::Expr(expr, Some(_))) => !holds_word(expr.to_token_stream(), &[JUMPS, PANICS].concat()),
        Some(Stmt::Macro(mac)) => mac.semi_token.is_some() && !PANICS.iter().any(|name| is_macro(&mac.mac, name)),
        Some(Stmt::Expr(_, None)) => false,
        Some(Stmt::Local(_) | Stmt::Item(_)) | None => true,
    }
}

/// Is it certain, without knowing types, that the value is not `()`?
fn has_a_value(expr: &Expr) -> bool {
    const VARIANTS: &[&str] = &["Err", "None", "Ok", "Some"];
    let is_variant =
        |path: &Expr| matches!(path, Expr::Path(path) if VARIANTS.iter().any(|name| path.path.is_ident(name)));
    match peel(expr) {
        Expr::Array(_) | Expr::Lit(_) | Expr::Range(_) | Expr::Reference(_) | Expr::Repeat(_) | Expr::Struct(_) => true,
        Expr::Tuple(tuple) => !tuple.elems.is_empty(),
        Expr::Call(call) => is_variant(&call.func),
        Expr::Macro(mac) => is_macro(&mac.mac, "format") || is_macro(&mac.mac, "vec"),
        expr => is_variant(expr),
    }
}

/// May the code that carries it be left out?
fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Puts attributes on an expression that was rewritten, which would else stand there whatever they say.
fn put_attributes(attributes: Vec<Attribute>, expr: &mut Expr) {
    if attributes.is_empty() {
        return;
    }
    if let Some(place) = attributes_mut(expr) {
        *place = attributes;
    } else {
        *expr = Expr::Verbatim(quote!(#(#attributes)* #expr));
    }
}

/// Is it an item that is known before the place where it stands?
fn is_item(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Item(item) if !matches!(item, syn::Item::Macro(_)))
}

fn label_of(label: Option<&syn::Label>) -> Option<Lifetime> {
    label.map(|label| label.name.clone())
}

impl VisitMut for Cleanup<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        self.block(block, None);
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        if let Stmt::Macro(mac) = statement
            && let Some(mut rewritten) = self.macro_(&mut mac.mac)
        {
            put_attributes(std::mem::take(&mut mac.attrs), &mut rewritten);
            *statement = Stmt::Expr(rewritten, mac.semi_token);
            return;
        }
        visit_mut::visit_stmt_mut(self, statement);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let mut attributes = attributes(expr).to_vec();
        self.expr(expr);
        if let Expr::Verbatim(_) = expr {
            attributes.retain(|attribute| !attribute.path().is_ident("for_await"));
            put_attributes(attributes, expr);
        }
    }

    // Not part of this body.
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
}

impl Cleanup<'_> {
    /// Rewrites an expression, but for its attributes.
    fn expr(&mut self, expr: &mut Expr) {
        match expr {
            // What lints have written around the user's code.
            Expr::Verbatim(tokens) => {
                if self.syntax.may_exit(tokens.clone())
                    && let Ok(mut parsed) = syn::parse2::<Expr>(tokens.clone())
                {
                    self.visit_expr_mut(&mut parsed);
                    *expr = parsed;
                }
            }
            Expr::Closure(closure) => {
                let body = match closure.asyncness {
                    Some(_) => Body::Async { output: None },
                    None => Body::Sync,
                };
                self.within(body, |inner| visit_mut::visit_expr_closure_mut(inner, closure));
            }
            Expr::Async(block) => {
                self.within(Body::Async { output: None }, |inner| inner.visit_block_mut(&mut block.block));
            }
            Expr::ForLoop(loop_) => {
                if self.syntax.take_for_await(loop_, self.sink) {
                    *expr = self.for_await(loop_);
                    return;
                }
                self.visit_expr_mut(&mut loop_.expr);
                let frame = Frame::Loop { label: label_of(loop_.label.as_ref()), takes_value: false, given: false };
                self.in_frame(frame, |inner| inner.block(&mut loop_.body, Some(nothing())));
            }
            Expr::While(loop_) => {
                let frame = Frame::Loop { label: label_of(loop_.label.as_ref()), takes_value: false, given: false };
                self.in_frame(frame, |inner| {
                    inner.visit_expr_mut(&mut loop_.cond);
                    inner.block(&mut loop_.body, Some(nothing()));
                });
            }
            Expr::Loop(loop_) => {
                let frame = Frame::Loop { label: label_of(loop_.label.as_ref()), takes_value: true, given: false };
                self.in_frame(frame, |inner| inner.block(&mut loop_.body, Some(nothing())));
            }
            Expr::Block(syn::ExprBlock { label: Some(label), block, .. }) => {
                self.in_frame(Frame::Block { label: label.name.clone(), given: false }, |inner| {
                    inner.visit_block_mut(block)
                });
            }
            Expr::Macro(mac) => {
                if let Some(rewritten) = self.macro_(&mut mac.mac) {
                    *expr = rewritten;
                }
            }
            Expr::Await(await_) => {
                self.visit_expr_mut(&mut await_.base);
                self.awaits = true;
                if matches!(self.body, Body::Generator { .. })
                    && !self.frames.are_in_cleanup()
                    && self.syntax.rewrites_awaits()
                {
                    *expr = self.wait(await_);
                }
            }
            Expr::Try(try_) => {
                self.visit_expr_mut(&mut try_.expr);
                let question = try_.question_token.spans[0];
                if let Body::Generator { raises: false, .. } = self.body {
                    self.sink.report(
                        Diagnostic::at(question, "`?` in a generator whose errors are not items")
                            .help("write `#[generator(try)]`: the error is then the last item, after all cleanup"),
                    );
                    // The value is of the right type, so that this is the only error.
                    let (span, value) = (generated(question), &try_.expr);
                    let (private, flow) = (self.runtime.private(span), flow(span));
                    *expr = Expr::Verbatim(quote_spanned! {span=>
                        (match #private::exits::branch(#value) {
                            #flow::Continue(value) => value,
                            #flow::Break(_) => ::core::unreachable!(),
                        })
                    });
                } else if self.frames.are_guarded() || matches!(self.body, Body::Generator { .. }) {
                    *expr = self.try_(&try_.expr.to_token_stream(), question);
                }
            }
            Expr::Yield(yield_) if matches!(self.body, Body::Generator { .. }) => {
                let at = yield_.yield_token.span;
                self.sink.report(
                    Diagnostic::at(at, "`yield` is not part of stable Rust")
                        .help("write `yield_!(item)`, or `yield_!()`"),
                );
                let item = match &mut yield_.expr {
                    Some(item) => {
                        self.visit_expr_mut(item);
                        item.to_token_stream()
                    }
                    None => quote_spanned!(generated(at)=> ()),
                };
                *expr = self.yield_(at, &item);
            }
            Expr::Return(return_) => {
                if let Some(value) = &mut return_.expr {
                    self.visit_expr_mut(value);
                }
                if matches!(self.body, Body::Generator { .. })
                    && !self.frames.are_in_cleanup()
                    && return_.expr.as_deref().is_some_and(has_a_value)
                {
                    *expr = self.returned_item(return_);
                } else if self.frames.are_guarded() {
                    let value = return_.expr.take().map(|value| *value);
                    *expr = self.exit(Exit::Return, value, return_.return_token.span);
                }
            }
            Expr::Break(break_) => {
                if let Some(value) = &mut break_.expr {
                    self.visit_expr_mut(value);
                }
                if let Some(target) = self.frames.target(break_.label.as_ref())
                    && self.frames.is_guarded(target)
                {
                    if break_.expr.is_some() {
                        self.frames.note_value(target);
                    }
                    let value = break_.expr.take().map(|value| *value);
                    *expr = self.exit(Exit::Break(target), value, break_.break_token.span);
                }
            }
            Expr::Continue(continue_) => {
                if let Some(target) = self.frames.target(continue_.label.as_ref())
                    && self.frames.is_guarded(target)
                {
                    *expr = self.exit(Exit::Continue(target), None, continue_.continue_token.span);
                }
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }
}
