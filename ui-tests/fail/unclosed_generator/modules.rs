//! The attribute on a module and on an `impl` block.

use checked_async::checked_async;

#[checked_async]
mod tables {
    use checked_async::generator;

    #[generator]
    pub async fn rows() -> u32 {
        defer! { println!("closed"); }
        yield_!(1);
        yield_!(2);
    }

    pub async fn first() -> Option<u32> {
        let mut rows = rows(); //~ warning unclosed_generator: rows()
        rows.next().await
    }
}

struct Reader(u32);

#[checked_async]
impl Reader {
    async fn find(&self) -> bool {
        let mut rows = tables::rows(); //~ warning unclosed_generator: tables::rows()
        loop {
            let Some(row) = rows.next().await else { return false };
            if row == self.0 {
                return true;
            }
        }
    }
}
