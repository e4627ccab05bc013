//! Prints what the attribute costs an echo server of tokio's all of whose functions carry it: with checks, and without.
//!
//! `cargo run -p checked-async-benches --release --bin echo`, on Linux. It builds itself once more with the feature
//! `force-checks`, and runs the two programs by turns: the server with and without the attribute in builds without checks, and
//! both again in builds with them. A run is a process with one thread for the server and one for the clients, which send
//! frames over the loopback device and wait for each to come back. The figures are the medians of all runs; each ratio is the
//! median of the ratios within one turn, so that what else the machine does matters little.
//!
//! Arguments: how many turns, 15 if nothing is said, and how many requests a run has, 100,000 if nothing is said.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How many clients there are at once.
const CONNECTIONS: usize = 16;
/// How many bytes a frame has.
const FRAME: usize = 64;
const TURNS: usize = 15;
const REQUESTS: usize = 100_000;

/// The server, as a module with an attribute or with none.
macro_rules! server {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        mod $name {
            use super::FRAME;
            use std::io;
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
            use tokio::net::{TcpListener, TcpStream};

            pub(super) async fn serve(listener: TcpListener) -> io::Result<()> {
                loop {
                    let (stream, _) = listener.accept().await?;
                    tokio::spawn(connection(stream));
                }
            }

            async fn connection(stream: TcpStream) {
                let (mut reader, mut writer) = stream.into_split();
                while let Ok(frame) = read(&mut reader).await {
                    let answer = answer(frame).await;
                    if write(&mut writer, &answer).await.is_err() {
                        break;
                    }
                }
            }

            async fn read(reader: &mut OwnedReadHalf) -> io::Result<[u8; FRAME]> {
                let mut frame = [0; FRAME];
                reader.read_exact(&mut frame).await?;
                Ok(frame)
            }

            async fn answer(frame: [u8; FRAME]) -> [u8; FRAME] {
                frame
            }

            async fn write(writer: &mut OwnedWriteHalf, frame: &[u8]) -> io::Result<()> {
                writer.write_all(frame).await
            }
        }
    };
}

server!(plain);
server!(
    #[checked_async::checked_async(allow(detached_task))]
    annotated
);

/// What one run has measured.
#[derive(Clone, Copy)]
struct Run {
    /// Requests in a second.
    throughput: f64,
    /// The processor time of the server's thread, in nanoseconds for a request.
    processor: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(("run", variant)) = arguments.first().and_then(|argument| argument.split_once(':')) {
        let run = measure(variant, arguments[1].parse()?)?;
        println!("{} {}", run.throughput, run.processor);
        return Ok(());
    }
    let mut numbers = arguments.iter().map(|argument| argument.parse::<usize>());
    let turns = numbers.next().transpose()?.unwrap_or(TURNS);
    let requests = numbers.next().transpose()?.unwrap_or(REQUESTS);
    let released = env::current_exe()?;
    let checked = build_with_checks(&released)?;
    let rows = [
        ("without the attribute", &released, "plain"),
        ("with it, no checks in the build", &released, "annotated"),
        ("without it, checks in the build", &checked, "plain"),
        ("with it and with checks", &checked, "annotated"),
    ];
    let mut runs: [Vec<Run>; 4] = Default::default();
    for turn in 0..turns {
        eprint!("\rturn {} of {turns}", turn + 1);
        // Each row is the first as often as the others.
        for n in 0..rows.len() {
            let row = (n + turn) % rows.len();
            let (_, program, variant) = rows[row];
            runs[row].push(run(program, variant, requests)?);
        }
    }
    eprintln!();
    println!("| server | requests in a second | ratio | processor time for a request | ratio |");
    println!("|---|---|---|---|---|");
    for (row, (name, ..)) in rows.iter().enumerate() {
        let base = if row < 2 { 0 } else { 2 };
        let column = |value: fn(&Run) -> f64| {
            let ratios = runs[row].iter().zip(&runs[base]).map(|(run, base)| value(run) / value(base));
            (median(runs[row].iter().map(value)), median(ratios))
        };
        let (throughput, ratio) = column(|run| run.throughput);
        let (processor, processor_ratio) = column(|run| run.processor);
        println!("| {name} | {throughput:.0} | {ratio:.3} | {processor:.0} ns | {processor_ratio:.3} |");
    }
    Ok(())
}

/// The same program with checks.
fn build_with_checks(released: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let profile = released.parent().ok_or("the program is in a folder")?;
    let target = profile.join("echo-with-checks");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--bin", "echo", "--features", "force-checks", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()?;
    if !status.success() {
        return Err("the program cannot be built with checks".into());
    }
    Ok(target.join("release/echo"))
}

fn run(program: &Path, variant: &str, requests: usize) -> Result<Run, Box<dyn Error>> {
    let output = Command::new(program).arg(format!("run:{variant}")).arg(requests.to_string()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let (throughput, processor) = text.trim().split_once(' ').ok_or("the run has failed")?;
    Ok(Run { throughput: throughput.parse()?, processor: processor.parse()? })
}

/// Serves so many requests, and measures.
fn measure(variant: &str, requests: usize) -> Result<Run, Box<dyn Error>> {
    let (sender, receiver) = mpsc::channel();
    let annotated = variant == "annotated";
    // It ends with the process.
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("there is a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there is a port");
            let address = listener.local_addr().expect("it has an address");
            let id = fs::read_link("/proc/thread-self").expect("this is Linux");
            sender.send((address, id)).expect("it is waited for");
            let served = if annotated { annotated::serve(listener).await } else { plain::serve(listener).await };
            served.expect("nothing fails");
        });
    });
    let (address, id): (SocketAddr, PathBuf) = receiver.recv()?;
    let mut clients = (0..CONNECTIONS).map(|_| TcpStream::connect(address)).collect::<Result<Vec<_>, _>>()?;
    for client in &clients {
        client.set_nodelay(true)?;
    }
    send(&mut clients, requests / 10)?;
    let (start, before) = (Instant::now(), processor_time(&id)?);
    send(&mut clients, requests)?;
    let (took, processor) = (start.elapsed(), processor_time(&id)? - before);
    Ok(Run {
        throughput: requests as f64 / took.as_secs_f64(),
        processor: processor.as_nanos() as f64 / requests as f64,
    })
}

/// Sends so many frames, one on each connection at a time.
fn send(clients: &mut [TcpStream], requests: usize) -> Result<(), Box<dyn Error>> {
    let (frame, mut answer) = ([7; FRAME], [0; FRAME]);
    for _ in 0..requests / clients.len() {
        for client in &mut *clients {
            client.write_all(&frame)?;
        }
        for client in &mut *clients {
            client.read_exact(&mut answer)?;
            assert_eq!(frame, answer);
        }
    }
    Ok(())
}

/// How long a thread of this process has run.
fn processor_time(thread: &Path) -> Result<Duration, Box<dyn Error>> {
    let text = fs::read_to_string(Path::new("/proc").join(thread).join("schedstat"))?;
    let nanoseconds = text.split(' ').next().ok_or("the kernel counts it")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
