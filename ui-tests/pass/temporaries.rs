//! Statements whose temporaries must live until their semicolon, as they do without the attribute.

#![deny(warnings)]
#![allow(unused_must_use)]

use checked_async::checked_async;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

async fn f(_: &str) -> u32 {
    1
}

#[checked_async]
async fn statements(mutex: &Mutex<Vec<u32>>, cell: &RefCell<Vec<String>>, map: &RwLock<HashMap<u32, String>>) {
    mutex.lock().unwrap().drain(..);
    let _ = mutex.lock().unwrap().iter();
    mutex.lock().unwrap().pop();
    mutex.lock().unwrap().push(1);
    let _ = mutex.lock().unwrap().first();
    let _ = mutex.lock().unwrap().first().copied();
    cell.borrow_mut().drain(..).for_each(drop);
    cell.borrow_mut().retain(|text| text.is_empty());
    drop(cell.borrow_mut().drain(..));
    map.write().unwrap().entry(1).or_default();
    map.write().unwrap().entry(1).or_default().push('x');
    let _ = map.read().unwrap().get(&1);
    let _ = map.read().unwrap().get(&1).map(|text| text.len());
    String::from("x").as_str();
    String::from("x").trim().len();
    let _ = String::from("x").as_str();
    let _len = String::from("x").as_str().len();
    f(String::from("x").as_str()).await;
    f(&String::from("x")).await;
    f(&format!("{}", 1)).await;
    let _ = f(&format!("{}", 1)).await;
    let _kept = &String::from("x");
    let _kept_in = Some(&String::from("x"));
    let kept = &vec![1, 2][..];
    let _ = kept;
    vec![String::from("x")].iter();
    let _ = vec![String::from("x")].iter();
    let mut numbers = vec![3, 1];
    numbers.sort();
    numbers.drain(..1);
    numbers.iter().map(|n| n + 1).for_each(drop);
    let _chars = String::from("x").chars().count();
    match mutex.lock().unwrap().first() {
        Some(_) => mutex.is_poisoned(),
        None => false,
    };
    if let Some(_) = mutex.lock().unwrap().pop() {}
    while let Some(_) = cell.borrow_mut().pop() {}
    Arc::new(Mutex::new(1_u32)).lock().unwrap().wrapping_add(1).checked_add(1).unwrap();
}

struct Buffer {
    lines: Mutex<Vec<String>>,
}

#[checked_async]
impl Buffer {
    fn plain(&self) -> usize {
        self.lines.lock().unwrap().drain(..);
        self.lines.lock().unwrap().len()
    }

    async fn tail(&self) -> usize {
        self.lines.lock().unwrap().len()
    }

    async fn tail_match(&self) -> usize {
        match self.lines.lock().unwrap().first() {
            Some(line) => line.len(),
            None => 0,
        }
    }

    async fn tail_if_let(&self) -> usize {
        if let Some(line) = self.lines.lock().unwrap().first() { line.len() } else { 0 }
    }

    async fn tail_reference(&self) -> Option<String> {
        self.lines.lock().unwrap().iter().find(|line| line.is_empty()).cloned()
    }
}
