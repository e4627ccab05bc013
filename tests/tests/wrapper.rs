//! The wrapper leaks what the future is, and is not there at all in builds without checks.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use checked_async::private::{Site, future, on};
use checked_async_tests::checked;

static SITE: Site = Site { file: file!(), line: line!(), column: column!(), name: None, slow_after: None };

checked! { async fn leaf(n: u32) -> u32 { n } }

fn assert_send_sync<T: Send + Sync>(_: &T) {}
fn assert_unwind_safe<T: UnwindSafe + RefUnwindSafe>(_: &T) {}
fn assert_unpin<T: Unpin>(_: &T) {}

#[test]
fn auto_traits_leak() {
    let job = leaf(1);
    assert_send_sync(&job);
    checked_async::discard(job);

    let job = on::future(&SITE, std::future::ready(1));
    assert_send_sync(&job);
    assert_unwind_safe(&job);
    assert_unpin(&job);
    checked_async::discard(job);
}

// Ambiguous, and so an error, if the wrapper had the trait that the future lacks.
const _: fn() = || {
    type Wrapped<F> = on::Wrapped<F>;
    struct Has;

    trait MaybeSend<A> {
        fn item() {}
    }
    impl<T: ?Sized> MaybeSend<()> for T {}
    impl<T: ?Sized + Send> MaybeSend<Has> for T {}

    trait MaybeUnpin<A> {
        fn item() {}
    }
    impl<T: ?Sized> MaybeUnpin<()> for T {}
    impl<T: ?Sized + Unpin> MaybeUnpin<Has> for T {}

    let _ = <Wrapped<std::future::Ready<Rc<u32>>> as MaybeSend<_>>::item;
    let _ = <Wrapped<pinned::Pinned> as MaybeUnpin<_>>::item;
};

mod pinned {
    //! A future that is not `Unpin`.

    use std::marker::PhantomPinned;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    pub(super) struct Pinned(PhantomPinned, *const ());

    impl Future for Pinned {
        type Output = *const ();

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<*const ()> {
            Poll::Ready(self.1)
        }
    }
}

#[test]
fn size() {
    let plain = std::future::ready(1_u64);
    let plain_size = size_of_val(&plain);
    let made = future(&SITE, plain);
    if cfg!(debug_assertions) {
        assert!(size_of_val(&made) <= plain_size + 40, "{}", size_of_val(&made));
    } else {
        assert_eq!(size_of_val(&made), plain_size);
    }
    checked_async::discard(made);
}
