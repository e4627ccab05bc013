//! Recursive functions, whose future's type is not known while they are compiled.

use checked_async::checked_async;

#[checked_async]
async fn direct(n: u32) -> u32 {
    if n > 5 {
        Box::pin(direct(n - 1)).await;
    }
    direct(n - 1); //~ unawaited_future: direct(n - 1)
    Box::pin(direct(n - 1)); //~ unawaited_future: Box::pin(direct(n - 1))
    let _ = direct(n - 1); //~ unawaited_future: direct(n - 1)
    1
}

#[checked_async]
async fn even(n: u32) -> bool {
    odd(n - 1); //~ unawaited_future: odd(n - 1)
    n == 0 || Box::pin(odd(n - 1)).await
}

#[checked_async]
async fn odd(n: u32) -> bool {
    even(n - 1); //~ unawaited_future: even(n - 1)
    n != 0 && Box::pin(even(n - 1)).await
}

struct Tree(Vec<Tree>);

#[checked_async]
impl Tree {
    async fn walk(&self) -> usize {
        let mut sum = 1;
        for child in &self.0 {
            child.walk(); //~ unawaited_future: child.walk()
            sum += Box::pin(child.walk()).await;
        }
        sum
    }
}
