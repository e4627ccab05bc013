//! Questions about one expression, answered by its syntax alone.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Macro, MacroDelimiter, Path, Stmt, Type, TypeParamBound};

/// Writes a match over every kind of expression that has attributes.
macro_rules! each_expr {
    ($expr:expr, $inner:ident => $then:expr, _ => $otherwise:expr, [$($kind:ident)*]) => {
        match $expr {
            $(Expr::$kind($inner) => $then,)*
            _ => $otherwise,
        }
    };
    ($expr:expr, $inner:ident => $then:expr, _ => $otherwise:expr) => {
        each_expr!($expr, $inner => $then, _ => $otherwise, [
            Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop Group If Index
            Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct Try TryBlock
            Tuple Unary Unsafe While Yield
        ])
    };
}

/// The attributes on an expression.
pub(crate) fn attributes(expr: &Expr) -> &[Attribute] {
    each_expr!(expr, inner => &inner.attrs, _ => &[])
}

/// The attributes on an expression, to be changed.
pub(crate) fn attributes_mut(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    each_expr!(expr, inner => Some(&mut inner.attrs), _ => None)
}

/// The attributes on a statement, to be changed.
pub(crate) fn statement_attributes_mut(statement: &mut Stmt) -> Option<&mut Vec<Attribute>> {
    match statement {
        Stmt::Local(local) => Some(&mut local.attrs),
        Stmt::Expr(expr, _) => attributes_mut(expr),
        Stmt::Macro(mac) => Some(&mut mac.attrs),
        _ => None,
    }
}

/// Is it `#[checked(…)]`, the attribute on statements that sets levels?
pub(crate) fn is_checked(attribute: &Attribute) -> bool {
    attribute.path().is_ident("checked")
}

/// Is it a loop with `#[for_await]`?
pub(crate) fn is_for_await(loop_: &syn::ExprForLoop) -> bool {
    loop_.attrs.iter().any(|attribute| attribute.path().is_ident("for_await"))
}

/// The expression without parentheses around it.
pub(crate) fn peel(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) if paren.attrs.is_empty() => peel(&paren.expr),
        Expr::Group(group) if group.attrs.is_empty() => peel(&group.expr),
        _ => expr,
    }
}

/// Is it `true`, or `false`?
pub(crate) fn is_literal(expr: &Expr, value: bool) -> bool {
    matches!(peel(expr), Expr::Lit(literal) if matches!(&literal.lit, syn::Lit::Bool(literal) if literal.value == value))
}

/// What an expression calls last: `b` in `a::b(x)`, `a().b(x)`, `b(x).await?` and `b!(x)`.
#[derive(Clone)]
pub(crate) struct Callee {
    pub(crate) name: String,
    /// The segment of the path before the name: `thread` in `std::thread::spawn(f)`.
    qualifier: Option<String>,
    pub(crate) is_method: bool,
    /// Is the first argument a reference, as a key is where an index is not?
    pub(crate) takes_reference: bool,
}

impl Callee {
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        match peel(expr) {
            Expr::Call(call) => match peel(&call.func) {
                Expr::Path(path) => Self::of_path(&path.path, call.args.first()),
                _ => None,
            },
            Expr::MethodCall(call) => Some(Self {
                name: call.method.to_string(),
                qualifier: None,
                is_method: true,
                takes_reference: is_reference(call.args.first()),
            }),
            Expr::Await(await_) => Self::of(&await_.base),
            Expr::Try(try_) => Self::of(&try_.expr),
            Expr::Macro(mac) => Self::of_path(&mac.mac.path, None),
            _ => None,
        }
    }

    fn of_path(path: &Path, argument: Option<&Expr>) -> Option<Self> {
        let mut segments = path.segments.iter().rev();
        Some(Self {
            name: segments.next()?.ident.to_string(),
            qualifier: segments.next().map(|segment| segment.ident.to_string()),
            is_method: false,
            takes_reference: is_reference(argument),
        })
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Is it called as `qualifier::name`?
    pub(crate) fn is_in(&self, qualifier: &str, name: &str) -> bool {
        self.name == name && self.qualifier.as_deref() == Some(qualifier)
    }

    pub(crate) fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }
}

