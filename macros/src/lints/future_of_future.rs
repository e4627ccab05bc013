//! `future_of_future`: async code whose output is itself a future. See `docs/lints/future_of_future.md`.

use super::unawaited_future::starts_or_drops;
use super::{Level, Levels, Lint};
use crate::diagnostics::Diagnostic;
use crate::facts::Facts;
use crate::probe::{Probe, Question, Report};
use crate::syntax;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

pub(crate) const LINT: Lint = Lint { name: "future_of_future", default: Level::Deny, check };

fn check(facts: &Facts<'_>, report: &mut Report) {
    for output in &facts.outputs {
        let level = output.levels.of(LINT.name);
        let task = output.callee.as_ref().is_some_and(starts_or_drops);
        if level != Level::Allow && !task {
            report.probes.push(Probe::new(output.place, Question::FutureOutput, level));
        }
    }
}

/// An async fn whose return type says `impl Future`, alone or in `Ok` or `Some`: no type could be probed, and none need be.
pub(crate) fn check_output(output: &ReturnType, levels: Levels) -> Option<Diagnostic> {
    let ReturnType::Type(_, ty) = output else { return None };
    // There is no way to warn of what is known from the tokens alone.
    if levels.of(LINT.name) != Level::Deny || !is_opaque_future(ty) {
        return None;
    }
    let (first, last) = syntax::type_ends(ty);
    Some(
        Diagnostic::between(first, last, "output of async code is itself a future")
            .help("append `.await` to the inner future")
            .note("`future_of_future` is denied by default; `#[checked(allow(future_of_future))]` silences it, of a whole function `#[checked_async(allow(…))]`"),
    )
}

fn is_opaque_future(ty: &Type) -> bool {
    match ty {
        Type::ImplTrait(opaque) => opaque.bounds.iter().any(syntax::is_future_bound),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return false };
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
            (last.ident == "Result" || last.ident == "Option")
                && matches!(arguments.args.first(), Some(GenericArgument::Type(ty)) if is_opaque_future(ty))
        }
        _ => false,
    }
}
