//! The operations that are measured.
//!
//! All begin in the future that the loop is run with. A number of times is a total: `yield_many` divides it among its tasks,
//! what is done in rounds takes whole rounds. What a task, a callback or a message carries is one `u64`. Two runs of
//! different length are compared, so what does not grow with the number of times is not measured: starting and ending the
//! loop, and the tasks that yield.

use crate::peer::{OneShot, Peer, wake_and_suspend};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// How many callbacks there are at once in `call_soon`.
pub(crate) const CALLBACKS: u64 = 1_000;
/// How many tasks yield by turns in `yield_many`.
pub(crate) const YIELDING: u64 = 1_000;
/// How many timers there are at once.
pub(crate) const TIMERS: u64 = 100_000;
/// Over how long a time they are spread, in an order that looks random.
const SPREAD: Duration = Duration::from_millis(100);
/// When those fire that are cancelled, or ought not to fire.
pub(crate) const LATER: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy)]
pub(crate) enum Operation {
    /// Spawn tasks that are ready when they are polled, all of them, so in memory that none has used before; then
    /// await them in this order.
    SpawnMany,
    /// Spawn such a task and await it, again and again.
    SpawnOne,
    /// Suspend and be polled again, one task.
    YieldOne,
    /// The same with many tasks.
    YieldMany,
    /// Two tasks send each other a number by turns, each time over a new one-shot channel. Once is there and back: two
    /// channels, two messages, and each task is suspended and woken once.
    PingPong,
    /// Schedule a callback and have it called; many are scheduled before the first of them is called.
    CallSoon,
    /// Wake the loop, which waits in the kernel, from another thread. That gets the waker over a channel of std, sleeps for a
    /// millisecond so that the loop waits when it is woken, and calls the waker. What both threads execute is counted, the
    /// channel and the call of sleep included; what the kernel does is not.
    Wake,
    /// Have tasks that sleep, each for another time, at least so long that all of them do at once; and join them. Once is
    /// to spawn a task, to make its timer, to have it fire, and to join.
    TimersFire { least: Duration },
    /// Make timers, all of which one task polls once, and drop all of them while none has fired.
    TimersCancel,
    /// Race a timer with a future that yields once: make it, poll it, suspend, and drop it when polled again. This is what a
    /// time limit costs that is kept.
    Timeout,
    /// Have tasks that wait forever.
    PendingTask,
    /// Have tasks that sleep.
    SleepingTask,
}

impl Operation {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "spawn_many" => Self::SpawnMany,
            "spawn_one" => Self::SpawnOne,
            "yield_one" => Self::YieldOne,
            "yield_many" => Self::YieldMany,
            "ping_pong" => Self::PingPong,
            "call_soon" => Self::CallSoon,
            "wake" => Self::Wake,
            "timers_fire" => Self::TimersFire { least: Duration::from_millis(100) },
            // Under valgrind everything takes some 50 times as long.
            "timers_fire_later" => Self::TimersFire { least: Duration::from_secs(5) },
            "timers_cancel" => Self::TimersCancel,
            "timeout" => Self::Timeout,
            "pending_task" => Self::PendingTask,
            "sleeping_task" => Self::SleepingTask,
            _ => panic!("OPERATION is known"),
        }
    }
}

/// Runs an operation on a loop, or says why the loop has none such.
pub(crate) fn run<P: Peer>(operation: Operation, times: u64) -> Result<(), String> {
    P::has(operation)?;
    match operation {
        Operation::SpawnMany => P::run(|peer| spawn_many(peer, times)),
        Operation::SpawnOne => P::run(|peer| spawn_one(peer, times)),
        Operation::YieldOne => P::run(|peer| yield_by_turns(peer, 1, times)),
        Operation::YieldMany => P::run(|peer| yield_by_turns(peer, YIELDING, times)),
        Operation::PingPong => P::run(|peer| ping_pong(peer, times)),
        Operation::CallSoon => P::run(|peer| call_soon(peer, times)),
        Operation::Wake => P::run(|peer| wake(peer, times)),
        Operation::TimersFire { least } => P::run(|peer| timers_fire(peer, times, least)),
        Operation::TimersCancel => P::run(|_| timers_cancel::<P>(times)),
        Operation::Timeout => P::run(|_| timeouts::<P>(times)),
        Operation::PendingTask => P::run(|peer| hold(peer, times, pending::<()>)),
        Operation::SleepingTask => P::run(|peer| hold(peer, times, || P::sleep(LATER))),
    }
}

async fn spawn_many<P: Peer>(peer: P, times: u64) {
    let mut tasks = Vec::with_capacity(times as usize);
    for n in 0..times {
        tasks.push(peer.spawn(async move { black_box(n) }));
    }
    for task in tasks {
        black_box(task.await);
    }
}

async fn spawn_one<P: Peer>(peer: P, times: u64) {
    for n in 0..times {
        black_box(peer.spawn(async move { black_box(n) }).await);
    }
}

async fn yield_by_turns<P: Peer>(peer: P, tasks: u64, times: u64) {
    let each = times / tasks;
    let body = move || async move {
        for _ in 0..each {
            P::yield_now().await;
        }
        each
    };
    let tasks: Vec<_> = (0..tasks).map(|_| peer.spawn(body())).collect();
    for task in tasks {
        black_box(task.await);
    }
}

async fn ping_pong<P: Peer>(peer: P, times: u64) {
    let (first, second) = players::<P::OneShot>(times);
    let (first, second) = (peer.spawn(first), peer.spawn(second));
    first.await;
    second.await;
}

