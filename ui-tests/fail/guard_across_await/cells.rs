//! Borrows of a `RefCell`: another task of the same thread that borrows it meanwhile panics.

use checked_async::checked_async;
use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

#[derive(Default)]
struct Board {
    scores: Vec<u32>,
    title: String,
}

async fn draw(score: u32) {
    println!("{score}");
}

#[checked_async]
async fn update(board: Rc<RefCell<Board>>) {
    let mut board = board.borrow_mut(); //~ warning guard_across_await: board.borrow_mut()
    board.scores.push(1);
    draw(1).await;
}

#[checked_async]
async fn read(board: &RefCell<Board>) -> usize {
    let title = Ref::map(board.borrow(), |board| &board.title); //~ warning guard_across_await: Ref::map(board.borrow(), |board| &board.title)
    draw(0).await;
    title.len()
}

#[checked_async]
async fn attempt(board: &RefCell<Board>) {
    if let Ok(mut board) = board.try_borrow_mut() { //~ warning guard_across_await: board.try_borrow_mut()
        draw(2).await;
        board.scores.clear();
    }
}

#[checked_async]
async fn split(board: &RefCell<Board>) {
    let (mut scores, title) = RefMut::map_split(board.borrow_mut(), |board| (&mut board.scores, &mut board.title)); //~ warning guard_across_await: RefMut::map_split(board.borrow_mut(), |board| (&mut board.scores, &mut board.title))
    draw(scores.len() as u32).await;
    scores.push(title.len() as u32);
}
