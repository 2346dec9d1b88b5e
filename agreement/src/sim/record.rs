//! The file of a run: what its nodes are, and everything that happened to them, in order.
//!
//! ```text
//! klero-run 1
//! network {"nodes":4,"seed":7,…}
//! 3 start 2
//! 41 message 17 0
//! 53 clock 9
//! trace 5be1…
//! ```
//!
//! A line is the virtual time in milliseconds and an event. `message 17 0` is the arrival of the 17th message, counted
//! from 0 in the order in which they were sent, at node 0, and `bare 17 0` the same of a proposal that lost its body; `clock 9` is the ringing of the 9th alarm clock that was set.
//! What either is follows from the lines before, because nodes are deterministic: the file holds no message, no fault
//! and no rule of the network, only what became of them. `trace` is the [`trace_hash`](super::Simulation::trace_hash)
//! after the last line. A file may be cut off anywhere; it then has no trace to compare with.

use std::fmt;

use klero_committee::sampling::Digest;
use thiserror::Error;

use super::Builder;
use super::event::Entry;

/// The first line of a file.
const HEAD: &str = "klero-run 1";
/// No file may ask for more nodes or validators.
const MOST_NODES: usize = 100_000;

/// A run that has happened.
#[derive(Debug, Clone)]
pub struct Run {
    pub(super) network: Builder,
    pub(super) events: Vec<(u64, Entry)>,
    pub(super) trace: Option<Digest>,
}

/// Why a text is no file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunError {
    /// Another kind of file, or another version.
    #[error("this is no run: the first line of one is {HEAD:?}")]
    Head,
    /// The description of the network.
    #[error("line 2 does not describe a network: {0}")]
    Network(String),
    /// A network too large to try.
    #[error("line 2 asks for {0} nodes or validators; at most {MOST_NODES} can be replayed")]
    TooLarge(usize),
    /// A line that is no event.
    #[error("line {0} is no event: write the time in milliseconds and, for example, `message 17 0`")]
    Line(usize),
    /// Time that runs backwards.
    #[error("line {0} happens before the line above it")]
    Order(usize),
}

impl Run {
    /// Reads a file.
    ///
    /// # Errors
    /// [`RunError`] names the line that cannot be read.
    pub fn read(text: &str) -> Result<Self, RunError> {
        let mut lines = (1_usize..).zip(text.lines());
        if lines.next().is_none_or(|(_, head)| head.trim() != HEAD) {
            return Err(RunError::Head);
        }
        let network = lines.next().and_then(|(_, line)| line.strip_prefix("network "));
        let network: Builder = serde_json::from_str(network.unwrap_or_default())
            .map_err(|error| RunError::Network(error.to_string()))?;
        let validators = network.stakes.as_ref().map_or(0, Vec::len);
        let size = network.nodes.saturating_add(network.twins.len()).max(validators);
        if size > MOST_NODES {
            return Err(RunError::TooLarge(size));
        }
        let mut run = Self {
            network,
            events: Vec::new(),
            trace: None,
        };
        for (number, line) in lines {
            run.read_line(number, line)?;
        }
        Ok(run)
    }

    fn read_line(&mut self, number: usize, line: &str) -> Result<(), RunError> {
        let bad = RunError::Line(number);
        let text = line.split_once('#').map_or(line, |(text, _)| text).trim();
        let Some((first, rest)) = text.split_once(' ') else {
            return if text.is_empty() { Ok(()) } else { Err(bad) };
        };
        if self.trace.is_some() {
            return Err(bad);
        }
        if first == "trace" {
            self.trace = Some(rest.parse().map_err(|_| bad)?);
            return Ok(());
        }
        let at: u64 = first.parse().map_err(|_| RunError::Line(number))?;
        let entry = Entry::read(rest).ok_or(bad)?;
        if self.events.last().is_some_and(|(last, _)| *last > at) {
            return Err(RunError::Order(number));
        }
        self.events.push((at, entry));
        Ok(())
    }

    /// How many events it has.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// The file.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = serde_json::to_string(&self.network).map_err(|_| fmt::Error)?;
        writeln!(f, "{HEAD}\nnetwork {network}")?;
        for (at, entry) in &self.events {
            writeln!(f, "{at} {entry}")?;
        }
        match &self.trace {
            Some(trace) => writeln!(f, "trace {trace}"),
            None => Ok(()),
        }
    }
}