/// Two tasks that send each other a number by turns.
pub(crate) fn players<C: OneShot>(
    times: u64,
) -> (impl Future<Output = u64> + 'static, impl Future<Output = u64> + 'static) {
    let (sender, receiver) = C::channel();
    let to_first = Slot::<C>::default();
    let to_second = Rc::new(RefCell::new(Some(sender)));
    let first = {
        let (to_first, to_second) = (to_first.clone(), to_second.clone());
        async move {
            let mut number = 0;
            for _ in 0..times {
                let (sender, receiver) = C::channel();
                *to_first.borrow_mut() = Some(sender);
                answer::<C>(&to_second, number + 1);
                number = receiver.await;
            }
            number
        }
    };
    let second = async move {
        let mut number = receiver.await;
        for _ in 1..times {
            let (sender, receiver) = C::channel();
            *to_second.borrow_mut() = Some(sender);
            answer::<C>(&to_first, number);
            number = receiver.await;
        }
        answer::<C>(&to_first, number);
        number
    };
    (first, second)
}

/// Where a player puts the sender with which it is to be answered.
type Slot<C> = Rc<RefCell<Option<<C as OneShot>::Sender>>>;

fn answer<C: OneShot>(slot: &Slot<C>, number: u64) {
    let sender = slot.borrow_mut().take().expect("the other waits");
    C::send(sender, number);
}

async fn call_soon<P: Peer>(peer: P, times: u64) {
    let called: &'static Cell<u64> = Box::leak(Box::default());
    for _ in 0..times / CALLBACKS {
        for _ in 0..CALLBACKS {
            peer.call_soon(|| called.set(called.get() + 1));
        }
        // Not by yielding, with which some loops run the same task again first.
        let (sender, all_called) = P::OneShot::channel();
        peer.call_soon(|| P::OneShot::send(sender, 0));
        all_called.await;
    }
    assert_eq!(called.get(), times, "callbacks are called in their order");
}

/// What two threads have in common in `wake`.
#[derive(Default)]
pub(crate) struct Alarm {
    rung: AtomicU64,
}

impl Alarm {
    /// Starts a thread that calls each waker it is sent, after some time.
    pub(crate) fn start(self: &Arc<Self>) -> (Sender<Waker>, thread::JoinHandle<()>) {
        let alarm = Arc::clone(self);
        let (sender, wakers) = mpsc::channel::<Waker>();
        let thread = thread::spawn(move || {
            for waker in wakers {
                // So long that the loop waits again, even under valgrind.
                thread::sleep(Duration::from_millis(1));
                alarm.rung.fetch_add(1, Ordering::Release);
                waker.wake();
            }
        });
        (sender, thread)
    }

    /// Sends wakers to the thread until this many have been called, each after the one before.
    pub(crate) async fn wait(&self, wakers: Sender<Waker>, times: u64) {
        for already in 0..times {
            let mut sent = false;
            poll_fn(|cx| {
                if self.rung.load(Ordering::Acquire) > already {
                    return Poll::Ready(());
                }
                if !std::mem::replace(&mut sent, true) {
                    wakers.send(cx.waker().clone()).expect("the thread waits for it");
                }
                Poll::Pending
            })
            .await;
        }
    }
}

async fn wake<P: Peer>(peer: P, times: u64) {
    let alarm = Arc::<Alarm>::default();
    let (wakers, thread) = alarm.start();
    let task = peer.spawn(async move {
        alarm.wait(wakers, times).await;
        times
    });
    task.await;
    thread.join().expect("the thread does not panic");
}

/// How much later than the first the `n`th timer fires: each at a time of its own, in no order.
pub(crate) fn delay(n: u64) -> Duration {
    SPREAD * (n * 7919 % TIMERS) as u32 / TIMERS as u32
}

async fn timers_fire<P: Peer>(peer: P, times: u64, least: Duration) {
    let mut tasks = Vec::with_capacity(TIMERS as usize);
    for _ in 0..times / TIMERS {
        for n in 0..TIMERS {
            tasks.push(peer.spawn(async move {
                P::sleep(least + delay(n)).await;
                n
            }));
        }
        for task in tasks.drain(..) {
            black_box(task.await);
        }
    }
}

async fn timers_cancel<P: Peer>(times: u64) {
    for _ in 0..times / TIMERS {
        let mut timers: Vec<_> = (0..TIMERS).map(|n| Box::pin(P::sleep(LATER + delay(n)))).collect();
        poll_each(&mut timers).await;
    }
}

async fn timeouts<P: Peer>(times: u64) {
    for _ in 0..times {
        let mut timer = pin!(P::sleep(LATER));
        let mut yielding = pin!(wake_and_suspend());
        poll_fn(|cx| {
            let done = yielding.as_mut().poll(cx);
            if done.is_pending() {
                let _ = timer.as_mut().poll(cx);
            }
            done
        })
        .await;
    }
}

/// Polls each of the futures once.
async fn poll_each<F: Future>(futures: &mut [Pin<Box<F>>]) {
    poll_fn(|cx| {
        for future in &mut *futures {
            let _ = future.as_mut().poll(cx);
        }
        Poll::Ready(())
    })
    .await;
}

/// Has tasks that wait, all of which have been polled.
async fn hold<P: Peer, F: Future>(peer: P, times: u64, wait: impl Fn() -> F + Copy + 'static) {
    for _ in 0..times {
        peer.spawn_detached(async move {
            wait().await;
            0
        });
    }
    let (sender, all_polled) = P::OneShot::channel();
    peer.call_soon(|| P::OneShot::send(sender, 0));
    all_polled.await;
}
