//! Errors of the user's own, which point at the same code as without the attribute.

use checked_async::checked_async;

#[checked_async]
async fn wrong_tail() -> u32 {
    "text" //~ E0308: "text"
}

#[checked_async]
async fn wrong_return(ready: bool) -> u32 {
    if ready {
        return "text"; //~ E0308: "text"
    }
    1
}

#[checked_async]
async fn no_tail() -> u32 { //~ E0308: { … }
    wrong_tail().await;
}

#[checked_async]
async fn question_mark() -> Result<u32, u8> {
    "x".parse::<u32>()?; //~ E0277: ?
    Ok(1)
}

#[checked_async]
async fn unknown_name() {
    nothing_of_this_name().await; //~ E0425: nothing_of_this_name
}

#[checked_async]
async fn unknown_type(n: Nothing) {} //~ E0425: Nothing

#[checked_async]
async fn await_of_no_future() {
    1.await; //~ E0277: await
}

#[checked_async]
async fn wrong_argument() {
    wrong_return("yes").await; //~ E0308: "yes"
    let _ = wrong_return(1); //~ E0308: 1
    wrong_return(); //~ E0061: wrong_return
}

#[checked_async]
impl Missing { //~ E0425: Missing
    async fn method(&self) {}
}