fn is_reference(argument: Option<&Expr>) -> bool {
    argument.is_some_and(|argument| matches!(peel(argument), Expr::Reference(_)))
}

/// Is the macro called by this name, whatever path stands before it?
pub(crate) fn is_macro(mac: &Macro, name: &str) -> bool {
    mac.path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// Is the macro called by one of these names?
pub(crate) fn is_macro_of(mac: &Macro, names: &[&str]) -> bool {
    mac.path.segments.last().is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// The places of an expression's first and last token.
pub(crate) fn ends(expr: &Expr) -> (Span, Span) {
    (first_span(expr), last_span(expr))
}

/// The first token's place, for expressions that are probed.
pub(crate) fn first_span(expr: &Expr) -> Span {
    match expr {
        Expr::Call(call) => first_span(&call.func),
        Expr::MethodCall(call) => first_span(&call.receiver),
        Expr::Await(await_) => first_span(&await_.base),
        Expr::Try(try_) => first_span(&try_.expr),
        Expr::Field(field) => first_span(&field.base),
        Expr::Index(index) => first_span(&index.expr),
        Expr::Binary(binary) => first_span(&binary.left),
        Expr::Reference(reference) => reference.and_token.spans[0],
        Expr::Paren(paren) => paren.paren_token.span.open(),
        Expr::Path(path) => match (&path.qself, path.path.leading_colon, path.path.segments.first()) {
            (Some(qself), ..) => qself.lt_token.span,
            (None, Some(colon), _) => colon.spans[0],
            (None, None, Some(segment)) => segment.ident.span(),
            (None, None, None) => Span::call_site(),
        },
        Expr::Macro(mac) => mac.mac.path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span()),
        Expr::Async(block) => block.async_token.span,
        Expr::If(if_) => if_.if_token.span,
        Expr::Match(match_) => match_.match_token.span,
        Expr::Block(block) if block.label.is_none() => block.block.brace_token.span.open(),
        other => syn::spanned::Spanned::span(other),
    }
}

/// The last token's place, for expressions that are probed.
pub(crate) fn last_span(expr: &Expr) -> Span {
    match expr {
        Expr::Call(call) => call.paren_token.span.close(),
        Expr::MethodCall(call) => call.paren_token.span.close(),
        Expr::Await(await_) => await_.await_token.span,
        Expr::Try(try_) => try_.question_token.spans[0],
        Expr::Field(syn::ExprField { member: syn::Member::Named(name), .. }) => name.span(),
        Expr::Index(index) => index.bracket_token.span.close(),
        Expr::Binary(binary) => last_span(&binary.right),
        Expr::Unary(unary) => last_span(&unary.expr),
        Expr::Reference(reference) => last_span(&reference.expr),
        Expr::Paren(paren) => paren.paren_token.span.close(),
        Expr::Path(path) => path.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span()),
        Expr::Macro(mac) => match &mac.mac.delimiter {
            MacroDelimiter::Paren(paren) => paren.span.close(),
            MacroDelimiter::Brace(brace) => brace.span.close(),
            MacroDelimiter::Bracket(bracket) => bracket.span.close(),
        },
        Expr::Async(block) => block.block.brace_token.span.close(),
        Expr::If(if_) => match &if_.else_branch {
            Some((_, otherwise)) => last_span(otherwise),
            None => if_.then_branch.brace_token.span.close(),
        },
        Expr::Match(match_) => match_.brace_token.span.close(),
        Expr::Block(block) => block.block.brace_token.span.close(),
        other => syn::spanned::Spanned::span(other),
    }
}

/// The expression whose value a block has, if it has one.
pub(crate) fn tail(block: &Block) -> Option<&Expr> {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => Some(expr),
        _ => None,
    }
}

