//! An allocator that looks for a secret in the memory that a thread gives back.

#![allow(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static SECRET: Cell<Option<[u8; 32]>> = const { Cell::new(None) };
    static FOUND: Cell<bool> = const { Cell::new(false) };
}

struct Watchful;

#[global_allocator]
static ALLOCATOR: Watchful = Watchful;

// SAFETY: memory comes from and goes back to the system's allocator as it is.
unsafe impl GlobalAlloc for Watchful {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // A thread that ends has no watch any more.
        if let Ok(Some(secret)) = SECRET.try_with(Cell::get) {
            let mut matched = 0;
            for place in 0..layout.size() {
                // SAFETY: the place lies within the block, which is still the caller's.
                let byte = unsafe { block.add(place).read_volatile() };
                // Secrets are random: one that begins anew within itself does not occur.
                matched = match () {
                    () if byte == secret[matched] => matched + 1,
                    () => usize::from(byte == secret[0]),
                };
                if matched == secret.len() {
                    let _ended = FOUND.try_with(|found| found.set(true));
                    break;
                }
            }
        }
        // SAFETY: the block is one of the system's.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Whether this thread gives back memory that holds the secret while it does something.
pub(crate) fn holds(secret: [u8; 32], action: impl FnOnce()) -> bool {
    FOUND.set(false);
    SECRET.set(Some(secret));
    action();
    SECRET.set(None);
    FOUND.get()
}

#[test]
fn a_secret_in_freed_memory_is_found() {
    let secret = *b"thirty-two bytes known to no one";
    let padded = Box::new([[0; 32], secret]);
    assert!(holds(secret, || drop(padded)));
    let other = Box::new([1; 64]);
    assert!(!holds(secret, || drop(other)));
}
