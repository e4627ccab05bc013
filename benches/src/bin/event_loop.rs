//! Prints what the operations of an event loop cost, ours beside others': instructions, and on request time and memory.
//!
//! ```sh
//! cargo run -p checked-async-benches --release --bin event_loop    # on Linux, with valgrind and a C compiler
//! ```
//!
//! It builds the program `loops` with the feature `peers`, without which this crate does not depend on the loops that take
//! long to build; the C compiler is for glommio, which brings C. Then it runs `loops` under callgrind for each peer and
//! operation, twice. A figure is the difference between two runs of different length, for one operation, so that what a start
//! costs does not count. It is of all threads, and of the program only: the kernel's part is not counted. All is built with
//! opt-level 3 and `codegen-units=1`, without which the figures change by a tenth with the way in which the compiler has
//! divided the code.
//!
//! What an operation is, is said in `loops/operations.rs`, and what is particular to a peer in its file. `-` is what a
//! peer does not have, or what cannot be measured there or on this machine; the reasons are below the table. The bounds are
//! those that the project has set itself, from what the best of the others took when they were set.
//!
//! Arguments: names of peers, such as `tokio_current_thread`, to measure only these; `--times=N` for a second table,
//! nanoseconds without valgrind, as callgrind counts neither the kernel's part nor the cache's: the least of `N` runs, all
//! by turns, on the clock, or where the loop sleeps, for wake-ups and timers, in processor time of all threads; `--memory` for a
//! third, of what dhat finds on the heap at its peak, for a task that waits and one that sleeps. What is mapped from the
//! kernel directly is not in it.

use checked_async_benches::{Build, instructions, try_output, valgrind};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// How many times as many operations are timed as are counted.
const LONGER: u64 = 10;
/// How much dearer the loop may be with its checks on.
const CHECKS_BOUND: f64 = 1.3;
/// After how many seconds a run is given up.
const PATIENCE: &str = "300";

/// What is measured: a row of the table.
struct Operation {
    title: &'static str,
    /// The program's name for it; the other for callgrind.
    name: &'static str,
    counted: &'static str,
    /// How many operations there are in the shorter and in the longer run under callgrind.
    times: (u64, u64),
    /// How many instructions ours may take.
    bound: i64,
}

const OPERATIONS: &[Operation] = &[
    operation("spawn and join, many", "spawn_many", (100_000, 200_000), 580),
    operation("spawn and join, one by one", "spawn_one", (2_000, 6_000), 470),
    operation("yield, one task", "yield_one", (2_000, 6_000), 236),
    operation("yield, 1,000 tasks", "yield_many", (20_000, 60_000), 190),
    operation("one-shot ping-pong", "ping_pong", (2_000, 6_000), 1_275),
    operation("`call_soon`", "call_soon", (10_000, 30_000), 343),
    operation("wake from a thread", "wake", (500, 1_500), 1_700),
    Operation {
        counted: "timers_fire_later",
        ..operation("100,000 timers fire", "timers_fire", (100_000, 200_000), 2_330)
    },
    operation("100,000 timers cancelled", "timers_cancel", (100_000, 200_000), 790),
    operation("timeout that is kept", "timeout", (2_000, 6_000), 790),
];

const fn operation(title: &'static str, name: &'static str, times: (u64, u64), bound: i64) -> Operation {
    Operation { title, name, counted: name, times, bound }
}

/// The rows of the table of memory: a title, and the program's name for it.
const HELD: &[(&str, &str)] = &[("task that waits", "pending_task"), ("task that sleeps", "sleeping_task")];
/// How many tasks there are in the shorter and in the longer run under dhat: what doubles its capacity is full.
const HELD_TIMES: (u64, u64) = (1 << 14, 1 << 15);

/// Ours and all others.
const PEERS_BUILD: Build = Build { folder: "peers", features: "peers", profile: &["codegen-units=1"] };
/// Ours with its checks compiled in.
const CHECKS_BUILD: Build = Build { folder: "force-checks", features: "force-checks", profile: &["codegen-units=1"] };

/// A column of the tables.
#[derive(Clone, Copy)]
struct Peer {
    title: &'static str,
    /// The program's name for it.
    name: &'static str,
    /// Whether it is built with `force-checks`.
    checks: bool,
}

/// Ours, as it is in release builds: that which bounds are for.
const OURS: Peer = peer("ours", "ours");
/// Ours with its checks on, and what of them is in a release build.
const WITH_CHECKS: &[Peer] =
    &[peer("ours, `debug(true)`", "ours_debug"), Peer { checks: true, ..peer("ours, `force-checks`", "ours_debug") }];
const OTHERS: &[Peer] = &[
    peer("tokio, current thread", "tokio_current_thread"),
    peer("tokio, `LocalSet`", "tokio_local_set"),
    peer("async-executor and async-io", "async_executor"),
    peer("futures, `LocalPool`", "futures_local_pool"),
    peer("monoio", "monoio"),
    peer("glommio", "glommio"),
    peer("compio", "compio"),
    peer("calloop", "calloop"),
];

