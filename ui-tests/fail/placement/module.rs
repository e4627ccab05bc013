//! The attribute on a module in another file.

use checked_async::checked_async;

#[checked_async]
#[path = "../../fixtures/module.rs"]
mod module; //~ E0658: mod module;
//~^ error: `#[checked_async]` cannot see into a module in another file

fn the_module_is_there() {
    module::function();
}
