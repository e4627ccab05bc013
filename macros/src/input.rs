//! The item under the attribute, as far as it can be parsed: a half-typed body must not cost the editor the item.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Block, FnModifiers, ItemImpl, ItemMod, ItemTrait, Signature, Token, Visibility};

/// A function with a body, wherever it stands.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) modifiers: FnModifiers,
    pub(crate) sig: Signature,
    pub(crate) block: Block,
}

impl Function {
    /// Splits a parsed function's attributes into those before it and those in its body.
    pub(crate) fn new(
        attrs: Vec<Attribute>,
        vis: Visibility,
        modifiers: FnModifiers,
        sig: Signature,
        block: Block,
    ) -> Self {
        let (inner_attrs, attrs) =
            attrs.into_iter().partition(|attribute| matches!(attribute.style, syn::AttrStyle::Inner(_)));
        Self { attrs, inner_attrs, vis, modifiers, sig, block }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let function: syn::ImplItemFn = input.parse()?;
        Ok(Self::new(function.attrs, function.vis, function.modifiers, function.sig, function.block))
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, inner_attrs, vis, modifiers, sig, block } = self;
        let statements = &block.stmts;
        let defaultness = modifiers.defaultness;
        tokens.extend(quote!(#(#attrs)* #vis #defaultness #sig));
        block.brace_token.surround(tokens, |tokens| tokens.extend(quote!(#(#inner_attrs)* #(#statements)*)));
    }
}

/// What the attribute stands on.
pub(crate) enum Input {
    Function(Box<Function>),
    Impl(ItemImpl),
    Trait(ItemTrait),
    Module(ItemMod),
    /// A trait's function without a body: there is nothing to check in it.
    Declaration {
        asyncness: Option<Token![async]>,
    },
    /// `mod name;`, whose contents are in another file.
    OutOfLineModule {
        name: Ident,
    },
    /// `const fn`.
    ConstFunction {
        constness: Span,
    },
    /// Something else, such as a struct, by its keyword.
    Other {
        keyword: Ident,
    },
    /// Something whose text is not complete yet: rustc will say what is missing.
    Unfinished,
}

impl Input {
    pub(crate) fn parse(tokens: TokenStream) -> Self {
        match keyword(tokens.clone()) {
            Some(keyword) if keyword == "fn" => Self::function(tokens),
            Some(keyword) if keyword == "impl" => syn::parse2(tokens).map_or(Self::Unfinished, Self::Impl),
            Some(keyword) if keyword == "trait" => syn::parse2(tokens).map_or(Self::Unfinished, Self::Trait),
            Some(keyword) if keyword == "mod" => match syn::parse2::<ItemMod>(tokens) {
                Ok(ItemMod { content: None, ident, .. }) => Self::OutOfLineModule { name: ident },
                Ok(module) => Self::Module(module),
                Err(_) => Self::Unfinished,
            },
            Some(keyword) => Self::Other { keyword },
            None => Self::Unfinished,
        }
    }

    fn function(tokens: TokenStream) -> Self {
        if let Ok(function) = syn::parse2::<Function>(tokens.clone()) {
            return match function.sig.constness {
                Some(constness) => Self::ConstFunction { constness: constness.span },
                None => Self::Function(Box::new(function)),
            };
        }
        match syn::parse2::<syn::TraitItemFn>(tokens) {
            Ok(declaration) if declaration.default.is_none() => {
                Self::Declaration { asyncness: declaration.sig.asyncness }
            }
            _ => Self::Unfinished,
        }
    }
}

/// The keyword that says what kind of item this is.
fn keyword(tokens: TokenStream) -> Option<Ident> {
    const KEYWORDS: &[&str] = &[
        "fn",
        "impl",
        "trait",
        "mod",
        "struct",
        "enum",
        "union",
        "type",
        "static",
        "use",
        "macro_rules",
        "macro",
        "let",
    ];
    let mut constness = None;
    let mut externness = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "const" => {
                // `const fn` and `const unsafe fn` are functions, `const NAME: …` is not.
                constness = Some(ident);
            }
            TokenTree::Ident(ident) if ident == "extern" => {
                // `extern "C" fn` is a function, `extern crate` and `extern "C" { … }` are not.
                externness = Some(ident);
            }
            TokenTree::Ident(ident) if KEYWORDS.iter().any(|keyword| ident == keyword) => return Some(ident),
            TokenTree::Ident(ident) if ident == "crate" && externness.is_some() => return externness,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && externness.is_some() => {
                return externness;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && constness.is_some() => return constness,
            _ => {}
        }
    }
    constness
}
