//! The attribute on a statement or an expression, where only `#[checked(…)]` may stand.

use checked_async::checked_async;

async fn f() {}

async fn body() {
    #[checked_async] //~ E0658: #[checked_async]
    f().await;
}
