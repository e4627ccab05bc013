//! The ways out of a region: of code after which a cleanup runs, whichever way it is left.
//!
//! Input:  `{ a?; if b { return c; } break 'outer d; e }`
//! Output: `let exit = 'exit_0: {
//!              Continue(Continue({
//!                  match branch(a) { …, Break(residual) => break 'exit_0 Break(from_residual(residual)) }
//!                  if b { break 'exit_0 Break(c); }
//!                  break 'exit_0 Continue(Break(d));
//!                  e
//!              }))
//!          };
//!          cleanup;
//!          match exit {
//!              Break(value) => return value,
//!              Continue(Break(value)) => break 'outer value,
//!              Continue(Continue(value)) => value,
//!          }`
//!
//! An exit that leads out of several regions is performed by each in turn, innermost first.

use crate::expand::generated;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Lifetime};

/// A way out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Return,
    /// `?` in a generator, with the last item.
    Raise,
    /// Of the frame with this index.
    Break(usize),
    Continue(usize),
}

/// What an exit may lead out of, from the function inwards.
pub(super) enum Frame {
    Region(Region),
    Loop {
        label: Option<Lifetime>,
        /// Is it a `loop`, whose `break` may have a value?
        takes_value: bool,
        /// Is one given to a `break` that leads out of a region?
        given: bool,
    },
    /// A block with a label, and whether it is given a value as a loop may be.
    Block {
        label: Lifetime,
        given: bool,
    },
    /// The code of a cleanup, from which no exit leads out.
    Cleanup,
}

/// Code that is followed by a cleanup.
pub(super) struct Region {
    label: Lifetime,
    /// The ways out that are taken in it.
    exits: Vec<Exit>,
}

/// Where an exit goes.
pub(super) enum Way {
    /// To where it says.
    Straight,
    /// By way of this region's end, as its exit of this number.
    Through(Lifetime, usize),
    /// Out of a cleanup, which may not be.
    OutOfCleanup,
}

/// The frames around some code.
#[derive(Default)]
pub(super) struct Frames(Vec<Frame>);

impl Frames {
    pub(super) fn push(&mut self, frame: Frame) {
        self.0.push(frame);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    pub(super) fn push_region(&mut self, number: usize, span: Span) {
        let label = Lifetime::new(&format!("'exit_{number}"), generated(span));
        self.0.push(Frame::Region(Region { label, exits: Vec::new() }));
    }

    pub(super) fn pop_region(&mut self) -> Region {
        match self.0.pop() {
            Some(Frame::Region(region)) => region,
            _ => unreachable!("every frame is popped by who pushed it"),
        }
    }

    /// Is a cleanup to be run after this code, or is this one?
    pub(super) fn are_guarded(&self) -> bool {
        self.0.iter().any(|frame| matches!(frame, Frame::Region(_) | Frame::Cleanup))
    }

    pub(super) fn are_in_cleanup(&self) -> bool {
        self.0.iter().any(|frame| matches!(frame, Frame::Cleanup))
    }

    /// Does an exit to this frame lead out of a region, or of a cleanup?
    pub(super) fn is_guarded(&self, target: usize) -> bool {
        self.0[target + 1..].iter().any(|frame| matches!(frame, Frame::Region(_) | Frame::Cleanup))
    }

    /// May a `break` out of this frame have a value? Only `for` and `while` loops refuse one.
    pub(super) fn takes_value(&self, target: usize) -> bool {
        !matches!(self.0.get(target), Some(Frame::Loop { takes_value: false, .. }))
    }

    /// Takes note that a `break` gives this frame a value.
    pub(super) fn note_value(&mut self, target: usize) {
        if let Some(Frame::Loop { given, .. } | Frame::Block { given, .. }) = self.0.get_mut(target) {
            *given = true;
        }
    }

    /// Does a `break` give this frame a value, on its way out of a region?
    pub(super) fn is_given_values(&self, target: usize) -> bool {
        matches!(self.0.get(target), Some(Frame::Loop { given: true, .. } | Frame::Block { given: true, .. }))
    }

    /// The frame that `break` or `continue` means, if it is in this function.
    pub(super) fn target(&self, label: Option<&Lifetime>) -> Option<usize> {
        self.0.iter().rposition(|frame| match (frame, label) {
            (Frame::Loop { .. }, None) => true,
            (Frame::Loop { label: Some(own), .. } | Frame::Block { label: own, .. }, Some(label)) => {
                own.ident == label.ident
            }
            _ => false,
        })
    }

    /// The label of a frame that is the target of an exit.
    pub(super) fn label(&self, target: usize) -> Option<&Lifetime> {
        match self.0.get(target) {
            Some(Frame::Loop { label, .. }) => label.as_ref(),
            Some(Frame::Block { label, .. }) => Some(label),
            _ => None,
        }
    }

    /// Finds out how an exit goes from here, and notes it with the region whose end it goes by.
    pub(super) fn way(&mut self, exit: Exit) -> Way {
        let outermost = match exit {
            Exit::Return | Exit::Raise => 0,
            Exit::Break(target) | Exit::Continue(target) => target + 1,
        };
        for frame in self.0[outermost..].iter_mut().rev() {
            match frame {
                Frame::Cleanup => return Way::OutOfCleanup,
                Frame::Region(region) => {
                    let known = region.exits.iter().position(|known| *known == exit);
                    let number = known.unwrap_or(region.exits.len());
                    if known.is_none() {
                        region.exits.push(exit);
                    }
                    return Way::Through(region.label.clone(), number);
                }
                Frame::Loop { .. } | Frame::Block { .. } => {}
            }
        }
        Way::Straight
    }
}

impl Region {
    pub(super) fn exits(&self) -> &[Exit] {
        &self.exits
    }

