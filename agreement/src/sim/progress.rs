//! Progress, promised and awaited [MOD-2].

use super::{Failure, Simulation, Stop};

impl Simulation {
    /// From now on it is promised that every live honest node finalizes so many rounds more than anybody has by now,
    /// within so many virtual milliseconds. A run beyond that time fails if a node has not.
    pub fn promise_progress(&mut self, rounds: u64, within: u64) {
        let nodes: Vec<usize> = (0..self.places.len())
            .filter(|node| self.is_live_and_honest(*node))
            .collect();
        let deadline = self.now.saturating_add(within);
        self.oracle.promise_progress(&nodes, rounds, deadline);
    }

    /// Runs until what was promised last has come, and says how many virtual milliseconds that took.
    ///
    /// # Errors
    /// [`Failure`] when a promise is broken, this one or another.
    pub fn run_until_kept(&mut self) -> Result<u64, Failure> {
        let began = self.now;
        while let Some(deadline) = self.oracle.awaits() {
            if !self.step(deadline)? {
                // Nothing happens before the deadline that could keep it.
                self.pass_time(deadline.saturating_add(1))?;
            }
        }
        Ok(self.now - began)
    }

    /// It is this late; the oracle may find that too late.
    pub(super) fn pass_time(&mut self, now: u64) -> Result<(), Failure> {
        self.now = now;
        match self.oracle.time(now) {
            Ok(()) => Ok(()),
            Err(breach) => {
                let failure = self.failed(Stop::Breach(breach));
                Err(self.failure.insert(failure).clone())
            }
        }
    }
}
