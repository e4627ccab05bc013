//! A reference to a future that an arm of `select!` polls, and the waker that its future gets.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use pin_project_lite::pin_project;

use super::parked::State;
use super::{Child, Look, is_on, park};
use crate::raw;

pin_project! {
    /// A future that is polled by reference, and told of when the reference is gone.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Watched<F> {
        #[pin]
        future: F,
        // The line and column, in the file of the function that polls.
        polled: (u32, u32),
        stage: Stage,
    }

    impl<F> PinnedDrop for Watched<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Stage::On(on) = std::mem::replace(this.stage, Stage::Off)
                && let Some(child) = on.child
            {
                park(child, on.parent, *this.polled, on.state);
            }
        }
    }
}

enum Stage {
    New,
    /// Nothing is watched.
    Off,
    On(On),
}

struct On {
    /// The function that polls.
    parent: Child,
    /// What is pending since the last poll.
    child: Option<Child>,
    state: Arc<State>,
    link: Arc<Link>,
    /// Made of `link`.
    waker: Waker,
}

/// Wraps a reference to a future that is polled at this line and column.
pub(crate) fn watched<F: Future>(line: u32, column: u32, future: F) -> Watched<F> {
    let stage = if is_on() { Stage::New } else { Stage::Off };
    Watched { future, polled: (line, column), stage }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Stage::New = this.stage {
            *this.stage = On::begin();
        }
        match this.stage {
            Stage::On(on) => on.poll(cx, |cx| this.future.poll(cx)),
            Stage::New | Stage::Off => this.future.poll(cx),
        }
    }
}

#[cfg(feature = "stream")]
impl<F: futures_core::FusedFuture> futures_core::FusedFuture for Watched<F> {
    fn is_terminated(&self) -> bool {
        self.future.is_terminated()
    }
}

impl On {
    /// Begins to watch, if a checked function polls.
    fn begin() -> Stage {
        let parent = raw::with_top(|top| {
            let head = top.ok().filter(|head| head.function().is_pinned())?;
            Some(Child { address: head.address(), function: *head.function() })
        });
        let Some(parent) = parent else { return Stage::Off };
        let state = Arc::<State>::default();
        let link = Arc::new(Link { state: Arc::clone(&state), task: Mutex::default() });
        let waker = Waker::from(Arc::clone(&link));
        Stage::On(On { parent, child: None, state, link, waker })
    }

    fn poll<T>(&mut self, cx: &Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.child = None;
        self.state.reset();
        self.link.set_task(cx.waker());
        let look = Look::begin(self.parent.address);
        let polled = poll(&mut Context::from_waker(&self.waker));
        if polled.is_pending() {
            self.child = look.child();
        }
        drop(look);
        // Ours, and that of `waker`: with no other nobody will wake.
        if Arc::strong_count(&self.link) == 2 {
            self.link.forget_task();
        }
        polled
    }
}

/// Wakes the task, and remembers that.
struct Link {
    state: Arc<State>,
    task: Mutex<Option<Waker>>,
}

impl Link {
    fn task(&self) -> MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_task(&self, waker: &Waker) {
        let mut task = self.task();
        if !task.as_ref().is_some_and(|task| task.will_wake(waker)) {
            let old = task.replace(waker.clone());
            drop(task);
            drop(old);
        }
    }

    fn forget_task(&self) {
        let old = self.task().take();
        drop(old);
    }
}

impl Wake for Link {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let task = self.task().clone();
        if let Some(task) = task {
            self.state.wake(task.clone());
            task.wake();
        }
    }
}
