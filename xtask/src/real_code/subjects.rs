//! The crates that are tried, with the options under which they compile without us.

/// A published crate.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// Options of `cargo check`.
    pub(crate) check: &'static [&'static str],
    /// Options of `cargo test`; `None` where the published package lacks files that its tests need.
    pub(crate) test: Option<&'static [&'static str]>,
}

const fn subject(
    name: &'static str,
    version: &'static str,
    check: &'static [&'static str],
    test: Option<&'static [&'static str]>,
) -> Subject {
    Subject { name, version, check, test }
}

const ALL: &[&str] = &["--all-targets"];
const FULL: &[&str] = &["--features=full", "--all-targets"];
const TEST: Option<&[&str]> = Some(&["--lib", "--tests"]);
const TEST_FULL: Option<&[&str]> = Some(&["--features=full", "--lib", "--tests"]);

/// Small ones first.
pub(crate) const SUBJECTS: &[Subject] = &[
    subject("bb8", "0.9.1", ALL, TEST),
    subject("backon", "1.6.0", ALL, TEST),
    subject("mini-redis", "0.4.1", ALL, TEST),
    subject("deadpool", "0.13.1", ALL, TEST),
    subject("async-lock", "3.5.0", ALL, TEST),
    subject("futures-concurrency", "7.7.1", ALL, TEST),
    subject("tokio-stream", "0.1.19", FULL, TEST_FULL),
    subject("tokio-util", "0.7.20", FULL, TEST_FULL),
    subject("embassy-sync", "0.8.0", ALL, TEST),
    subject("async-compression", "0.4.52", &["--features=all"], None),
    subject("hyper-util", "0.1.21", FULL, TEST_FULL),
    subject("h2", "0.4.20", ALL, TEST),
    subject("tokio-tungstenite", "0.30.0", ALL, TEST),
    subject("warp", "0.4.3", ALL, TEST),
    subject(
        "axum",
        "0.8.9",
        &[],
        Some(&["--features=__private,axum-macros/__private,http1,macros,multipart,tokio,ws", "--lib"]),
    ),
    subject("tower-http", "0.7.1", &["--features=full"], Some(&["--features=full", "--lib"])),
    subject("reqwest", "0.13.5", ALL, TEST),
    subject("rumqttc", "0.25.1", ALL, TEST),
    subject("async-nats", "0.51.0", &[], None),
    subject("moka", "0.12.16", &["--features=future", "--all-targets"], Some(&["--features=future", "--lib"])),
    subject("quinn", "0.11.12", ALL, TEST),
    subject("zbus", "5.10.0", &[], None),
];

/// Lints with findings that are true, or in code that means it: they become warnings, so that the tests compile.
/// `docs/real-code.md` describes them.
pub(crate) const TRUE_FINDINGS: &[(&str, &[&str])] = &[
    ("async-lock", &["unawaited_future"]),
    ("bb8", &["unawaited_in_container"]),
    ("futures-concurrency", &["nested_block_on"]),
    ("moka", &["blocking_sleep"]),
];

impl Subject {
    /// The lints that have true findings in this crate.
    pub(crate) fn true_findings(&self) -> &'static [&'static str] {
        TRUE_FINDINGS.iter().find(|(name, _)| *name == self.name).map_or(&[], |(_, lints)| lints)
    }
}
