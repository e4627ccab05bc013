//! Warnings: what lints found in the tokens alone, at level `warn`.

use super::spans::{call, generated};
use crate::finding::Finding;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};

/// A statement of which rustc warns, once for each finding; nothing where there is none.
///
/// Output: `if false {
///              #[must_use = "…"] struct busy_wait();
///              busy_wait();
///          }`
pub(super) fn warnings(findings: &[Finding]) -> TokenStream {
    findings.iter().map(warning).collect()
}

fn warning(finding: &Finding) -> TokenStream {
    let (first, last) = finding.ends;
    let span = generated(first);
    let text = format!("{}\nhelp: {}\nnote: {}", finding.text.problem, finding.text.help, finding.text.note());
    let name = Ident::new(finding.text.lint, span);
    // rustc's `unused_must_use` is silent in generated code, so the call's own tokens are the user's.
    let call = call(&Ident::new(finding.text.lint, first).into_token_stream(), &TokenStream::new(), last);
    quote_spanned! {span=>
        if false {
            #[allow(non_camel_case_types)]
            #[must_use = #text]
            struct #name();
            #[allow(clippy::no_effect)]
            #call;
        }
    }
}
