//! What a test asks of tokio and tokio lacks for want of a feature: each error names the feature. Here it is `test-util`.

use checked_async::private::lacking::Lacking as _;
use checked_async::private::tokio::runtime::Builder;

fn start_paused(builder: &mut Builder) {
    builder.start_paused(true); //~ E0277: start_paused
}

fn new_multi_thread() -> Builder {
    // Tokio's own, since it is there.
    Builder::new_multi_thread()
}