const fn peer(title: &'static str, name: &'static str) -> Peer {
    Peer { title, name, checks: false }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runs = arguments.iter().find_map(|argument| argument.strip_prefix("--times="));
    let runs: usize = runs.map_or(0, |runs| runs.parse().expect("the number of runs is a number"));
    let memory = arguments.iter().any(|argument| argument == "--memory");
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let all = [OURS].into_iter().chain(WITH_CHECKS.iter().copied()).chain(OTHERS.iter().copied());
    let peers: Vec<Peer> = all.filter(|peer| names.is_empty() || names.iter().any(|name| *name == peer.name)).collect();

    let mut measuring = Measuring {
        peers_program: PEERS_BUILD.program("loops"),
        checks_program: peers.iter().any(|peer| peer.checks).then(|| CHECKS_BUILD.program("loops")),
        reasons: Vec::new(),
    };
    measuring.table_of_instructions(&peers);
    if runs > 0 {
        println!();
        measuring.table_of_times(&peers, runs);
    }
    if memory {
        println!();
        measuring.table_of_memory(&peers);
    }
    measuring.print_reasons();
}

/// Why a peer has no figures.
struct Reason {
    peer: &'static str,
    operations: Vec<String>,
    text: String,
}

/// The program `loops`, built, and why there are figures that it did not give.
struct Measuring {
    peers_program: PathBuf,
    checks_program: Option<PathBuf>,
    reasons: Vec<Reason>,
}

impl Measuring {
    fn table_of_instructions(&mut self, peers: &[Peer]) {
        let ours = peers.iter().position(|peer| peer.title == OURS.title);
        let judged = ["bound", "ours / bound", "best of the others", "ours / best"];
        let checked: Vec<usize> = (0..peers.len())
            .filter(|&column| WITH_CHECKS.iter().any(|with| with.title == peers[column].title))
            .collect();
        let against = checked.iter().map(|&column| format!("{} / off ≤ {CHECKS_BOUND}", peers[column].title));
        let titles = peers.iter().map(|peer| peer.title.to_string());
        head("instructions", judged.map(String::from).into_iter().chain(against).chain(titles));
        for operation in OPERATIONS {
            let costs: Vec<Option<i64>> = peers.iter().map(|peer| self.instructions_of(*peer, operation)).collect();
            let our_cost = ours.and_then(|ours| costs[ours]);
            let others = peers.iter().zip(&costs).filter(|(peer, _)| !peer.name.starts_with(OURS.name));
            let best = others.filter_map(|(peer, cost)| Some(((*cost)?, peer.title))).min();
            let judged = [
                operation.bound.to_string(),
                ratio(our_cost, Some(operation.bound)),
                best.map_or("-".into(), |(cost, title)| format!("{cost} ({title})")),
                ratio(our_cost, best.map(|best| best.0)),
            ];
            let against = checked.iter().map(|&column| ratio(costs[column], our_cost));
            let costs = costs.iter().map(|cost| cell(*cost));
            row(operation.title, judged.into_iter().chain(against).chain(costs));
        }
    }

    /// The instructions of one operation.
    fn instructions_of(&mut self, peer: Peer, operation: &Operation) -> Option<i64> {
        let mut count = |times| self.under("callgrind", peer, operation.counted, times).map(|text| instructions(&text));
        let (short, long) = operation.times;
        each(count(short)?, count(long)?, long - short)
    }

    fn table_of_times(&mut self, peers: &[Peer], runs: usize) {
        let mut least: BTreeMap<(usize, usize, u64), i64> = BTreeMap::new();
        for _ in 0..runs {
            for (line, operation) in OPERATIONS.iter().enumerate() {
                for (column, peer) in peers.iter().enumerate() {
                    for times in timed(operation) {
                        if let Some(time) = self.nanoseconds(*peer, operation, times) {
                            let least = least.entry((line, column, times)).or_insert(time);
                            *least = time.min(*least);
                        }
                    }
                }
            }
        }
        head("nanoseconds", peers.iter().map(|peer| peer.title.to_string()));
        for (line, operation) in OPERATIONS.iter().enumerate() {
            let [short, long] = timed(operation);
            let time = |column, times| least.get(&(line, column, times)).copied();
            let of = |column| each(time(column, short)?, time(column, long)?, long - short);
            row(operation.title, (0..peers.len()).map(|column| cell(of(column))));
        }
    }

    /// How long a run takes.
    fn nanoseconds(&mut self, peer: Peer, operation: &Operation, times: u64) -> Option<i64> {
        let mut command = Command::new(self.program_of(peer));
        command.args([peer.name, operation.name, &times.to_string()]);
        let text = self.text(peer, operation.name, &mut command)?;
        let (clock, processor) = text.trim().split_once(' ').expect("the program prints two times");
        let time = if sleeps(operation) { processor } else { clock };
        Some(time.parse().expect("a time is a number"))
    }

