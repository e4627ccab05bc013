//! Functions that a `macro_rules!` writes: fragments reach the attribute in groups without delimiters.

use super::poll::run;

fn pause() {}
use checked_async::checked_async;

macro_rules! function {
    (
        $(#[$meta:meta])* $vis:vis $name:ident<$generic:ident: $bound:path>($($argument:pat => $type:ty),*)
        -> $output:ty, $statement:stmt, $expr:expr, $body:block
    ) => {
        $(#[$meta])*
        #[checked_async]
        $vis async fn $name<$generic: $bound>($($argument: $type),*) -> $output {
            $statement
            let _ = $expr;
            $expr;
            $body
        }
    };
}

function! {
    /// A doc.
    #[allow(unused_must_use, clippy::unused_unit, redundant_semicolons)]
    add<T: Clone>((a, _) => (u32, u32), mut b => u32, _ => T, Wrapped(c) => Wrapped<u32>)
    -> Result<u32, std::num::ParseIntError>,
    let _three = 3, a + 1 * 2, { b += a + c; Ok(b + "1".parse::<u32>()?) }
}

struct Wrapped<T>(T);

macro_rules! reference {
    ($name:ident, $type:ty, $life:lifetime, $expr:expr) => {
        #[checked_async]
        async fn $name<$life>(text: &$life $type) -> &$life $type {
            let future = async { $expr };
            future.await;
            text
        }
    };
}
reference!(pass_through, str, 'a, 1 + 2);

macro_rules! methods {
    ($($name:ident => $expr:expr),*) => {
        struct Methods;
        #[checked_async]
        impl Methods {
            $(async fn $name(&self) -> u32 { $expr })*
        }
    };
}
methods!(one => 1, two => { pause(); 1 + 1 }, three => Methods.one().await + 2);

macro_rules! whole {
    ($($item:item)*) => { $(#[checked_async] $item)* };
}
whole! {
    async fn whole_item(n: u32) -> u32 { n }
    mod whole_module {
        pub(super) async fn function() -> u32 { super::whole_item(2).await }
    }
}

macro_rules! tokens {
    ($($tokens:tt)*) => { #[checked_async] $($tokens)* };
}
tokens! {
    async fn from_tokens() -> u32 { let _ = 1; 2 }
}

macro_rules! never {
    ($type:ty) => {
        #[checked_async]
        async fn returns_group(n: u32) -> $type {
            if n == 0 {
                return Ok(0);
            }
            Ok(n)
        }
    };
}
never!(Result<u32, Box<dyn std::error::Error + Send + Sync>>);

#[test]
fn groups_are_read_through() {
    assert_eq!(run(add((1, 2), 3, "x", Wrapped(4))).unwrap(), 9);
    assert_eq!(run(pass_through("text")), "text");
    assert_eq!((run(Methods.one()), run(Methods.two()), run(Methods.three())), (1, 2, 3));
    assert_eq!(run(whole_item(1)), 1);
    assert_eq!(run(whole_module::function()), 2);
    assert_eq!(run(from_tokens()), 2);
    assert_eq!(run(returns_group(3)).unwrap(), 3);
}
