//! Generic functions, `where` clauses and `impl Trait`, and a level that is set for one function of an `impl`.

use checked_async::checked_async;
use std::fmt::Display;

#[checked_async(warn(async_without_await))]
async fn render<T>(items: &[T]) -> String //~ warning async_without_await: render
where
    T: Display,
{
    items.iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[checked_async(warn(async_without_await))]
async fn each(items: impl Iterator<Item = u32>, mut seen: impl FnMut(u32)) { //~ warning async_without_await: each
    for item in items {
        seen(item);
    }
}

struct Page<'a>(&'a str);

impl<'a> Page<'a> {
    #[checked_async(warn(async_without_await))]
    async fn title(self) -> &'a str { //~ missed async_without_await: title
        self.0.lines().next().unwrap_or_default()
    }
    #[checked_async]
    async fn body(self) -> usize {
        self.0.len()
    }
}