/// Does it name a place, so that taking a reference makes no temporary?
pub(crate) fn is_place(expr: &Expr) -> bool {
    match peel(expr) {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Index(index) => is_place(&index.expr) && !may_leave_temporaries(&index.index),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_place(&unary.expr),
        _ => false,
    }
}

/// Could evaluating it leave temporaries that live until the end of the statement?
///
/// In edition 2024 these die at the end of a block whose last expression it becomes, which is earlier than in the user's
/// code. A wrong "yes" costs a little precision elsewhere, a wrong "no" an error in correct code.
pub(crate) fn may_leave_temporaries(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) | Expr::Closure(_) | Expr::Async(_) => false,
        Expr::Paren(paren) => may_leave_temporaries(&paren.expr),
        Expr::Group(group) => may_leave_temporaries(&group.expr),
        Expr::Field(field) => !is_place(expr) || may_leave_temporaries(&field.base),
        Expr::Call(call) => may_leave_temporaries(&call.func) || call.args.iter().any(may_leave_temporaries),
        Expr::MethodCall(call) => !is_place(&call.receiver) || call.args.iter().any(may_leave_temporaries),
        Expr::Reference(reference) => !is_place(&reference.expr) && !matches!(peel(&reference.expr), Expr::Lit(_)),
        Expr::Await(await_) => may_leave_temporaries(&await_.base),
        Expr::Try(try_) => may_leave_temporaries(&try_.expr),
        Expr::Cast(cast) => may_leave_temporaries(&cast.expr),
        Expr::Unary(unary) => !is_place(&unary.expr) || may_leave_temporaries(&unary.expr),
        Expr::Binary(binary) => may_leave_temporaries(&binary.left) || may_leave_temporaries(&binary.right),
        Expr::Tuple(tuple) => tuple.elems.iter().any(may_leave_temporaries),
        Expr::Macro(mac) => !is_macro(&mac.mac, "format"),
        _ => true,
    }
}

/// Could evaluating it wait at an `.await`? What is in a block or closure of its own is not evaluated.
pub(crate) fn may_suspend(expr: &Expr) -> bool {
    let mut search = Awaits { found: false };
    search.visit_expr(expr);
    search.found
}

struct Awaits {
    found: bool,
}

impl<'ast> Visit<'ast> for Awaits {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::Await(_) | Expr::Macro(_) => self.found = true,
            Expr::ForLoop(loop_) if is_for_await(loop_) => self.found = true,
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Could it hold a `break` or `continue` without a label, which a labelled block around it would capture?
pub(crate) fn may_jump(expr: &Expr) -> bool {
    let mut search = Jumps { found: false };
    search.visit_expr(expr);
    search.found
}

struct Jumps {
    found: bool,
}

impl<'ast> Visit<'ast> for Jumps {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            // Their jumps are their own.
            Expr::Loop(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Closure(_) | Expr::Async(_) => {}
            Expr::Break(jump) if jump.label.is_none() => self.found = true,
            Expr::Continue(jump) if jump.label.is_none() => self.found = true,
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.found = self.found || holds_word(mac.tokens.clone(), &["break", "continue"]);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Is one of these words among the tokens?
pub(crate) fn holds_word(tokens: TokenStream, words: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => holds_word(group.stream(), words),
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        _ => false,
    })
}

/// Does a bound say that the type is a future?
pub(crate) fn is_future_bound(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|last| last.ident == "Future"))
}

/// The places of a type's first and last token.
pub(crate) fn type_ends(ty: &Type) -> (Span, Span) {
    let tokens: Vec<TokenTree> = ty.to_token_stream().into_iter().collect();
    let last = match tokens.last() {
        Some(TokenTree::Group(group)) => group.span_close(),
        Some(token) => token.span(),
        None => ty.span(),
    };
    (tokens.first().map_or_else(|| ty.span(), TokenTree::span), last)
}
