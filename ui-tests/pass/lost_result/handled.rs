//! Both results looked at, in the ways one writes that.

#![deny(warnings)]

use checked_async::checked_async;
use std::error::Error;
use std::num::ParseIntError;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{error::Elapsed, timeout};

const LIMIT: Duration = Duration::from_secs(1);

async fn ask(question: &str) -> Result<u32, ParseIntError> {
    tokio::task::yield_now().await;
    question.parse()
}

#[checked_async]
async fn by_pattern(question: &str) -> Option<u32> {
    match timeout(LIMIT, ask(question)).await {
        Ok(Ok(answer)) => return Some(answer),
        Ok(Err(error)) => println!("{error}"),
        Err(elapsed) => println!("{elapsed}"),
    }
    if let Ok(Ok(answer)) = timeout(LIMIT, ask("1")).await {
        return Some(answer);
    }
    if let Ok(answer) = timeout(LIMIT, ask("2")).await {
        return answer.ok();
    }
    let Ok(Ok(answer)) = timeout(LIMIT, ask("3")).await else { return None };
    Some(answer)
}

#[checked_async]
async fn by_question_mark(task: JoinHandle<Result<u32, ParseIntError>>) -> Result<u32, Box<dyn Error>> {
    let sum = timeout(LIMIT, ask("1")).await?? + task.await??;
    if timeout(LIMIT, ask("2")).await?.is_err() {
        println!("no number");
    }
    Ok(sum)
}

#[checked_async]
async fn by_method(question: &str) -> Result<bool, Elapsed> {
    let fine = timeout(LIMIT, ask(question)).await.is_ok_and(|answer| answer.is_ok());
    let answer = timeout(LIMIT, ask(question)).await.map(|answer| answer.unwrap_or_default())?;
    let flat = timeout(LIMIT, ask(question)).await.ok().and_then(Result::ok);
    println!("{:?}", timeout(LIMIT, ask(question)).await.unwrap().is_err());
    Ok(fine && flat == Some(answer))
}

#[checked_async]
async fn by_macro(task: JoinHandle<Result<u32, ParseIntError>>) -> bool {
    assert!(matches!(timeout(LIMIT, ask("1")).await, Ok(Ok(1))));
    assert_eq!(timeout(LIMIT, ask("2")).await.expect("in time"), Ok(2));
    tokio::select! {
        done = task => matches!(done, Ok(Ok(_))),
        answer = ask("3") => answer.is_ok(),
    }
}
