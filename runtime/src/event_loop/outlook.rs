//! What may still wake a loop on which nothing can run: `stalled_loop` is about those that nothing will.
//!
//! A task that waits for a promise, a channel or a lock is woken by another task of the loop, or by another thread. Where no
//! task can run, no timer is set, no closure is running elsewhere, no I/O is waited for, and the process has no other threads,
//! nothing will ever change. Of a process with other threads this cannot be known.
//!
//! The reactor does not say what I/O is waited for, but Linux does: `/proc/self/fdinfo` lists what an epoll instance watches.
//! Every instance of the process counts, whoever it belongs to: doubt speaks for the program.

/// What may wake it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outlook {
    /// Nothing.
    Nothing,
    /// Other threads, and nothing else; or it cannot be known.
    Doubtful,
    /// Someone outside of the program.
    Io,
}

/// Looks at the process, leaving out a file descriptor that the loop itself has watched.
#[cfg(target_os = "linux")]
pub(super) fn look(own: Option<i32>) -> Outlook {
    match (linux::waits_for_io(own), linux::has_other_threads()) {
        (Some(true), _) => Outlook::Io,
        (Some(false), Some(false)) => Outlook::Nothing,
        _ => Outlook::Doubtful,
    }
}

/// Nothing is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn look(_own: Option<i32>) -> Outlook {
    Outlook::Doubtful
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    /// The events that someone waits for: in, priority, out, and the end of what the other side sends.
    const WAITED_FOR: u32 = 0x1 | 0x2 | 0x4 | 0x2000;

    /// What the reactor has in place of a key for what it watches on its own behalf.
    const OWN_KEY: &str = "ffffffffffffffff";

    /// Whether an epoll instance of the process waits for anything; `None` if that is not to be seen.
    pub(super) fn waits_for_io(own: Option<i32>) -> Option<bool> {
        for entry in fs::read_dir("/proc/self/fd").ok()? {
            let path = entry.ok()?.path();
            let Ok(target) = fs::read_link(&path) else { continue };
            if target == Path::new("anon_inode:[eventpoll]") {
                let info = fs::read_to_string(Path::new("/proc/self/fdinfo").join(path.file_name()?)).ok()?;
                if info.lines().any(|line| is_waited_for(line, own)) {
                    return Some(true);
                }
            }
        }
        Some(false)
    }

    /// Whether a line says that someone waits for a file descriptor, this one excepted:
    /// `tfd:        4 events: 40000019 data:                4  pos:0 …`.
    pub(super) fn is_waited_for(line: &str, own: Option<i32>) -> bool {
        let mut words = line.split_whitespace();
        if words.next() != Some("tfd:") {
            return false;
        }
        let fd = words.next().and_then(|fd| fd.parse::<i32>().ok());
        let events = words.nth(1).and_then(|events| u32::from_str_radix(events, 16).ok());
        let key = words.nth(1);
        // What cannot be read may be waited for.
        let events = events.unwrap_or(WAITED_FOR);
        events & WAITED_FOR != 0 && key != Some(OWN_KEY) && (fd.is_none() || fd != own)
    }

    /// Whether there are threads but this one and those that never wake a task on their own; `None` if that is not to be seen.
    pub(super) fn has_other_threads() -> Option<bool> {
        let own = fs::read_link("/proc/thread-self").ok()?;
        let own = own.file_name()?;
        for entry in fs::read_dir("/proc/self/task").ok()? {
            let entry = entry.ok()?;
            if entry.file_name() == own {
                continue;
            }
            // A thread that has ended meanwhile.
            let Ok(name) = fs::read_to_string(entry.path().join("comm")) else { continue };
            // The system keeps 15 characters. Those that attend to workers have other names.
            if !matches!(
                name.trim_end(),
                "async-io" | "checked-async-d" | "checked-async-l" | "checked-async-s" | "checked-async-w"
            ) {
                return Some(true);
            }
        }
        Some(false)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_waited_for_is_told_from_what_is_registered() {
            let line = |fd: i32, events: &str, key: &str| {
                format!("tfd: {fd:8} events: {events:>8} data: {key:>16}  pos:0 ino:1")
            };
            assert!(is_waited_for(&line(4, "40000019", "1"), None));
            assert!(is_waited_for(&line(4, "4000201c", "1"), Some(5)));
            assert!(!is_waited_for(&line(4, "40000018", "1"), None));
            assert!(!is_waited_for(&line(4, "40000000", "1"), None));
            assert!(!is_waited_for(&line(4, "40000019", OWN_KEY), None));
            assert!(!is_waited_for(&line(4, "40000019", "1"), Some(4)));
            assert!(!is_waited_for("flags:\t02000002", None));
            assert!(is_waited_for("tfd: something new", None));
        }

        #[test]
        fn the_harness_has_other_threads() {
            assert_eq!(has_other_threads(), Some(true));
        }
    }
}
