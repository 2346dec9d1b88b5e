//! Networks whose nodes have hosts of their own, and whose links fail [D13].
//!
//! Each node runs in a network namespace of its own, joined to the others by a router in one more, and trouble is made
//! in that router: nodes see what they would see on a real network. Two honest parts never finalize different blocks,
//! and finality is back within fifteen seconds once packets pass again.
//!
//! `make netns` runs all of it. It needs root; where there are no namespaces a test says so and is counted as skipped.

mod delay;
mod figures;
mod hosts;
mod loss;
mod nodes;
mod partition;
mod relay;
mod short;
mod slow;
mod space;
mod trouble;
mod witness;

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

static RUN: AtomicU32 = AtomicU32::new(0);
static SKIPPED: AtomicU32 = AtomicU32::new(0);

/// What a test that passes has to say: past the harness, which shows only what failed.
fn say(line: &str) {
    // Nobody reads it, then.
    let _unread = writeln!(std::io::stderr(), "{line}");
}

/// One test, counted as run or as skipped when it ends, however it ends.
struct Counted(&'static AtomicU32);

impl Counted {
    /// `None` where there are no namespaces: the test is skipped, and says why.
    fn new(title: &str) -> Option<Self> {
        match space::missing() {
            None => Some(Self(&RUN)),
            Some(cause) => {
                say(&format!("netns: {title}: skipped: {cause}"));
                drop(Self(&SKIPPED));
                None
            }
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let (run, skipped) = (RUN.load(Ordering::Relaxed), SKIPPED.load(Ordering::Relaxed));
        say(&format!("netns: {run} run, {skipped} skipped"));
    }
}
