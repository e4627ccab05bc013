//! What is reported where call stacks say less: in builds with line tables only, without debug information, without symbols,
//! and optimised. Of code that is right, nothing is in any of them.
//!
//! One program is built anew for each, with the same settings for what it depends on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// What is reported of a cancellation about which something false was announced, as the attribute never does, and of the
/// three faults in the program: dropped, dropped in a box, forgotten where it is certain.
type Reported = [&'static str; 4];

/// All is seen.
const ALL: Reported = ["nothing", "log", "log", "panic"];
/// Nobody can tell who drops a future; what was announced is logged, and is no reason to panic.
const ANNOUNCED: Reported = ["log", "nothing", "nothing", "log"];

#[test]
fn full_debug_information() {
    check(&[("DEBUG", "2")], ALL);
}

#[test]
fn line_tables() {
    check(&[("DEBUG", "line-tables-only")], ALL);
}

#[test]
fn no_debug_information() {
    check(&[("DEBUG", "0")], ALL);
}

#[test]
fn no_symbols() {
    check(&[("DEBUG", "0"), ("STRIP", "symbols")], ANNOUNCED);
}

#[test]
fn optimised_with_line_tables() {
    check(&[("DEBUG", "line-tables-only"), ("OPT_LEVEL", "3")], ALL);
}

#[test]
fn optimised_without_debug_information() {
    check(&[("DEBUG", "0"), ("OPT_LEVEL", "3")], ANNOUNCED);
}

/// Builds the program with these settings of the profile, and looks at what it prints.
fn check(settings: &[(&str, &str)], reported: Reported) {
    // Cargo puts each program in the place of the one before.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_settings/program");
    lay_out(&folder);
    let target = folder.join("target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--offline"]).current_dir(&folder).env("CARGO_TARGET_DIR", &target);
    build.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "true");
    build.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    for setting in ["DEBUG", "STRIP", "OPT_LEVEL", "SPLIT_DEBUGINFO"] {
        build.env_remove(format!("CARGO_PROFILE_DEV_{setting}"));
    }
    build.envs(settings.iter().map(|(setting, value)| (format!("CARGO_PROFILE_DEV_{setting}"), value)));
    let built = build.output().expect("cargo can be run");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let program = target.join("debug").join(format!("program{}", std::env::consts::EXE_SUFFIX));
    let run = Command::new(program).current_dir(&folder).env("CHECKED_ASYNC", "slow_poll=off").output();
    let run = run.expect("the program can be run");
    let [announced, dropped, boxed, forgotten] = reported;
    // Without lines, what is inlined cannot be told from whom it is inlined into.
    let is_known = settings[0] != ("DEBUG", "0") || settings.len() == 1;
    let poller = if is_known { "program::polls_again" } else { "nobody" };
    let expected = format!(
        "right: awaited: nothing\nright: cancelled: nothing\nannounced: cancelled: {announced}\nright: raced: nothing\nright: cleared: nothing\n\
         wrong: dropped: {dropped}\nwrong: dropped in a box: {boxed}\nwrong: forgotten: {forgotten}\n\
         wrong: polled again by {poller}\n"
    );
    let said = String::from_utf8_lossy(&run.stdout).replace('\r', "");
    assert_eq!(said, expected, "{}", String::from_utf8_lossy(&run.stderr));
}

/// Writes the program and its dependency, which lies where cargo keeps those.
fn lay_out(folder: &Path) {
    const RACE_IT: &str = "registry/src/mirror-0123456789abcdef/race-it-1.0.0";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in a workspace");
    let race_it = folder.parent().expect("it has one").join(RACE_IT);
    let manifest = |name: &str, dependencies: &str| {
        format!(
            "[package]\nname = {name:?}\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}"
        )
    };
    let dependency = |name: &str, path: &PathBuf| format!("{name} = {{ path = {:?} }}\n", path.display().to_string());
    let dependencies = dependency("checked-async", &root.join("runtime")) + &dependency("race-it", &race_it);
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("the workspace has a lock file");
    for (path, text) in [
        (folder.join("Cargo.toml"), &*manifest("program", &dependencies)),
        (folder.join("Cargo.lock"), &*lock),
        (folder.join("src/main.rs"), include_str!("build_settings/program.rs")),
        (race_it.join("Cargo.toml"), &*manifest("race-it", "")),
        (race_it.join("src/lib.rs"), include_str!("build_settings/race_it.rs")),
    ] {
        fs::create_dir_all(path.parent().expect("it has one")).expect("folders can be made");
        // What is as it was need not be compiled again.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(path, text).expect("files can be written");
        }
    }
}
