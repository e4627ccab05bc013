//! The attribute where it means nothing: one error each, and the item is there.

#![allow(unexpected_cfgs)]

use checked_async::checked_async;

#[checked_async]
fn sync_function() {} //~ error: `#[checked_async]` on a function that is not async

#[checked_async]
pub(crate) unsafe extern "C" fn extern_function() -> u32 { //~ error: `#[checked_async]` on a function that is not async
    1
}

#[checked_async]
const fn const_function() -> u32 { //~ error: `#[checked_async]` on a `const fn`
    1
}

#[checked_async]
struct Struct; //~ error: `#[checked_async]` on a `struct`

#[checked_async]
#[derive(Default)]
pub struct Fields { //~ error: `#[checked_async]` on a `struct`
    field: u32,
}

#[checked_async]
enum Enum { //~ error: `#[checked_async]` on an `enum`
    Variant,
}

#[checked_async]
union Union { //~ error: `#[checked_async]` on a `union`
    a: u32,
}

#[checked_async]
const CONSTANT: u32 = 1; //~ error: `#[checked_async]` on a `const`

#[checked_async]
static STATIC: u32 = 1; //~ error: `#[checked_async]` on a `static`

#[checked_async]
type Alias = u32; //~ error: `#[checked_async]` on a `type`

#[checked_async]
use std::collections::HashMap; //~ error: `#[checked_async]` on a `use`

#[checked_async]
macro_rules! macro_ { //~ error: `#[checked_async]` on a `macro_rules`
    () => {};
}

#[checked_async]
extern crate std as other_std; //~ error: `#[checked_async]` on an `extern`

#[checked_async]
unsafe extern "C" { //~ error: `#[checked_async]` on an `extern`
    fn foreign();
}

trait Trait {
    #[checked_async]
    fn declared(&self) -> u32; //~ error: `#[checked_async]` on a function that is not async

    #[checked_async]
    fn with_body(&self) -> u32 { //~ error: `#[checked_async]` on a function that is not async
        1
    }

    #[checked_async]
    type Associated; //~ error: `#[checked_async]` on a `type`
}

impl Trait for Struct {
    #[checked_async]
    fn declared(&self) -> u32 { //~ error: `#[checked_async]` on a function that is not async
        CONSTANT + STATIC
    }
    type Associated = Alias;
}

macro_! {}

fn every_item_is_there() {
    sync_function();
    const_function();
    unsafe { extern_function() };
    let _ = (Fields::default(), Enum::Variant, Union { a: 1 }, HashMap::<u32, other_std::string::String>::new());
    Struct.declared();
    Struct.with_body();
    unsafe { foreign() };
}
