//! Every place of a body where a value can be discarded.

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad(n: Option<u32>, ready: bool) -> u32 {
    match n {
        Some(1) => f(), //~ unawaited_future: f()
        Some(2) => {
            f() //~ unawaited_future: f()
        }
        _ => f(), //~ unawaited_future: f()
    };
    match n {
        Some(_) => {
            f(); //~ unawaited_future: f()
        }
        None => drop(f()), //~ unawaited_future: f()
    }
    if ready { f() } else { f() }; //~ unawaited_future: f()
    //~^ unawaited_future: f()
    let _ = if ready { f() } else { f() }; //~ unawaited_future: f()
    //~^ unawaited_future: f()
    if let Some(_) = n {
        f(); //~ unawaited_future: f()
    }
    let Some(_) = n else {
        f(); //~ unawaited_future: f()
        return 0;
    };
    while ready {
        f(); //~ unawaited_future: f()
    }
    for _ in 0..3 {
        f(); //~ unawaited_future: f()
    }
    loop {
        f(); //~ unawaited_future: f()
        break;
    }
    let _last = loop {
        f(); //~ unawaited_future: f()
        break 1;
    };
    let _value = {
        f(); //~ unawaited_future: f()
        2
    };
    'outer: {
        f(); //~ unawaited_future: f()
        if ready {
            break 'outer;
        }
    }
    let nested = async {
        f(); //~ unawaited_future: f()
        async move {
            f(); //~ unawaited_future: f()
        }
        .await
    };
    nested.await;
    if {
        f(); //~ unawaited_future: f()
        ready
    } {}
    match {
        f(); //~ unawaited_future: f()
        ready
    } {
        true if { drop(f()); true } => {} //~ unawaited_future: f()
        _ => {}
    }
    (|| {
        f(); //~ unawaited_future: f()
    })();
    let array = [{ f(); 1 }, 2]; //~ unawaited_future: f()
    array[{ f(); 0 }]; //~ unawaited_future: f()
    return {
        f(); //~ unawaited_future: f()
        3
    };
}

#[checked_async]
async fn loops(ready: bool) {
    loop {
        break f();
    }; //~^^ missed unawaited_future: loop { … }
    'a: {
        if ready {
            break 'a f();
        }
        f()
    }; //~^^^^^ missed unawaited_future: 'a: { … }
    match () {
        () if ready => return,
        () => f(), //~ unawaited_future: f()
    };
}

#[checked_async]
async fn good(n: Option<u32>, ready: bool) -> u32 {
    match n {
        Some(1) => f().await,
        _ => f().await,
    };
    if ready { f().await } else { f().await };
    for _ in 0..3 {
        f().await;
    }
    let chosen = if ready { f() } else { return 1 };
    chosen.await
}
