//! Ways out that are none of this loop's: of inner loops, closures, functions and other blocks.

use checked_async::checked_async;
use std::num::ParseIntError;
use tokio::sync::mpsc::{Receiver, Sender};

#[checked_async]
async fn inner_break(mut lines: Receiver<String>, sums: Sender<u32>) {
    'lines: loop { //~ warning loop_without_await: loop
        let mut sum = 0;
        for word in lines.try_recv().unwrap_or_default().split(' ') {
            match word.parse::<u32>() {
                Ok(0) => break,
                Ok(number) => sum += number,
                Err(_) => continue 'lines,
            }
        }
        while sum > 100 {
            sum -= 100;
            if sum == 17 {
                break;
            }
        }
        sums.try_send(sum).ok();
    }
}

#[checked_async]
async fn inner_return(mut lines: Receiver<String>) {
    fn half(number: u32) -> Option<u32> {
        if number == 0 {
            return None;
        }
        Some(number / 2)
    }
    loop { //~ warning loop_without_await: loop
        let parse = |line: String| -> Result<u32, ParseIntError> {
            let number = line.parse::<u32>()?;
            if number > 9 {
                return Ok(9);
            }
            Ok(number)
        };
        if let Ok(line) = lines.try_recv() {
            println!("{:?}", parse(line).map(half));
        }
    }
}

#[checked_async]
async fn inner_block(numbers: &[u32]) {
    loop { //~ warning loop_without_await: loop
        let first = 'found: {
            for &number in numbers {
                if number > 3 {
                    break 'found number;
                }
            }
            0
        };
        println!("{first}");
    }
}
