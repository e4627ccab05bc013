//! Guards in functions that are not async, and in async functions that never await while they hold one.

#![deny(warnings)]

use checked_async::checked_async;
use std::cell::{Ref, RefCell};
use std::sync::{Mutex, MutexGuard};

struct Table {
    rows: Mutex<Vec<u32>>,
    view: RefCell<Vec<u32>>,
}

#[checked_async]
impl Table {
    fn rows(&self) -> MutexGuard<'_, Vec<u32>> {
        self.rows.lock().unwrap()
    }
    fn view(&self) -> Ref<'_, Vec<u32>> {
        self.view.borrow()
    }
    fn copy(&self) {
        let rows = self.rows();
        *self.view.borrow_mut() = rows.clone();
    }
    async fn sum(&self) -> u32 {
        let rows = self.rows();
        rows.iter().sum()
    }
    async fn load(&self) -> u32 {
        fn locked(table: &Table) -> usize {
            let rows = table.rows.lock().unwrap();
            rows.len()
        }
        let before = locked(self) as u32;
        before + self.sum().await
    }
    async fn shown(&self) -> usize {
        self.copy();
        let sum = self.sum().await;
        let view = self.view();
        view.iter().filter(|row| **row < sum).count()
    }
}

#[checked_async]
async fn not_shared(mut rows: Mutex<Vec<u32>>, cell: RefCell<u32>) -> u32 {
    let rows: &mut Vec<u32> = rows.get_mut().unwrap();
    let sum = async { 1 }.await;
    rows.push(sum);
    let taken = cell.replace(2);
    async { taken }.await + cell.into_inner()
}
