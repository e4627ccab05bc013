//! Names of the user's that generated code could trip over.

use super::poll::run;

/// Everything that generated code might name is something else here.
mod shadowed {
    #![allow(dead_code, unused_macros, non_camel_case_types, non_upper_case_globals, clippy::redundant_locals)]

    mod core {}
    mod std {}
    mod alloc {}
    mod future {}
    mod private {}
    mod probe {}
    struct Option;
    struct Some;
    struct None;
    enum Result {}
    struct Box;
    struct String;
    struct Vec;
    struct Pin;
    trait Future {}
    trait IntoFuture {}
    trait Send {}
    trait Debug {}
    trait Drop {}
    fn drop() {}
    fn pass() {}
    fn value() {}
    fn discarded() {}
    macro_rules! format {
        () => {};
    }
    macro_rules! vec {
        () => {};
    }
    macro_rules! panic {
        () => {};
    }
    macro_rules! file {
        () => {};
    }
    macro_rules! unreachable {
        () => {};
    }
    macro_rules! compile_error {
        () => {};
    }

    fn plain() -> u32 {
        1
    }

    #[::checked_async::checked_async(name = "shadowed")]
    pub(super) async fn function(n: u32, (a, _): (u32, u32), _: u32) -> u32 {
        let answers = 1;
        let probe = answers + n;
        let made = probe + a;
        let future = made;
        plain();
        let _ = plain();
        let _unused = plain();
        let block = async { plain() };
        future + block.await
    }

    #[::checked_async::checked_async]
    pub(super) async fn argument_2(argument_0: u32, argument_1: u32, (argument_2, _): (u32, u32), _: u32) -> u32 {
        argument_0 * 100 + argument_1 * 10 + argument_2
    }

    #[::checked_async::checked_async(send)]
    pub(super) async fn sent(r#type: u32) -> u32 {
        r#type
    }

    #[::checked_async::checked_async]
    pub(super) fn by_hand(made: u32) -> impl ::core::future::Future<Output = u32> {
        async move { made }
    }

    pub(super) struct Type;
    #[::checked_async::checked_async]
    impl Type {
        pub(super) async fn method(&self, __self: u32) -> u32 {
            __self
        }
    }
}

/// A local crate name that is something else.
mod checked_async {
    #[::checked_async::checked_async]
    pub(super) async fn function() -> u32 {
        let _ = 1;
        2
    }
}

mod raw {
    use ::checked_async::checked_async;

    #[checked_async]
    pub(super) async fn r#type(r#fn: u32, mut r#match: u32) -> u32 {
        r#match += r#fn;
        let _ = r#match;
        let r#loop = async { r#match };
        r#loop.await
    }

    pub(super) struct r#Struct {
        pub(super) r#struct: u32,
    }

    #[checked_async]
    impl r#Struct {
        pub(super) async fn r#impl<'long>(&'long self) -> &'long u32
        where
            Self: 'long,
        {
            &self.r#struct
        }
    }
}

mod like_generated {
    use ::checked_async::checked_async;

    #[checked_async]
    pub(super) async fn labels(n: u32) -> u32 {
        let identity = |n: u32| n;
        'value: loop {
            identity(n);
            let _ = identity(n);
            if n > 0 {
                break 'value;
            }
        }
        'value: {
            identity(1);
            if n == 1 {
                break 'value 5;
            }
            6
        }
    }
}

#[test]
fn names_are_kept_apart() {
    assert_eq!(run(shadowed::function(1, (2, 3), 4)), 5);
    assert_eq!(run(shadowed::argument_2(1, 2, (3, 4), 5)), 123);
    assert_eq!(run(shadowed::sent(3)), 3);
    assert_eq!(run(shadowed::by_hand(4)), 4);
    assert_eq!(run(shadowed::Type.method(5)), 5);
    assert_eq!(run(checked_async::function()), 2);
    assert_eq!(run(raw::r#type(1, 2)), 3);
    assert_eq!(*run(raw::Struct { r#struct: 7 }.r#impl()), 7);
    assert_eq!(run(like_generated::labels(1)), 5);
    assert_eq!(run(like_generated::labels(2)), 6);
}
