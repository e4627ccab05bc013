//! Memory for a loop's tasks and callbacks.
//!
//! Invariants:
//! - a block is either free, and then in the list of its chunk, or of one owner; a chunk is there as long as one of its blocks
//!   is not free;
//! - a chunk and its lists are of one thread: all that points to them is not `Send`; and nothing of the user's runs while they
//!   are changed.

use std::alloc::{self, Layout};
use std::cell::Cell;
use std::mem;
use std::ptr::{self, NonNull};
use std::rc::Rc;

/// The size and the alignment of a chunk: a block finds its chunk by its address.
const CHUNK: usize = 4096;
/// What sizes of blocks are multiples of, and their alignment.
const GRAIN: usize = 32;
/// The biggest blocks. What is bigger has memory of its own.
const BIGGEST: usize = 512;
const SIZES: usize = BIGGEST / GRAIN;
const CHUNK_LAYOUT: Layout = match Layout::from_size_align(CHUNK, CHUNK) {
    Ok(layout) => layout,
    Err(_) => panic!("it is a power of two"),
};
/// Where the first block of a chunk is.
const FIRST: usize = size_of::<Chunk>().next_multiple_of(GRAIN);

/// Memory for the tasks of one thread: chunks of blocks of one size, as a general allocator takes more instructions than all
/// the rest of a task that does little. A chunk is given back when its last block is freed, but for one of each size.
pub(crate) struct Blocks {
    lists: Rc<Lists>,
}

/// What chunks have in common.
struct Lists {
    /// For each size, the chunks that have free blocks. The first is where the next block is taken from.
    chunks: [Cell<*mut Chunk>; SIZES],
    /// Whether no block is taken any more.
    closed: Cell<bool>,
}

/// The head of a chunk. Its first block follows.
struct Chunk {
    /// The free blocks: in each is the address of the next.
    free: *mut Block,
    /// How many blocks are not free; and one more as long as it is the first of its list, so that it is kept.
    used: usize,
    size: usize,
    /// Those beside it in the list, while it is in there: while it has free blocks, and blocks are taken.
    before: *mut Chunk,
    after: *mut Chunk,
    lists: Rc<Lists>,
}

struct Block {
    next: *mut Block,
}

impl Blocks {
    pub(crate) fn new() -> Self {
        let chunks = [const { Cell::new(ptr::null_mut()) }; SIZES];
        Blocks { lists: Rc::new(Lists { chunks, closed: Cell::new(false) }) }
    }

    /// The number of the size that a block for this layout has, if there is such a block.
    #[inline(always)]
    const fn size(layout: Layout) -> Option<usize> {
        if layout.size() <= BIGGEST && layout.align() <= GRAIN {
            Some(layout.size().saturating_sub(1) / GRAIN)
        } else {
            None
        }
    }

    /// Memory for a value, which is not initialised.
    #[inline(always)]
    pub(super) fn allocate(&self, layout: Layout) -> NonNull<u8> {
        let Some(size) = Self::size(layout) else { return allocate(layout) };
        let chunk = self.lists.chunks[size].get();
        if chunk.is_null() {
            return self.allocate_first(size);
        }
        // SAFETY: the chunks of a list are there, on this thread alone, nobody borrows their heads, and they have free blocks.
        unsafe {
            let block = (*chunk).free;
            (*chunk).used += 1;
            (*chunk).free = (*block).next;
            if (*chunk).free.is_null() {
                self.full(chunk);
            }
            NonNull::new_unchecked(block.cast())
        }
    }

