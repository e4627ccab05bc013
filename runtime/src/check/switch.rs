//! The environment variable `CHECKED_ASYNC`: a list of settings, applied from left to right.
//!
//! ```text
//! setting  = "0" | "1" | level | kind "=" level | "slow_after=" duration | "large_from=" size | "backtrace"
//! level    = "off" | "log" | "panic"
//! duration = a whole number and "ms", "s" or "m"
//! size     = a whole number, of bytes or with "KiB"
//! ```
//! `0` is `off`, `1` keeps the defaults, a level alone is for all kinds. (In asyncio's debug variable `0` means on; it
//! surprises everybody.)
//!
//! A level other than `off` for all kinds, or for one that the event loop measures, also has loops measure where the build
//! would not; `0` and `off` have them not measure. So `CHECKED_ASYNC=1` is what `PYTHONASYNCIODEBUG=1` is.

use std::env;
use std::time::Duration;

use super::kind::Kind;
use super::level::Level;
use crate::report;

/// What the variable may set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Setting {
    /// Some kinds and the level they get.
    Level(Vec<Kind>, Level),
    /// How long a poll may take.
    SlowAfter(Duration),
    /// From how many bytes on a future is large.
    LargeFrom(usize),
    /// That each report has the call stack.
    Backtrace,
}

/// Reads the variable; says on stderr what is wrong in it, and leaves that out.
pub(super) fn environment() -> Vec<Setting> {
    let Some(value) = env::var_os("CHECKED_ASYNC") else {
        return Vec::new();
    };
    let (settings, mistakes) = parse(&value.to_string_lossy());
    if !mistakes.is_empty() {
        report::warn_of_environment(&mistakes);
    }
    settings
}

/// Whether the variable has event loops measure what they do, where it says anything of it.
#[cfg(feature = "event-loop")]
pub(super) fn measures() -> Option<bool> {
    static MEASURES: std::sync::OnceLock<Option<bool>> = std::sync::OnceLock::new();
    *MEASURES.get_or_init(|| parse_measures(&env::var("CHECKED_ASYNC").ok()?))
}

#[cfg(feature = "event-loop")]
fn parse_measures(value: &str) -> Option<bool> {
    const MEASURED: [Kind; 4] = [Kind::SlowCallback, Kind::SlowPoll, Kind::SlowSelect, Kind::StalledLoop];
    let said = |setting: &str| match parse_setting(setting) {
        // `1`.
        Ok(None) => Some(true),
        // A mistake, which is reported elsewhere.
        Err(_) => None,
        Ok(Some(Setting::SlowAfter(_) | Setting::LargeFrom(_) | Setting::Backtrace)) => None,
        Ok(Some(Setting::Level(kinds, Level::Off))) => (kinds.len() == Kind::ALL.len()).then_some(false),
        Ok(Some(Setting::Level(kinds, _))) => MEASURED.iter().any(|kind| kinds.contains(kind)).then_some(true),
    };
    let settings = value.split(',').map(str::trim).filter(|setting| !setting.is_empty());
    // The last that says anything holds.
    settings.filter_map(said).next_back()
}

