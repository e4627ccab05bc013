//! The arguments of `select!`, as tokio's and futures' take them.

use crate::syntax;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, Ident, Macro, Pat, Token};

/// Macros that run the first future to be ready and drop the others, or poll them again in the next turn.
const NAMES: &[&str] = &["select", "select_biased"];

/// `biased; value = f(x), if ready => { … } …`
pub(crate) struct Select {
    /// `biased;`
    order: TokenStream,
    pub(crate) arms: Vec<Arm>,
}

/// `value = f(x), if ready => { … }`
pub(crate) struct Arm {
    pub(crate) event: Event,
    arrow: Token![=>],
    pub(crate) handler: Handler,
    comma: Option<Token![,]>,
}

/// What an arm waits for.
pub(crate) enum Event {
    /// `else`, `complete`, `default`, or a future by its name.
    Named(Ident),
    /// `value = f(x), if ready`
    Future(Box<Future>),
}

/// The future that an arm polls.
pub(crate) struct Future {
    pub(crate) pattern: Pat,
    equals: Token![=],
    pub(crate) future: Expr,
    /// What stands there instead of the future in the output, if it was rewritten.
    pub(crate) rewritten: Option<TokenStream>,
    condition: TokenStream,
}

/// What an arm runs with the future's output.
pub(crate) enum Handler {
    Block(Block),
    Expr(Expr),
}

impl Select {
    /// Is it one of the macros that take these arguments?
    pub(crate) fn is_macro(mac: &Macro) -> bool {
        syntax::is_macro_of(mac, NAMES)
    }

    /// Visits the futures and handlers of all arms, to change them.
    pub(crate) fn visit_mut(&mut self, visitor: &mut impl VisitMut) {
        for arm in &mut self.arms {
            if let Event::Future(future) = &mut arm.event {
                visitor.visit_expr_mut(&mut future.future);
            }
            match &mut arm.handler {
                Handler::Block(block) => visitor.visit_block_mut(block),
                Handler::Expr(expr) => visitor.visit_expr_mut(expr),
            }
        }
    }
}

impl Arm {
    /// The future that it polls, if it is not named `else` or the like.
    pub(crate) fn future(&self) -> Option<&Expr> {
        match &self.event {
            Event::Future(future) => Some(&future.future),
            Event::Named(_) => None,
        }
    }
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut order = TokenStream::new();
        if input.peek(Ident) && input.peek2(Token![;]) {
            let word: Ident = input.parse()?;
            let semicolon: Token![;] = input.parse()?;
            order = quote!(#word #semicolon);
        }
        let mut arms = Vec::new();
        while !input.is_empty() {
            arms.push(input.parse()?);
        }
        Ok(Self { order, arms })
    }
}

impl Parse for Arm {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let event = if input.peek(Ident::peek_any) && input.peek2(Token![=>]) {
            Event::Named(Ident::parse_any(input)?)
        } else {
            Event::Future(Box::new(input.parse()?))
        };
        let arrow = input.parse()?;
        let handler =
            if input.peek(syn::token::Brace) { Handler::Block(input.parse()?) } else { Handler::Expr(input.parse()?) };
        Ok(Self { event, arrow, handler, comma: input.parse()? })
    }
}

impl Parse for Future {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let equals = input.parse()?;
        let future = input.parse()?;
        let mut condition = TokenStream::new();
        if input.peek(Token![,]) {
            let comma: Token![,] = input.parse()?;
            let if_token: Token![if] = input.parse()?;
            let expr: Expr = input.parse()?;
            condition = quote!(#comma #if_token #expr);
        }
        Ok(Self { pattern, equals, future, rewritten: None, condition })
    }
}

impl ToTokens for Select {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.order.to_tokens(tokens);
        for arm in &self.arms {
            arm.to_tokens(tokens);
        }
    }
}

impl ToTokens for Arm {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.event {
            Event::Named(name) => name.to_tokens(tokens),
            Event::Future(future) => future.to_tokens(tokens),
        }
        self.arrow.to_tokens(tokens);
        match &self.handler {
            Handler::Block(block) => block.to_tokens(tokens),
            Handler::Expr(expr) => expr.to_tokens(tokens),
        }
        self.comma.to_tokens(tokens);
    }
}

impl ToTokens for Future {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pattern.to_tokens(tokens);
        self.equals.to_tokens(tokens);
        match &self.rewritten {
            Some(rewritten) => rewritten.to_tokens(tokens),
            None => self.future.to_tokens(tokens),
        }
        self.condition.to_tokens(tokens);
    }
}
