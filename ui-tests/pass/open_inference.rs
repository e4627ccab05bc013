//! Statements whose type is not known before later code is read.

#![deny(warnings)]

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn vectors() {
    let mut v = Vec::new();
    v.pop();
    v.push(1u8);
    let mut o = None;
    o.take();
    o.replace(1u8);
    let _ = o.take();
    let mut w = Vec::new();
    w.clear();
    let _ = w.last();
    w.push("text");
    let mut map = std::collections::HashMap::new();
    map.insert("key", Vec::new());
    map.get("key");
    if let Some(list) = map.get_mut("key") {
        list.push(1);
    }
    let default = Default::default();
    std::convert::identity(default);
    let () = default;
    let closure = |x| x;
    closure(Default::default());
    let _: u32 = closure(1);
    let mut lazily = None;
    let _peek = lazily.as_ref();
    lazily = Some(f());
    if let Some(future) = lazily {
        future.await;
    }
}

#[checked_async]
async fn parses(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n = text.parse()?;
    std::convert::identity(n);
    let _ = std::convert::identity(n);
    let sum = [1, 2].iter().sum();
    std::convert::identity(sum);
    takes(sum);
    Ok(n)
}

fn takes(_: u32) {}

#[checked_async]
async fn collects() -> Vec<u32> {
    let collected = [1, 2].into_iter().collect();
    let _ = std::convert::identity(&collected);
    let result = (|| {
        let parsed = "1".parse()?;
        std::convert::identity(parsed);
        Ok::<u8, std::num::ParseIntError>(parsed)
    })();
    let _ = result;
    collected
}

#[checked_async]
async fn numbers() {
    let _ = 1.max(2);
    let _ = 1 + 2;
    let n = 3;
    let _ = 2_i32.pow(n);
    let _ = i64::from(n);
}