    /// The same where no chunk has a free block.
    #[cold]
    #[inline(never)]
    fn allocate_first(&self, size: usize) -> NonNull<u8> {
        let chunk = allocate(CHUNK_LAYOUT).cast::<Chunk>();
        let block_size = (size + 1) * GRAIN;
        let mut free: *mut Block = ptr::null_mut();
        for number in (0..(CHUNK - FIRST) / block_size).rev() {
            // SAFETY: the block is within the chunk, which is of nobody else.
            unsafe {
                let block = chunk.byte_add(FIRST + number * block_size).cast::<Block>();
                block.write(Block { next: free });
                free = block.as_ptr();
            }
        }
        let head = Chunk {
            free,
            used: 1,
            size,
            before: ptr::null_mut(),
            after: ptr::null_mut(),
            lists: Rc::clone(&self.lists),
        };
        // SAFETY: as above.
        unsafe { chunk.write(head) };
        self.lists.chunks[size].set(chunk.as_ptr());
        // There are free blocks now, more than one.
        // SAFETY: as in `allocate`.
        unsafe {
            let block = (*chunk.as_ptr()).free;
            (*chunk.as_ptr()).used += 1;
            (*chunk.as_ptr()).free = (*block).next;
            NonNull::new_unchecked(block.cast())
        }
    }

    /// Takes a chunk that has no free blocks any more out of its list, of which it is the first.
    ///
    /// # Safety
    ///
    /// It must be that.
    #[cold]
    #[inline(never)]
    unsafe fn full(&self, chunk: *mut Chunk) {
        // SAFETY: the chunks of a list are there, and nobody borrows their heads.
        unsafe {
            let after = mem::replace(&mut (*chunk).after, ptr::null_mut());
            (*chunk).used -= 1;
            if !after.is_null() {
                (*after).before = ptr::null_mut();
                (*after).used += 1;
            }
            self.lists.chunks[(*chunk).size].set(after);
        }
    }

    /// Frees memory.
    ///
    /// # Safety
    ///
    /// It must have been allocated for this layout, on this thread, and not have been freed.
    #[inline(always)]
    pub(super) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
        if Self::size(layout).is_none() {
            // SAFETY: it was allocated so.
            return unsafe { alloc::dealloc(memory.as_ptr(), layout) };
        }
        let block = memory.as_ptr().cast::<Block>();
        let chunk = block.map_addr(|address| address & !(CHUNK - 1)).cast::<Chunk>();
        // SAFETY: the chunk of a block is where that address is, it is there as long as one of its blocks is used, and nobody
        // borrows its head.
        unsafe {
            let next = (*chunk).free;
            block.write(Block { next });
            (*chunk).free = block;
            (*chunk).used -= 1;
            if next.is_null() || (*chunk).used == 0 {
                Self::enlist_or_release(chunk, next.is_null());
            }
        }
    }

    /// Puts a chunk that has free blocks again into its list, or gives one back that has no other blocks.
    ///
    /// # Safety
    ///
    /// It must be such a chunk, which is not used after this.
    #[cold]
    #[inline(never)]
    unsafe fn enlist_or_release(chunk: *mut Chunk, was_full: bool) {
        // SAFETY: the chunks of a list are there, and nobody borrows their heads.
        unsafe {
            let lists = &*Rc::as_ptr(&(*chunk).lists);
            let list = &lists.chunks[(*chunk).size];
            if (*chunk).used == 0 {
                let (before, after) = ((*chunk).before, (*chunk).after);
                // It is in the list, or was full; and it is not the first.
                if !before.is_null() {
                    (*before).after = after;
                }
                if !after.is_null() {
                    (*after).before = before;
                }
                ptr::drop_in_place(chunk);
                alloc::dealloc(chunk.cast(), CHUNK_LAYOUT);
            } else if was_full && !lists.closed.get() {
                let first = list.get();
                if first.is_null() {
                    (*chunk).used += 1;
                    list.set(chunk);
                } else {
                    let second = mem::replace(&mut (*first).after, chunk);
                    if !second.is_null() {
                        (*second).before = chunk;
                    }
                    (*chunk).before = first;
                    (*chunk).after = second;
                }
            }
        }
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        self.lists.closed.set(true);
        for list in &self.lists.chunks {
            let mut next = list.replace(ptr::null_mut());
            // SAFETY: the chunks of a list are there, and nobody borrows their heads.
            unsafe {
                if !next.is_null() {
                    (*next).used -= 1;
                }
                while !next.is_null() {
                    let chunk = next;
                    next = mem::replace(&mut (*chunk).after, ptr::null_mut());
                    (*chunk).before = ptr::null_mut();
                    if (*chunk).used == 0 {
                        Self::enlist_or_release(chunk, false);
                    }
                }
            }
        }
    }
}

