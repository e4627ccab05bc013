//! Loops with a way out: `break`, `return`, `?`, a panic, the end of the process.

#![deny(warnings)]

use checked_async::checked_async;
use std::num::ParseIntError;

#[checked_async]
async fn by_break(mut number: u64) -> u64 {
    let turns = loop {
        number = if number.is_multiple_of(2) { number / 2 } else { 3 * number + 1 };
        if number == 1 {
            break number;
        }
    };
    'outer: loop {
        for divisor in 2.. {
            if divisor * divisor > turns {
                break 'outer;
            }
        }
    }
    'block: {
        loop {
            number += 1;
            if number > 9 {
                break 'block;
            }
        }
    }
    turns
}

#[checked_async]
async fn by_return(mut words: impl Iterator<Item = &'static str>) -> Result<u32, ParseIntError> {
    let mut sum = 0;
    loop {
        match words.next() {
            Some("skip") => continue,
            Some(word) => sum += word.parse::<u32>()?,
            None => return Ok(sum),
        }
    }
}

#[checked_async]
async fn by_question_mark(mut words: impl Iterator<Item = &'static str>) -> Option<u32> {
    let mut sum = 0;
    loop {
        sum += words.next()?.len();
        println!("{sum}");
    }
}

#[checked_async]
async fn by_panic(mut left: u8, code: Option<i32>) -> ! {
    loop {
        left = match left {
            0 => panic!("nothing left"),
            1 => unreachable!("odd"),
            2 => todo!(),
            left => left - 1,
        };
        if let Some(code) = code {
            std::process::exit(code);
        }
    }
}

#[checked_async]
async fn in_a_block(numbers: Vec<u32>) -> Result<u32, tokio::task::JoinError> {
    tokio::spawn(async move {
        let mut sum = 0;
        let mut rest = numbers.as_slice();
        loop {
            let Some((first, others)) = rest.split_first() else { return sum };
            sum += first;
            rest = others;
        }
    })
    .await
}

#[checked_async]
async fn one_turn(handler: impl Fn() -> u32) {
    loop {
        assert!(handler() > 3, "the handler stops us");
    }
}