    fn table_of_memory(&mut self, peers: &[Peer]) {
        head("bytes (blocks)", peers.iter().map(|peer| peer.title.to_string()));
        for (title, name) in HELD {
            let (short, long) = HELD_TIMES;
            let each = |before: i64, after: i64| (after - before) as f64 / (long - short) as f64;
            let mut of = |peer: Peer| {
                let (before, after) = (self.held(peer, name, short)?, self.held(peer, name, long)?);
                Some(format!("{:.0} ({:.1})", each(before.0, after.0), each(before.1, after.1)))
            };
            let cells: Vec<String> = peers.iter().map(|peer| of(*peer).unwrap_or("-".into())).collect();
            row(title, cells.into_iter());
        }
    }

    /// The bytes and blocks on the heap when most of it was in use.
    fn held(&mut self, peer: Peer, operation: &str, times: u64) -> Option<(i64, i64)> {
        let text = self.under("dhat", peer, operation, times)?;
        let peak = text.lines().find_map(|line| line.split_once("At t-gmax:"));
        let Some((_, peak)) = peak else { panic!("dhat said:\n{text}") };
        let mut numbers = peak.split_whitespace().filter_map(|word| word.replace(',', "").parse().ok());
        numbers.next().zip(numbers.next())
    }

    /// What one of valgrind's tools and the program say.
    fn under(&mut self, tool: &str, peer: Peer, operation: &str, times: u64) -> Option<String> {
        let run = valgrind(tool, &self.program_of(peer), &[peer.name, operation, &times.to_string()]);
        let mut patient = Command::new("timeout");
        patient.args(["--kill-after=1", PATIENCE]).arg(run.get_program()).args(run.get_args());
        self.text(peer, operation, &mut patient)
    }

    /// What a command prints, unless it is that there is no such operation.
    fn text(&mut self, peer: Peer, operation: &str, command: &mut Command) -> Option<String> {
        let reason = match try_output(command) {
            Ok(text) => match text.lines().find_map(|line| line.strip_prefix("- ")) {
                None => return Some(text),
                Some(reason) => reason.to_string(),
            },
            Err((status, text)) => {
                assert!(!peer.name.starts_with(OURS.name), "{command:?}: {status}\n{text}");
                // Of a panic the place and the message.
                let said = text.lines().filter(|line| !line.is_empty() && !line.starts_with("=="));
                format!("a run ended with {status}: {}", said.take(2).collect::<Vec<_>>().join(" "))
            }
        };
        let same = self.reasons.iter_mut().find(|known| known.peer == peer.title && known.text == reason);
        match same {
            Some(known) if known.operations.iter().any(|known| known == operation) => {}
            Some(known) => known.operations.push(operation.into()),
            None => {
                self.reasons.push(Reason { peer: peer.title, operations: vec![operation.into()], text: reason });
            }
        }
        None
    }

    fn program_of(&self, peer: Peer) -> PathBuf {
        if peer.checks {
            self.checks_program.clone().expect("it is built if a peer wants it")
        } else {
            self.peers_program.clone()
        }
    }

    fn print_reasons(&self) {
        println!();
        for Reason { peer, operations, text } in &self.reasons {
            println!("- {peer}, {}: {text}.", operations.join(", "));
        }
    }
}

/// How many operations there are in the runs that are timed.
fn timed(operation: &Operation) -> [u64; 2] {
    let longer = if sleeps(operation) { 1 } else { LONGER };
    [operation.times.0 * longer, operation.times.1 * longer]
}

/// Whether the time on the clock is mostly that of sleeping.
fn sleeps(operation: &Operation) -> bool {
    ["wake", "timers_fire", "timers_cancel"].contains(&operation.name)
}

/// The cost of one operation, rounded.
fn each(before: i64, after: i64, times: u64) -> Option<i64> {
    let times = i64::try_from(times).ok()?;
    Some((after - before + times / 2) / times)
}

fn ratio(cost: Option<i64>, to: Option<i64>) -> String {
    cost.zip(to).map_or("-".into(), |(cost, to)| format!("{:.2}", cost as f64 / to as f64))
}

fn cell(cost: Option<i64>) -> String {
    cost.map_or("-".into(), |cost| cost.to_string())
}

fn head(corner: &str, titles: impl Iterator<Item = String>) {
    let titles: Vec<String> = titles.collect();
    let columns = titles.len();
    row(corner, titles.into_iter());
    println!("|---|{}", "---|".repeat(columns));
}

fn row(title: &str, cells: impl Iterator<Item = String>) {
    println!("| {title} | {} |", cells.collect::<Vec<_>>().join(" | "));
}
