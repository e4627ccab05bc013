//! The functions that are checked: 20 to 40 lines each, of the kind that services are made of.

use std::fmt::Write as _;

/// Where the functions stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placing {
    /// As free functions, each with the attribute.
    Free,
    /// As free functions of modules that have the attribute.
    Mod,
    /// As methods of traits that have the attribute, with default bodies.
    Trait,
}

/// How many functions there are in a module: whole rounds of templates.
const IN_MODULE: usize = 5 * TEMPLATES.len();

/// A crate with that many functions.
pub(crate) fn crate_of(functions: usize, placing: Placing, attribute: &str) -> String {
    let mut text = String::from("#![allow(warnings)]\n");
    text.push_str(SUPPORT);
    for module in 0..functions.div_ceil(IN_MODULE) {
        let range = module * IN_MODULE..functions.min((module + 1) * IN_MODULE);
        if placing == Placing::Mod {
            let _ = writeln!(text, "{attribute}");
        }
        let _ = writeln!(text, "pub mod module_{module} {{\nuse super::support::*;");
        if placing == Placing::Trait {
            let _ = writeln!(text, "{attribute}\npub trait Jobs{module}: Debug + Send + Sync {{");
        }
        for number in range {
            if placing == Placing::Free {
                let _ = writeln!(text, "{attribute}");
            }
            text.push_str(&function(number, placing));
        }
        text.push_str(if placing == Placing::Trait { "}\n}\n" } else { "}\n" });
    }
    text
}

fn function(number: usize, placing: Placing) -> String {
    let template = TEMPLATES[number % TEMPLATES.len()];
    // Every function calls the one before it, but for the first of each round of templates.
    let previous = match (number % TEMPLATES.len(), placing) {
        (0, _) => "first(".to_owned(),
        (_, Placing::Trait) => format!("self.job_{}(", number - 1),
        _ => format!("job_{}(", number - 1),
    };
    let (visibility, receiver) = if placing == Placing::Trait { ("", "&self, ") } else { ("pub ", "") };
    template
        .replace("PUB ", visibility)
        .replace("SELF, ", receiver)
        .replace("PREVIOUS(", &previous)
        .replace("NUMBER", &number.to_string())
}

const SUPPORT: &str = r#"
pub mod support {
    pub use std::collections::{BTreeMap, HashMap, VecDeque};
    pub use std::fmt::Debug;
    pub use std::sync::Arc;
    pub use std::time::Duration;
    pub use tokio::sync::{Mutex, mpsc, oneshot};

    #[derive(Debug)]
    pub enum Error { Missing(String), Closed, Refused { code: u16 }, Late }
    impl std::fmt::Display for Error {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{self:?}") }
    }
    impl std::error::Error for Error {}
    impl From<std::num::ParseIntError> for Error { fn from(_: std::num::ParseIntError) -> Self { Error::Late } }
    impl<T> From<mpsc::error::SendError<T>> for Error { fn from(_: mpsc::error::SendError<T>) -> Self { Error::Closed } }
    impl From<oneshot::error::RecvError> for Error { fn from(_: oneshot::error::RecvError) -> Self { Error::Closed } }
    impl From<tokio::time::error::Elapsed> for Error { fn from(_: tokio::time::error::Elapsed) -> Self { Error::Late } }

    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Row { pub id: u64, pub name: String, pub tags: Vec<String>, pub parent: Option<u64> }
    #[derive(Debug, Default)]
    pub struct State { pub rows: HashMap<u64, Row>, pub queue: VecDeque<u64>, pub hits: usize }
    #[derive(Debug, Default)]
    pub struct Store { pub state: Mutex<State>, pub limit: usize }
    impl Store {
        pub async fn load(&self, id: u64) -> Result<Row, Error> {
            self.state.lock().await.rows.get(&id).cloned().ok_or_else(|| Error::Missing(id.to_string()))
        }
        pub async fn save(&self, row: Row) -> Result<Option<Row>, Error> {
            Ok(self.state.lock().await.rows.insert(row.id, row))
        }
        pub async fn find(&self, name: &str) -> Option<Row> {
            self.state.lock().await.rows.values().find(|row| row.name == name).cloned()
        }
        pub async fn touch(&self) { self.state.lock().await.hits += 1; }
    }
    pub trait Codec: Sized + Debug + Clone + Send + Sync {
        fn encode(&self) -> String;
        fn decode(text: &str) -> Option<Self>;
    }
    impl Codec for u64 {
        fn encode(&self) -> String { self.to_string() }
        fn decode(text: &str) -> Option<Self> { text.parse().ok() }
    }
    pub async fn first(store: &Store, id: u64) -> Result<Row, Error> { store.load(id).await }
    pub async fn pause(millis: u64) { tokio::time::sleep(Duration::from_millis(millis)).await }
}
use std::fmt::Debug;
"#;

