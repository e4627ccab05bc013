//! Code that is there for its types only, as other attributes write it around a body.

#![deny(warnings)]

use checked_async::checked_async;

#[checked_async]
async fn instrumented(number: u32) -> Result<u32, String> {
    #[allow(unreachable_code, unused_variables, clippy::diverging_sub_expression, clippy::empty_loop)]
    if false {
        let fake_return: Result<u32, String> = loop {};
        return fake_return;
    }
    async move { number.checked_sub(1).ok_or_else(|| "none".to_owned()) }.await
}

#[checked_async]
#[tracing::instrument]
async fn by_attribute(number: u32) -> Result<u32, String> {
    instrumented(number).await
}

#[tracing::instrument]
#[checked_async]
async fn by_attribute_above(number: u32) -> Result<u32, String> {
    instrumented(number).await
}
