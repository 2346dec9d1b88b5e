//! Stage directions: a run that halts at a moment, and nodes that stop and start at it.

use super::event::Event;
use super::{Failure, Simulation};

impl Simulation {
    /// Runs until something is so after an event, at most so many virtual milliseconds; says whether it came to that.
    ///
    /// # Errors
    /// [`Failure`] when a promise is broken.
    pub fn run_until(&mut self, within: u64, is_so: impl Fn(&Self) -> bool) -> Result<bool, Failure> {
        let limit = self.now.saturating_add(within);
        while !is_so(self) {
            if !self.step(limit)? {
                self.now = limit;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A node stops at this moment; its log stays. What is on its way to it is lost.
    pub fn stop_now(&mut self, node: usize) {
        let forgets = false;
        self.record(self.now, Event::Crash { node, forgets });
    }

    /// A node that is down starts from what its log holds, in so many virtual milliseconds.
    pub fn start_after(&mut self, node: usize, milliseconds: u64) {
        self.schedule(self.now.saturating_add(milliseconds), Event::Start(node));
    }
}