    /// The region's code, with the name that its exit is bound to; nothing is bound where it has only its end.
    ///
    /// `types` are those of the exits and of the end.
    pub(super) fn run(
        &self,
        code: &TokenStream,
        types: impl Fn(Option<Exit>) -> TokenStream,
        flow: &TokenStream,
        span: Span,
    ) -> TokenStream {
        let span = generated(span);
        let end_type = types(None);
        if self.exits.is_empty() {
            return quote_spanned!(span=> let exit: #end_type = #code;);
        }
        let ty = self.exits.iter().rev().fold(end_type.clone(), |rest, exit| {
            let ty = types(Some(*exit));
            quote_spanned!(span=> #flow<#ty, #rest>)
        });
        let label = &self.label;
        let end = end(self.exits.len(), &quote_spanned!(span=> value), flow, span);
        // The end may be out of reach, as it is after a `return`; that is no news.
        quote_spanned! {span=>
            let exit: #ty = #label: {
                #[allow(clippy::diverging_sub_expression)]
                let value: #end_type = #code;
                #[allow(unreachable_code)]
                break #label #end;
            };
        }
    }

    /// Goes on after the cleanup: `performed` are the exits in their order, each with the name of its value.
    pub(super) fn perform(&self, performed: &[(Ident, Expr)], flow: &TokenStream, span: Span) -> TokenStream {
        let span = generated(span);
        if self.exits.is_empty() {
            return quote_spanned!(span=> exit);
        }
        let arms = performed.iter().enumerate().map(|(number, (value, exit))| {
            let pattern = taken(number, &quote::quote!(#value), flow, span);
            quote_spanned!(span=> #pattern => #exit,)
        });
        let pattern = end(self.exits.len(), &quote_spanned!(span=> value), flow, span);
        // At the end of a loop's body a `continue` is one more than is needed.
        quote_spanned!(span=> #[allow(clippy::needless_continue)] match exit { #(#arms)* #pattern => value })
    }
}

/// `Continue(Break(value))` for the second exit of a region.
pub(super) fn taken(number: usize, value: &TokenStream, flow: &TokenStream, span: Span) -> TokenStream {
    let span = generated(span);
    end(number, &quote_spanned!(span=> #flow::Break(#value)), flow, span)
}

/// `Continue(Continue(value))` for the end of a region with two exits.
fn end(exits: usize, value: &TokenStream, flow: &TokenStream, span: Span) -> TokenStream {
    (0..exits).fold(value.clone(), |value, _| quote_spanned!(span=> #flow::Continue(#value)))
}