/// Memory of the program's allocator.
#[inline]
fn allocate(layout: Layout) -> NonNull<u8> {
    if layout.size() == 0 {
        return NonNull::new(ptr::without_provenance_mut(layout.align())).expect("it is not null");
    }
    // SAFETY: it is not of size zero.
    let memory = unsafe { alloc::alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| alloc::handle_alloc_error(layout))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUTS: [(usize, usize); 7] = [(0, 1), (1, 1), (33, 8), (64, 32), (200, 16), (BIGGEST, 8), (8, 2 * GRAIN)];

    fn layout(number: usize) -> Layout {
        let (size, align) = LAYOUTS[number % LAYOUTS.len()];
        Layout::from_size_align(size, align).unwrap()
    }

    /// How many chunks there are.
    fn chunks(blocks: &Blocks) -> usize {
        Rc::strong_count(&blocks.lists) - 1
    }

    /// Blocks of all sizes, each filled with its number.
    fn fill(blocks: &Blocks, many: usize) -> Vec<(usize, NonNull<u8>)> {
        let fill = |number| {
            let (layout, memory) = (layout(number), blocks.allocate(layout(number)));
            assert_eq!(memory.addr().get() % layout.align(), 0);
            // SAFETY: the memory is for this layout.
            unsafe { memory.write_bytes(number as u8, layout.size()) };
            (number, memory)
        };
        (0..many).map(fill).collect()
    }

    /// Frees one, whose content is what was put there.
    fn free((number, memory): (usize, NonNull<u8>)) {
        let layout = layout(number);
        // SAFETY: it was allocated for this layout, and filled, and is not used after this.
        unsafe {
            let content = std::slice::from_raw_parts(memory.as_ptr(), layout.size());
            assert!(content.iter().all(|&byte| byte == number as u8), "{number}");
            Blocks::free(memory, layout);
        }
    }

    #[test]
    fn no_two_are_one_and_chunks_are_given_back() {
        let blocks = Blocks::new();
        for many in [1, 10, 3000, 500] {
            let mut all = fill(&blocks, many);
            // Some are freed and allocated again, in no order.
            for round in 0..many {
                let index = (round * 7919) % all.len();
                free(all.swap_remove(index));
                let number = all.len() + round;
                let memory = blocks.allocate(layout(number));
                // SAFETY: the memory is for this layout.
                unsafe { memory.write_bytes(number as u8, layout(number).size()) };
                all.push((number, memory));
            }
            let most = chunks(&blocks);
            for block in all {
                free(block);
            }
            assert!(chunks(&blocks) <= LAYOUTS.len(), "of {most} chunks there are {}", chunks(&blocks));
        }
    }

    #[test]
    fn one_that_is_freed_is_used_again() {
        let blocks = Blocks::new();
        let first = blocks.allocate(layout(2));
        for _ in 0..1000 {
            let memory = blocks.allocate(layout(2));
            // SAFETY: it was allocated for this layout, and is not used.
            unsafe { Blocks::free(memory, layout(2)) };
        }
        assert_eq!(chunks(&blocks), 1);
        // SAFETY: as above.
        unsafe { Blocks::free(first, layout(2)) };
    }

    #[test]
    fn they_may_be_freed_after_the_last_was_allocated_for_good() {
        for (many, freed_before) in [(1, 0), (3000, 1000), (3000, 3000)] {
            let blocks = Blocks::new();
            let lists = Rc::downgrade(&blocks.lists);
            let mut all = fill(&blocks, many);
            for _ in 0..freed_before {
                let index = (all.len() * 31) % all.len();
                free(all.swap_remove(index));
            }
            drop(blocks);
            all.reverse();
            for block in all {
                free(block);
            }
            assert!(lists.upgrade().is_none(), "nothing is left");
        }
    }
}
