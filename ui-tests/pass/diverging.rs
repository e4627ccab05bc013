//! Statements that do not come back.

#![deny(warnings)]
#![allow(unreachable_code, dropping_copy_types)]

use checked_async::checked_async;
use std::process;

async fn f() -> u32 {
    1
}
fn fail() -> ! {
    panic!()
}
fn identity<T>(value: T) -> T {
    value
}
struct Stop;
impl Stop {
    fn now(&self) -> ! {
        process::exit(2)
    }
}

#[checked_async]
async fn macros(n: u32) {
    match n {
        0 => todo!(),
        1 => unimplemented!("{n}"),
        2 => unreachable!(),
        3 => panic!("{}", n),
        4 => {
            todo!();
        }
        5 => {
            panic!();
        }
        _ => std::panic!("other"),
    };
    if n == 7 {
        std::process::abort();
    }
}

#[checked_async]
async fn calls(n: u32) -> u32 {
    if n == 0 {
        process::exit(1);
    }
    if n == 1 {
        fail();
    }
    if n == 2 {
        Stop.now();
    }
    if n == 3 {
        let _ = fail();
    }
    if n == 4 {
        std::panic::resume_unwind(Box::new(1));
    }
    if n == 5 {
        std::hint::black_box(fail());
    }
    if n == 6 {
        drop(fail());
    }
    match n {
        7 => fail(),
        8 => process::exit(3),
        _ => 1,
    };
    let value = if n == 9 { fail() } else { 3 };
    let Some(_) = Some(n) else { fail() };
    let _never = || fail();
    value
}

#[checked_async]
async fn jumps(n: u32) -> u32 {
    if n == 1 {
        identity(return 2);
    }
    if n == 2 {
        drop(return 3);
    }
    if n == 3 {
        let _ = identity(return 4);
    }
    loop {
        identity(break);
    }
    for i in 0..3 {
        if i == 1 {
            identity(continue);
        }
        drop(continue);
    }
    'outer: for _ in 0..3 {
        loop {
            identity(continue 'outer);
        }
    }
    let labelled = 'block: {
        identity(break 'block 5);
        6
    };
    let result = loop {
        drop(break 7);
    };
    labelled + result
}

#[checked_async]
async fn questions() -> Result<u32, u32> {
    identity(Err(1u32)?);
    let _ = identity(None::<u32>.ok_or(2u32)?);
    let closure = || -> Option<u32> {
        identity(None?);
        Some(1)
    };
    closure();
    Err(3u32)?;
    Err(4u32)?
}

#[checked_async]
async fn ends_in_never() {
    fail()
}

#[checked_async]
async fn ends_in_never_with_semicolon() -> u32 {
    fail();
}

#[checked_async]
async fn tail_exit(n: u32) -> u32 {
    f().await;
    match n {
        1 => 2,
        _ => process::exit(1),
    }
}

#[checked_async]
async fn exits_at_the_end() -> u32 {
    process::exit(1);
}

#[checked_async]
async fn endless() -> ! {
    loop {
        f().await;
    }
}

#[checked_async]
async fn awaits_never() {
    endless().await;
}

#[checked_async]
async fn awaits_never_at_the_end() -> u32 {
    endless().await;
}

#[checked_async]
mod plain {
    pub fn exits(n: u32) -> u32 {
        if n == 1 {
            super::fail();
        }
        std::process::exit(1);
    }
    pub fn never() -> ! {
        super::fail();
    }
}
