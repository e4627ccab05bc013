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
pub(super) use linux::{describe_socket, sockets};

/// The sockets that the reactor knows, by their inodes; `None` where that is not to be seen.
#[cfg(not(target_os = "linux"))]
pub(super) fn sockets() -> Option<std::collections::BTreeSet<u64>> {
    None
}

/// What a socket is; `None` if that is not known, or if it has no address.
#[cfg(not(target_os = "linux"))]
pub(super) fn describe_socket(_inode: u64) -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::fs;
    use std::net::{IpAddr, SocketAddr};
    use std::path::Path;

    /// The events that someone waits for: in, priority, out, and the end of what the other side sends.
    const WAITED_FOR: u32 = 0x1 | 0x2 | 0x4 | 0x2000;

    /// What the reactor has in place of a key for what it watches on its own behalf.
    const OWN_KEY: &str = "ffffffffffffffff";

    /// Whether an epoll instance of the process waits for anything; `None` if that is not to be seen.
    pub(super) fn waits_for_io(own: Option<i32>) -> Option<bool> {
        Some(epolls()?.iter().any(|info| info.lines().any(|line| is_waited_for(line, own))))
    }

    /// What each epoll instance of the process watches; `None` if that is not to be seen.
    fn epolls() -> Option<Vec<String>> {
        let mut epolls = Vec::new();
        for entry in fs::read_dir("/proc/self/fd").ok()? {
            let path = entry.ok()?.path();
            let Ok(target) = fs::read_link(&path) else { continue };
            if target == Path::new("anon_inode:[eventpoll]") {
                epolls.push(fs::read_to_string(Path::new("/proc/self/fdinfo").join(path.file_name()?)).ok()?);
            }
        }
        Some(epolls)
    }

    /// The sockets that the reactor knows, by their inodes; `None` if that is not to be seen.
    pub(crate) fn sockets() -> Option<BTreeSet<u64>> {
        let mut sockets = BTreeSet::new();
        for info in epolls()? {
            // Epoll instances of others have other keys.
            if !info.contains(OWN_KEY) {
                continue;
            }
            for fd in info.lines().filter_map(|line| line.strip_prefix("tfd:")?.split_whitespace().next()) {
                let target = fs::read_link(Path::new("/proc/self/fd").join(fd)).ok();
                let target = target.as_deref().and_then(Path::to_str).unwrap_or_default();
                let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
                sockets.extend(inode.and_then(|inode| inode.parse::<u64>().ok()));
            }
        }
        Some(sockets)
    }

    /// What a socket is; `None` if that is not known, or if it has no address, as one half of a pair has.
    pub(crate) fn describe_socket(inode: u64) -> Option<String> {
        let inode = inode.to_string();
        for (table, protocol) in [("tcp", "TCP"), ("tcp6", "TCP"), ("udp", "UDP"), ("udp6", "UDP")] {
            let table = fs::read_to_string(Path::new("/proc/self/net").join(table)).unwrap_or_default();
            let found = table.lines().find(|line| line.split_whitespace().nth(9) == Some(&inode));
            if let Some(line) = found {
                return describe_line(line, protocol);
            }
        }
        let table = fs::read_to_string("/proc/self/net/unix").unwrap_or_default();
        let path = table.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.nth(6) == Some(&inode)).then(|| words.next()).flatten()
        });
        path.map(|path| format!("Unix socket {path}"))
    }

    /// What a line of `/proc/net/tcp` or its like says:
    /// `0: 0100007F:1F90 00000000:0000 0A …`.
    pub(super) fn describe_line(line: &str, protocol: &str) -> Option<String> {
        const LISTENING: &str = "0A";
        let mut words = line.split_whitespace();
        let (local, remote, state) = (address(words.nth(1)?)?, address(words.next()?)?, words.next()?);
        Some(match protocol {
            "TCP" if state == LISTENING => format!("TCP listener on {local}"),
            _ if remote.port() == 0 => format!("{protocol} socket on {local}"),
            _ => format!("{protocol} connection from {local} to {remote}"),
        })
    }

    /// An address as `/proc/net` has it: groups of four bytes, as numbers of this machine, and the port.
    fn address(text: &str) -> Option<SocketAddr> {
        let (ip, port) = text.split_once(':')?;
        let groups = ip.as_bytes().chunks(8).map(|group| u32::from_str_radix(str::from_utf8(group).ok()?, 16).ok());
        let bytes: Vec<u8> = groups.collect::<Option<Vec<_>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
        let ip = match <[u8; 4]>::try_from(&*bytes) {
            Ok(bytes) => IpAddr::from(bytes),
            Err(_) => IpAddr::from(<[u8; 16]>::try_from(&*bytes).ok()?),
        };
        Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
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
        #[cfg(target_endian = "little")]
        fn a_socket_is_described_by_its_addresses() {
            let line =
                |addresses: &str, state: &str| format!("   0: {addresses} {state} 00000000:00000000 00:00000000");
            let described = |addresses, state, protocol| describe_line(&line(addresses, state), protocol).unwrap();
            assert_eq!(described("0100007F:1F90 00000000:0000", "0A", "TCP"), "TCP listener on 127.0.0.1:8080");
            assert_eq!(
                described("0100007F:1F90 0200007F:0050", "01", "TCP"),
                "TCP connection from 127.0.0.1:8080 to 127.0.0.2:80"
            );
            let any = "00000000000000000000000000000000:0000";
            let local = "00000000000000000000000001000000:0035";
            assert_eq!(described(&format!("{local} {any}"), "07", "UDP"), "UDP socket on [::1]:53");
            assert_eq!(describe_line("", "TCP"), None);
        }

        #[test]
        fn the_harness_has_other_threads() {
            assert_eq!(has_other_threads(), Some(true));
        }
    }
}