const TEMPLATES: &[&str] = &[
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let mut row = PREVIOUS(store, id).await?;
        if row.name.is_empty() {
            row.name = format!("row {id} of NUMBER");
        }
        let parent = match row.parent {
            Some(parent) if parent != id => store.load(parent).await?,
            Some(_) => return Err(Error::Refused { code: 409 }),
            None => {
                store.touch().await;
                Row { id: id + 1, name: "root".to_owned(), ..Row::default() }
            }
        };
        row.tags.push(parent.name.clone());
        row.tags.sort();
        row.tags.dedup();
        let replaced = store.save(row.clone()).await?;
        if let Some(replaced) = replaced {
            if replaced.id != row.id {
                return Err(Error::Missing(replaced.name));
            }
        }
        store.touch().await;
        Ok(row)
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let mut delay = 10;
        let mut last = None;
        for attempt in 0..5 {
            match PREVIOUS(store, id + attempt).await {
                Ok(row) if row.tags.len() > NUMBER => {
                    last = Some(row);
                    break;
                }
                Ok(row) => {
                    last.replace(row);
                }
                Err(Error::Late) => {
                    pause(delay).await;
                    delay *= 2;
                    continue;
                }
                Err(Error::Refused { code }) if code >= 500 => pause(delay).await,
                Err(error) => return Err(error),
            }
            store.touch().await;
        }
        let row = last.ok_or(Error::Closed)?;
        println!("{} after {} ms: {:?}", row.name, delay, row.tags);
        store.save(row.clone()).await?;
        Ok(row)
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let (sender, mut receiver) = mpsc::channel::<Row>(NUMBER + 1);
        sender.send(PREVIOUS(store, id).await?).await?;
        drop(sender);
        let mut by_name: HashMap<String, Vec<Row>> = HashMap::new();
        let mut total = 0;
        while let Some(row) = receiver.recv().await {
            total += row.tags.len();
            by_name.entry(row.name.clone()).or_default().push(row);
            if total > store.limit {
                receiver.close();
                break;
            }
        }
        let mut names: Vec<&String> = by_name.keys().collect();
        names.sort();
        for name in names {
            if let Some(found) = store.find(name).await {
                store.save(found).await?;
            } else {
                store.touch().await;
            }
        }
        by_name.remove("none");
        let row = by_name.into_values().flatten().max_by_key(|row| row.id);
        row.ok_or_else(|| Error::Missing(format!("NUMBER")))
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let (sender, receiver) = oneshot::channel();
        let (stop, mut stopped) = mpsc::channel::<()>(1);
        let row = PREVIOUS(store, id).await?;
        sender.send(row.clone()).ok();
        let mut ticks = 0;
        let answer = tokio::select! {
            answer = receiver => answer?,
            _ = pause(NUMBER) => {
                ticks += 1;
                store.touch().await;
                row
            }
            Some(()) = stopped.recv() => {
                stop.send(()).await?;
                return Err(Error::Closed);
            }
        };
        let (left, right) = tokio::join!(store.load(answer.id), store.find(&answer.name));
        match (left, right) {
            (Ok(left), Some(right)) if left == right => Ok(left),
            (Ok(left), _) => {
                store.save(left.clone()).await?;
                Ok(left)
            }
            (Err(error), None) => Err(error),
            (Err(_), Some(right)) => Ok(right),
        }
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        async fn decoded<T: Codec + PartialEq, const N: usize>(store: &Store, keys: [T; N]) -> Result<Vec<T>, Error> {
            let mut values = Vec::with_capacity(N);
            for key in keys {
                let text = key.encode();
                let Some(row) = store.find(&text).await else { continue };
                values.extend(row.tags.iter().filter_map(|tag| T::decode(tag)).filter(|value| *value != key));
            }
            Ok(values)
        }
        let row = PREVIOUS(store, id).await?;
        let values = decoded(store, [id, id + 1, NUMBER]).await?;
        let largest = values.iter().copied().max().unwrap_or_default();
        let average = if values.is_empty() { 0 } else { values.iter().sum::<u64>() / values.len() as u64 };
        let tags: Vec<String> = row
            .tags
            .iter()
            .enumerate()
            .map(|(index, tag)| format!("{index}: {tag}"))
            .chain([largest.to_string(), average.to_string()])
            .collect();
        let next = Row { tags, id: largest, ..row };
        store.save(next.clone()).await?;
        Ok(next)
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let row = PREVIOUS(store, id).await?;
        let mut counts = BTreeMap::new();
        {
            let mut state = store.state.lock().await;
            state.hits += 1;
            state.queue.push_back(id);
            while let Some(next) = state.queue.pop_front() {
                if next == id {
                    break;
                }
                if let Some(row) = state.rows.get(&next) {
                    *counts.entry(row.name.clone()).or_insert(0usize) += row.tags.len();
                }
            }
            state.queue.retain(|queued| *queued != NUMBER);
            state.rows.insert(row.id, row.clone());
        }
        counts.retain(|_, count| *count > 1);
        let Some((name, count)) = counts.into_iter().max_by_key(|(_, count)| *count) else {
            store.touch().await;
            return Ok(row);
        };
        let mut found = store.find(&name).await.unwrap_or_default();
        found.tags.resize(count, String::new());
        store.save(found.clone()).await?;
        Ok(found)
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let shared = Arc::new(Mutex::new(Vec::new()));
        let task = {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                for value in 0..NUMBER {
                    shared.lock().await.push(value);
                    pause(value).await;
                }
                shared.lock().await.len()
            })
        };
        let row = tokio::time::timeout(Duration::from_secs(1), PREVIOUS(store, id)).await??;
        let count = task.await.map_err(|_| Error::Closed)?;
        let mut values = shared.lock().await;
        values.sort_unstable();
        values.truncate(count / 2);
        let parsed: Result<Vec<u64>, _> = row.tags.iter().map(|tag| tag.trim().parse::<u64>()).collect();
        for value in parsed?.into_iter().chain(values.drain(..)) {
            let other = store.load(value).await?;
            assert_ne!(other.name, row.name, "{value} is there twice");
        }
        values.clear();
        drop(values);
        Ok(row)
    }
"#,
    r#"
    PUB async fn job_NUMBER(SELF, store: &Store, id: u64) -> Result<Row, Error> {
        let row = PREVIOUS(store, id).await?;
        let result: Result<usize, Error> = async {
            let parent = row.parent.ok_or(Error::Missing("parent".into()))?;
            let parent = store.load(parent).await?;
            if parent.tags.iter().any(|tag| tag == "NUMBER") {
                store.touch().await;
            }
            Ok(parent.tags.len())
        }
        .await;
        let depth = match result {
            Ok(0) => 1,
            Ok(depth) => depth,
            Err(Error::Missing(what)) => {
                eprintln!("no {what} of {}", row.name);
                0
            }
            Err(error) => return Err(error),
        };
        let check = |row: &Row| row.tags.len() <= depth && !row.name.is_empty();
        if !check(&row) {
            let mut shorter = row.clone();
            shorter.tags.truncate(depth);
            store.save(shorter).await?;
        }
        Ok(row)
    }
"#,
];
