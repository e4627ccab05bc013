//! Is a name mentioned in some statements, be it inside a macro or a format string?

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, Local, Macro, Pat, Stmt};

/// Does any of the statements mention the name, until one binds it anew? A binding further inside counts as a mention:
/// in doubt, yes.
pub(super) fn mentions(statements: &[Stmt], name: &Ident) -> bool {
    let mut search = Search { name, found: false };
    for statement in statements {
        match statement {
            // One that is configured may be absent, and what follows then mentions the name as it was.
            Stmt::Local(Local { pat: Pat::Ident(pattern), init, attrs, .. })
                if pattern.ident == *name
                    && pattern.subpat.is_none()
                    && !attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) =>
            {
                if let Some(init) = init {
                    search.visit_local_init(init);
                }
                return search.found;
            }
            _ => search.visit_stmt(statement),
        }
        if search.found {
            return true;
        }
    }
    false
}

struct Search<'a> {
    name: &'a Ident,
    found: bool,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            _ if self.found => {}
            Expr::Verbatim(tokens) => self.found = in_tokens(tokens.clone(), self.name, &self.name.to_string()),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.found |= ident == self.name;
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.found = self.found || in_macro(mac, self.name);
    }
}

/// Do a macro's arguments mention the name?
pub(super) fn in_macro(mac: &Macro, name: &Ident) -> bool {
    in_tokens(mac.tokens.clone(), name, &name.to_string())
}

fn in_tokens(tokens: TokenStream, name: &Ident, text: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => in_tokens(group.stream(), name, text),
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Literal(literal) => in_format_string(&literal.to_string(), text),
        TokenTree::Punct(_) => false,
    })
}

/// Does a literal capture the name, as `"{name:?}"` does?
fn in_format_string(literal: &str, name: &str) -> bool {
    literal.split('{').skip(1).any(|after| {
        let captured: &str = after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        captured == name || after.contains(&format!("{name}$"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;
    use syn::parse_quote;

    #[test]
    fn names_are_found_wherever_they_hide() {
        let name = Ident::new("x", proc_macro2::Span::call_site());
        let mentioned: [Stmt; 7] = [
            parse_quote!(let x = x.await;),
            parse_quote!(f(x);),
            parse_quote!(println!("{}", x);),
            parse_quote!(println!("{x:?}");),
            parse_quote!(println!("{:x$}", 3);),
            parse_quote!(if a {
                b(|| x)
            }),
            parse_quote!(#[cfg(a)] let x = f();),
        ];
        for statement in &mentioned {
            assert!(mentions(std::slice::from_ref(statement), &name), "{}", statement.to_token_stream());
        }
        let silent: [Stmt; 4] = [
            parse_quote!(f(xx);),
            parse_quote!(println!("x {y} {xx}");),
            parse_quote!(println!("{{}}");),
            parse_quote!(let x = f();),
        ];
        for statement in &silent {
            assert!(!mentions(std::slice::from_ref(statement), &name), "{}", statement.to_token_stream());
        }
    }
}
