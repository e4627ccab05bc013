//! `block_on` of one's own that is given no future.

#![deny(warnings)]

use checked_async::checked_async;

#[derive(Clone, Copy, PartialEq)]
enum Day {
    Saturday,
    Sunday,
}

#[derive(Default)]
struct Calendar {
    blocked: Vec<Day>,
}

impl Calendar {
    /// Nobody can be invited on this day.
    fn block_on(&mut self, day: Day) -> &mut Self {
        self.blocked.push(day);
        self
    }

    fn is_blocked(&self, day: Day) -> bool {
        self.blocked.contains(&day)
    }
}

mod scheduler {
    /// Lets one task wait for another: an edge in a graph.
    pub fn block_on(task: u32, other: u32) -> (u32, u32) {
        (task, other)
    }
}

async fn save(calendar: &Calendar) -> usize {
    calendar.blocked.len()
}

#[checked_async]
async fn plan(calendar: &mut Calendar) -> (u32, u32) {
    calendar.block_on(Day::Saturday).block_on(Day::Sunday);
    if calendar.is_blocked(Day::Sunday) {
        save(calendar).await;
    }
    scheduler::block_on(1, 2)
}
