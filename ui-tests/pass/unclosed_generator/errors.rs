//! An error is the last item: who leaves at it leaves at the end.

use checked_async::{checked_async, generator};
use std::io;

#[generator(try)]
async fn lines(path: String) -> io::Result<u32> {
    defer! { println!("{path} is closed"); }
    for n in 0..10 {
        if n == 9 {
            Err(io::ErrorKind::InvalidData)?;
        }
        yield_!(Ok(n));
    }
}

#[generator]
async fn results() -> Result<u32, String> {
    defer! { println!("closed"); }
    yield_!(Ok(1));
    yield_!(Err("no more".to_owned()));
}

#[checked_async]
async fn sum(path: String) -> io::Result<u32> {
    let mut sum = 0;
    let mut lines = lines(path);
    while let Some(line) = lines.next().await {
        sum += line?;
    }
    Ok(sum)
}

#[checked_async]
async fn sum_of_results() -> Result<u32, String> {
    let mut sum = 0;
    let mut results = results();
    while let Some(result) = results.next().await {
        let n = result?;
        sum += n;
    }
    Ok(sum)
}
