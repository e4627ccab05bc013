//! A future that tells the supervised task which runs it what its error says.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::supervised;
use crate::check::unread::is_err;
use crate::error_text::{Output, Printed, Said, Teller};

/// Lets a supervised task know what its error says. The integers are those of `error_text`.
#[inline]
pub fn telling<F: Future, N, M>(future: F, _: N, _: M) -> Telling<F>
where
    Output<F::Output>: Printed<F::Output, N> + Said<F::Output, M>,
{
    Telling { future, teller: Teller::new::<N, M>() }
}

pin_project! {
    /// The future of a supervised task.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Telling<F: Future> {
        #[pin]
        future: F,
        teller: Teller<F::Output>,
    }
}

impl<F: Future> Future for Telling<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.future.poll(cx);
        if let Poll::Ready(output) = &polled
            && is_err(output)
        {
            supervised::tell(this.teller.tell(output));
        }
        polled
    }
}
