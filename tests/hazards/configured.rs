//! `cfg` and other built-in attributes on everything that can carry them.

use super::poll::{pause, run};
use checked_async::checked_async;

#[cfg(any())]
#[checked_async]
async fn absent() -> Missing {}

#[checked_async]
#[cfg(any())]
async fn absent_below() -> Missing {}

#[cfg(not(any()))]
#[checked_async]
async fn present() -> u32 {
    1
}

#[cfg_attr(not(any()), checked_async)]
async fn sometimes_annotated() -> u32 {
    1
}

#[checked_async]
#[cfg_attr(not(any()), allow(unused_variables))]
async fn with_cfg_attr(unused: u32) -> u32 {
    1
}

#[checked_async]
async fn arguments(#[cfg(any())] missing: Missing, #[cfg(not(any()))] a: u32, #[cfg(any())] (b, _): (u32, u32)) -> u32 {
    a
}

#[checked_async]
async fn either(#[cfg(not(any()))] a: u32, #[cfg(any())] a: Missing, #[allow(unused_variables)] b: u32) -> u32 {
    a
}

#[checked_async]
async fn patterns(#[cfg(not(any()))] (a, _): (u32, u32), #[cfg(not(any()))] _: u32, #[cfg(any())] _: Missing) -> u32 {
    a
}

#[checked_async]
async fn statements() -> u32 {
    #[cfg(any())]
    missing();
    #[cfg(any())]
    let _ = missing();
    #[cfg(any())]
    missing().await;
    #[cfg(any())]
    let n = missing().await;
    #[cfg(not(any()))]
    let n = present().await;
    #[cfg(not(any()))]
    let _ = present().await;
    #[cfg(not(any()))]
    present().await;
    #[cfg(any())]
    vec![missing()];
    #[cfg(any())]
    {
        missing();
    }
    #[allow(unused_variables)]
    let unused = present().await;
    match n {
        #[cfg(any())]
        0 => missing(),
        #[cfg(not(any()))]
        0 => drop(present().await),
        _ => {}
    }
    let list = vec![
        #[cfg(not(any()))]
        n,
    ];
    list[0]
}

#[checked_async]
async fn tail() -> u32 {
    #[cfg(any())]
    {
        missing().await
    }
    #[cfg(not(any()))]
    {
        pause().await;
        present().await
    }
}

#[checked_async]
async fn tail_await() -> u32 {
    #[cfg(any())]
    missing().await;
    #[cfg(not(any()))]
    present().await
}

#[checked_async]
async fn tail_call() -> u32 {
    #[cfg(any())]
    return missing();
    #[cfg(not(any()))]
    std::convert::identity(2)
}

#[checked_async]
async fn attributes_on_expressions(n: u32) -> u32 {
    #[allow(clippy::identity_op)]
    let n = n + 0;
    #[allow(unused_must_use)]
    std::convert::identity(n);
    #[rustfmt::skip]
    let _ = std::convert::identity( n );
    #[allow(unused_variables)]
    if n == 1 {
        let unused = 1;
    }
    n
}

struct Type;
#[checked_async]
impl Type {
    #[cfg(any())]
    async fn absent(&self) -> Missing {}
    #[cfg(not(any()))]
    async fn present(&self) -> u32 {
        1
    }
    #[cfg(not(any()))]
    #[inline]
    async fn also_present(&self, #[cfg(any())] missing: Missing) -> u32 {
        1
    }
}

#[checked_async]
mod inner {
    #[cfg(any())]
    pub(super) async fn absent() -> Missing {}
    #[cfg(any())]
    mod absent {
        async fn absent() -> Missing {}
    }
    #[cfg(not(any()))]
    pub(super) async fn present() -> u32 {
        1
    }
}

#[checked_async]
async fn inner_attributes() -> u32 {
    #![allow(unused_variables)]
    let unused = 1;
    2
}

#[checked_async]
/// A doc below.
async fn documented(#[allow(unused_variables)] n: u32) {}

#[test]
fn configured_code_is_configured() {
    assert_eq!(run(present()) + run(sometimes_annotated()) + run(with_cfg_attr(1)), 3);
    assert_eq!(run(arguments(1)) + run(either(2, 3)) + run(patterns((3, 4), 5)), 6);
    assert_eq!(run(statements()), 1);
    assert_eq!(run(tail()) + run(tail_await()) + run(tail_call()), 4);
    assert_eq!(run(attributes_on_expressions(1)), 1);
    assert_eq!(run(Type.present()) + run(Type.also_present()) + run(inner::present()), 3);
    assert_eq!(run(inner_attributes()), 2);
    run(documented(1));
}
