//! What the functions of the fixture `case.rs` call.

pub use checked_async::checked_async;

/// A value that is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub value: u32,
    pub name: String,
}

impl Row {
    pub fn double(&self) -> Row {
        Row { value: self.value * 2, name: self.name.clone() }
    }
}

#[derive(Debug)]
pub struct Error {
    pub code: u8,
}

/// Where rows are stored.
pub struct Store {
    pub size: usize,
}

#[checked_async]
impl Store {
    pub async fn load(&self, key: &str) -> Result<Row, Error> {
        if key.is_empty() { Err(Error { code: 1 }) } else { Ok(Row { value: 1, name: key.to_owned() }) }
    }

    pub async fn save(&self, value: u32) -> Result<(), Error> {
        if value == 0 { Err(Error { code: 2 }) } else { Ok(()) }
    }

    pub async fn next(&self) -> Option<Row> {
        None
    }

    pub fn rows(&self) -> Vec<Row> {
        Vec::new()
    }

    pub fn each(&self, visit: impl Fn(Row)) {
        self.rows().into_iter().for_each(visit);
    }
}

/// As `select!`, with one branch.
#[macro_export]
macro_rules! pick {
    ($($pattern:pat = $future:expr => $handler:block)*) => {
        $({ let $pattern = $future.await; $handler })*
    };
}
pub use pick;
