//! Where a report at level `panic` panics: at the call that is at fault, where that is a call of the library's.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use checked_async::EventLoop;
use checked_async_tests::loops;

thread_local! {
    /// The file and line of this thread's last panic.
    static LAST: RefCell<(String, u32)> = RefCell::default();
}

/// The place where this panics, relative to that of the caller.
#[track_caller]
fn place_of(run: impl FnOnce()) -> (bool, u32) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(|place| (place.file().to_owned(), place.line()));
            LAST.set(place.unwrap_or_default());
        }));
    });
    catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let (file, line) = LAST.take();
    (file.ends_with("panic_places.rs"), line)
}

#[test]
fn a_nested_run_panics_where_it_is_called() {
    loops::run(async {
        let place = place_of(|| checked_async::run(async {}));
        assert_eq!(place, (true, line!() - 1));
        let place = place_of(|| EventLoop::builder().run(async {}).unwrap());
        assert_eq!(place, (true, line!() - 1));
    });
}

#[test]
fn a_thread_that_would_wait_for_itself_panics_where_it_would() {
    loops::run(async {
        let task = checked_async::remote().spawn(async {}).unwrap();
        let place = place_of(|| task.result().unwrap());
        assert_eq!(place, (true, line!() - 1));
    });
}