/// Parses a list of settings; also returns what is wrong with those that are none.
fn parse(value: &str) -> (Vec<Setting>, Vec<String>) {
    let mut settings = Vec::new();
    let mut mistakes = Vec::new();
    for setting in value.split(',').map(str::trim).filter(|setting| !setting.is_empty()) {
        match parse_setting(setting) {
            Ok(setting) => settings.extend(setting),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    (settings, mistakes)
}

fn parse_setting(setting: &str) -> Result<Option<Setting>, String> {
    let all = || Kind::ALL.to_vec();
    match setting.split_once('=') {
        Some((key, value)) if key.trim() == "slow_after" => Ok(Some(Setting::SlowAfter(parse_duration(value.trim())?))),
        Some((key, value)) if key.trim() == "large_from" => Ok(Some(Setting::LargeFrom(parse_size(value.trim())?))),
        Some((kind, level)) => {
            let kind = kind.trim().parse::<Kind>().map_err(|error| error.to_string())?;
            let level = level.trim().parse::<Level>().map_err(|error| error.to_string())?;
            Ok(Some(Setting::Level(vec![kind], level)))
        }
        None => match setting {
            "0" => Ok(Some(Setting::Level(all(), Level::Off))),
            "1" => Ok(None),
            "backtrace" => Ok(Some(Setting::Backtrace)),
            _ => match setting.parse() {
                Ok(level) => Ok(Some(Setting::Level(all(), level))),
                Err(_) if setting.parse::<Kind>().is_ok() => Err(format!(
                    "`{setting}` lacks a level, expected `{setting}=off`, `={}` or `={}`",
                    Level::Log,
                    Level::Panic
                )),
                Err(_) => Err(format!(
                    "unknown setting `{setting}`, expected `0`, `1`, `off`, `log`, `panic`, `kind=level`, `slow_after=250ms`, \
                     `large_from=16KiB` or `backtrace`"
                )),
            },
        },
    }
}

/// Parses a duration of at least a millisecond.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        _ => None,
    };
    let duration = milliseconds.and_then(|unit| number.parse::<u64>().ok()?.checked_mul(unit));
    match duration {
        Some(0) => Err("`slow_after` is at least `1ms`".into()),
        Some(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        None => Err(format!("`{text}` is no duration, expected a whole number and `ms`, `s` or `m`, such as `250ms`")),
    }
}

/// Parses a size.
fn parse_size(text: &str) -> Result<usize, String> {
    let (number, unit) = match text.strip_suffix("KiB") {
        Some(number) => (number, 1024),
        None => (text, 1),
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit()).then_some(number);
    digits
        .and_then(|number| number.parse::<usize>().ok()?.checked_mul(unit))
        .ok_or_else(|| format!("`{text}` is no size, expected a whole number of bytes, or of `KiB` as in `16KiB`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_apply_from_left_to_right() {
        let (settings, mistakes) = parse(" log , never_awaited = panic,slow_poll=off,");
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(
            settings,
            [
                Setting::Level(Kind::ALL.to_vec(), Level::Log),
                Setting::Level(vec![Kind::NeverAwaited], Level::Panic),
                Setting::Level(vec![Kind::SlowPoll], Level::Off),
            ]
        );
    }

    #[test]
    fn zero_is_off_and_one_is_the_default() {
        assert_eq!(parse("0"), (vec![Setting::Level(Kind::ALL.to_vec(), Level::Off)], vec![]));
        assert_eq!(parse("1"), (vec![], vec![]));
        assert_eq!(parse(""), (vec![], vec![]));
        assert_eq!(parse("1,backtrace"), (vec![Setting::Backtrace], vec![]));
    }

    #[cfg(feature = "event-loop")]
    #[test]
    fn loops_measure_what_is_to_be_reported() {
        for (value, expected) in [
            ("", None),
            ("never_awaited=log", None),
            ("slow_poll=off", None),
            ("yes", None),
            ("1", Some(true)),
            ("log", Some(true)),
            ("0", Some(false)),
            ("off", Some(false)),
            ("slow_poll=log", Some(true)),
            ("0,stalled_loop=panic", Some(true)),
            ("1,slow_poll=off", Some(true)),
            ("slow_poll=log,0", Some(false)),
        ] {
            assert_eq!(parse_measures(value), expected, "{value}");
        }
    }

    #[test]
    fn durations() {
        let durations = [("slow_after=250ms", 250), ("slow_after = 2s", 2_000), ("slow_after=1m", 60_000)];
        for (text, milliseconds) in durations {
            assert_eq!(parse(text), (vec![Setting::SlowAfter(Duration::from_millis(milliseconds))], vec![]));
        }
        for text in ["", "250", "fast", "-1s", "1.5s", "1h", "99999999999999999999s", "ms"] {
            let (settings, mistakes) = parse(&format!("slow_after={text}"));
            let expected =
                format!("`{text}` is no duration, expected a whole number and `ms`, `s` or `m`, such as `250ms`");
            assert_eq!((settings, mistakes), (vec![], vec![expected]));
        }
        assert_eq!(parse("slow_after=0s").1, ["`slow_after` is at least `1ms`"]);
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [("large_from=20000", 20_000), ("large_from = 32KiB", 32_768)] {
            assert_eq!(parse(text), (vec![Setting::LargeFrom(bytes)], vec![]));
        }
        for text in ["", "KiB", "1.5KiB", "-1", "+1", "1MiB", "99999999999999999999"] {
            let mistake = format!("`{text}` is no size, expected a whole number of bytes, or of `KiB` as in `16KiB`");
            assert_eq!(parse(&format!("large_from={text}")), (vec![], vec![mistake]));
        }
    }

    #[test]
    fn mistakes_are_named_and_the_rest_holds() {
        let (settings, mistakes) = parse("yes,never_awaited,never_awaited=warn,never=log,slow_poll=log");
        assert_eq!(settings, [Setting::Level(vec![Kind::SlowPoll], Level::Log)]);
        assert_eq!(mistakes.len(), 4);
        assert_eq!(
            mistakes[..3],
            [
                "unknown setting `yes`, expected `0`, `1`, `off`, `log`, `panic`, `kind=level`, `slow_after=250ms`, `large_from=16KiB` or `backtrace`",
                "`never_awaited` lacks a level, expected `never_awaited=off`, `=log` or `=panic`",
                "unknown level `warn`, expected one of `off`, `log`, `panic`",
            ]
        );
        assert!(mistakes[3].starts_with("unknown kind `never`, expected one of `callback_panicked`"));
    }
}
