//! `block_on` in closures that run inside async code: the way out of "`await` is only allowed inside async functions".

use checked_async::checked_async;
use futures::executor::block_on;
use futures::{StreamExt, TryFutureExt};
use std::collections::HashMap;

async fn price(item: &str) -> Option<u32> {
    (item.len() < 9).then_some(3)
}

#[checked_async]
async fn iterators(cart: &[String]) -> u32 {
    let known = cart.iter().filter(|item| block_on(price(item)).is_some()).count(); //~ nested_block_on: block_on(price(item))
    let sum: u32 = cart.iter().flat_map(|item| block_on(price(item))).sum(); //~ nested_block_on: block_on(price(item))
    sum * known as u32
}

#[checked_async]
async fn maps(cache: &mut HashMap<String, u32>, item: &str) -> u32 {
    cache.retain(|item, _| block_on(price(item)).is_some()); //~ nested_block_on: block_on(price(item))
    *cache.entry(item.to_owned()).or_insert_with(|| {
        let found = block_on(price(item)); //~ nested_block_on: block_on(price(item))
        found.unwrap_or(1)
    })
}

#[checked_async]
async fn called_below(cart: &[String]) -> u32 {
    let lookup = |item: &str| block_on(price(item)).unwrap_or_default(); //~ nested_block_on: block_on(price(item))
    let mut sum = 0;
    for item in cart {
        sum += lookup(item);
    }
    sum + (|| block_on(price("bag")))().unwrap_or(0) //~ nested_block_on: block_on(price("bag"))
}

#[checked_async]
async fn futures_and_streams(cart: Vec<String>) -> Vec<u32> {
    let bag = async { Err::<u32, &str>("bag") };
    let first = bag.unwrap_or_else(|item| block_on(price(item)).unwrap_or(2)).await; //~ nested_block_on: block_on(price(item))
    let check = async |item: String| block_on(price(&item)).unwrap_or(first); //~ nested_block_on: block_on(price(&item))
    futures::stream::iter(cart).then(check).collect().await
}
