//! rustc's own lints, which fire under the attribute as they do without it.

#![warn(dead_code, unused, unreachable_code, non_snake_case, deprecated)]

use checked_async::checked_async;

#[checked_async]
async fn never_called() {} //~ warning dead_code: never_called

#[checked_async]
async fn Camel() {} //~ warning non_snake_case: Camel
//~^ warning dead_code: Camel

pub struct Thing;
#[checked_async]
impl Thing {
    async fn unused_method(&self) {} //~ warning dead_code: unused_method
}

#[must_use]
fn plain() -> u32 {
    1
}
fn fallible() -> Result<u32, ()> {
    Err(())
}
async fn fallible_async() -> Result<u32, ()> {
    fallible()
}
#[must_use = "says why"]
#[checked_async]
async fn must_use() -> u32 {
    1
}
#[checked_async]
#[must_use]
async fn must_use_below() -> u32 {
    1
}
#[deprecated]
#[checked_async]
async fn old() {}

#[checked_async]
#[deprecated]
async fn old_below() {}

#[checked_async]
pub async fn body(unused_argument: u32, mut never_changed: u32) -> u32 { //~ warning unused_variables: unused_argument
    //~^ warning unused_mut: mut never_changed
    plain(); //~ warning unused_must_use: plain()
    fallible(); //~ warning unused_must_use: fallible()
    fallible_async().await; //~ warning unused_must_use: fallible_async().await
    must_use().await; //~ warning unused_must_use: must_use().await
    must_use_below().await; //~ warning unused_must_use: must_use_below().await
    old().await; //~ warning deprecated: old
    old_below().await; //~ warning deprecated: old_below
    String::from("x").as_str(); //~ missed unused_must_use: String::from("x").as_str()
    [1].map(|n| n + 1).iter(); //~ warning unused_must_use: [1].map(|n| n + 1).iter()
    if never_changed == 2 {
        fallible(); //~ warning unused_must_use: fallible()
        vec![1].iter(); //~ warning unused_must_use: vec![1].iter()
    }
    let unused = plain(); //~ warning unused_variables: unused
    let mut unchanged = 1; //~ warning unused_mut: mut unchanged
    let assigned; //~ warning unused_variables: assigned
    assigned = 1; //~ warning unused_assignments: assigned = 1
    1 + unchanged; //~ warning unused_must_use: 1 + unchanged
    format!("x"); //~ warning unused_must_use: format!("x")
    let boxed = (unchanged); //~ warning unused_parens: (
    if (boxed == 1) { //~ warning unused_parens: (
        return never_changed;
        println!(); //~ warning unreachable_code: println!()
    }
    fn inner() {} //~ warning dead_code: inner
    never_changed
}

#[checked_async]
#[allow(unused_variables, dead_code)]
async fn allowed(unused_argument: u32) {
    #[allow(unused_must_use)]
    plain();
    let unused = 1;
}
