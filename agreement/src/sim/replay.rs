//! Going through a run again, event by event.

use klero_committee::sampling::Digest;
use serde::Serialize;
use thiserror::Error;

use super::event::{Entry, Event};
use super::shelf::Shelf;
use super::{BuildError, Builder, Run, Simulation, State, Stop};

/// A run that happens again, one event at a time.
///
/// ```
/// use klero_agreement::sim::{Replay, Run, Simulation};
///
/// let mut network = Simulation::builder().hashed().seed(7).build()?;
/// network.run_until_round(1, 60_000)?;
/// let mut replay = Replay::new(Run::read(&network.run().to_string())?)?;
/// while let Some(happening) = replay.step()? {
///     println!("{happening}");
/// }
/// assert_eq!(replay.state(0).unwrap().height, 1);
/// assert_eq!(replay.is_faithful(), Some(true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Replay {
    network: Builder,
    events: Vec<(u64, Entry)>,
    trace: Option<Digest>,
    next: usize,
    simulation: Simulation,
}

/// Why a run cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// The network of the run.
    #[error("{0}")]
    Build(#[from] BuildError),
    /// The file was changed, or another version of the program wrote it.
    #[error(
        "event {number} ({entry}) speaks of what was not sent or set before: the run was changed, or is of another version"
    )]
    Unknown {
        /// The number of the event, from 1.
        number: usize,
        /// What the file says.
        entry: String,
    },
}

/// One event, and what it led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// The number of the event, from 1.
    pub number: usize,
    /// The virtual time in milliseconds.
    pub at: u64,
    /// The node that it happened to.
    pub node: usize,
    /// What happened.
    pub what: String,
    /// What the node did.
    pub deeds: Vec<String>,
    /// The promise that was broken, if one was.
    pub breach: Option<String>,
}

impl std::fmt::Display for Happening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            number,
            at,
            node,
            what,
            ..
        } = self;
        write!(f, "{number:>6} {at:>8} ms  node {node} {what}")?;
        for deed in &self.deeds {
            write!(f, "\n{:>20}{deed}", "")?;
        }
        match &self.breach {
            Some(breach) => write!(f, "\n{:>20}BREACH: {breach}", ""),
            None => Ok(()),
        }
    }
}

impl Replay {
    /// The run, before its first event.
    ///
    /// # Errors
    /// [`ReplayError::Build`] when its network cannot be made.
    pub fn new(run: Run) -> Result<Self, ReplayError> {
        let Run {
            network,
            events,
            trace,
        } = run;
        let simulation = bare(&network)?;
        Ok(Self {
            network,
            events,
            trace,
            next: 0,
            simulation,
        })
    }

    /// Lets the next event happen; `None` at the end.
    ///
    /// # Errors
    /// [`ReplayError::Unknown`] when it cannot.
    pub fn step(&mut self) -> Result<Option<Happening>, ReplayError> {
        let Some((at, entry)) = self.events.get(self.next).copied() else {
            return Ok(None);
        };
        let number = self.next.saturating_add(1);
        let found = self.simulation.shelf.as_ref().and_then(|shelf| shelf.find(entry));
        let event = found.filter(|event| event.node() < self.nodes());
        let Some(event) = event else {
            let entry = entry.to_string();
            return Err(ReplayError::Unknown { number, entry });
        };
        let (node, what) = (event.node(), describe(&event));
        self.simulation.happen(at, event);
        self.next = number;
        let deeds = self.simulation.shelf.as_mut().map(Shelf::take_deeds);
        let breach = self.simulation.failure.take().map(|failure| match failure.stop {
            Stop::Breach(breach) => breach.to_string(),
            other @ (Stop::Broken(_) | Stop::Stalled { .. }) => other.to_string(),
        });
        Ok(Some(Happening {
            number,
            at,
            node,
            what,
            deeds: deeds.unwrap_or_default(),
            breach,
        }))
    }

    /// Goes to just after an event, forwards or backwards; 0 is the beginning, and beyond the last is the end.
    ///
    /// # Errors
    /// [`ReplayError`] when it cannot.
    pub fn go_to(&mut self, number: usize) -> Result<(), ReplayError> {
        if number < self.next {
            self.simulation = bare(&self.network)?;
            self.next = 0;
        }
        while self.next < number && self.step()?.is_some() {}
        Ok(())
    }

    /// The number of the last event that happened; 0 at the beginning.
    pub const fn position(&self) -> usize {
        self.next
    }

    /// How many events the run has.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether the run has no events.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many nodes the network has.
    pub fn nodes(&self) -> usize {
        self.simulation.places.len()
    }

    /// How a node stands after the last event.
    pub fn state(&self, node: usize) -> Option<State> {
        self.simulation.state(node)
    }

    /// At the end of a run whose file tells its trace: whether everything happened as it did then.
    pub fn is_faithful(&self) -> Option<bool> {
        let trace = self.trace.filter(|_| self.next == self.events.len())?;
        Some(trace == self.simulation.trace_hash())
    }
}

fn bare(network: &Builder) -> Result<Simulation, BuildError> {
    let mut simulation = network.clone().nodes_alone()?;
    simulation.shelf = Some(Shelf::default());
    Ok(simulation)
}

fn describe(event: &Event) -> String {
    match event {
        Event::Start(_) => "starts".to_owned(),
        Event::Reform(_) => "is honest from now on".to_owned(),
        Event::Crash { forgets: false, .. } => "crashes".to_owned(),
        Event::Crash { forgets: true, .. } => "crashes and loses its log of the round".to_owned(),
        Event::Deliver {
            number,
            from,
            envelope,
            is_bare,
            ..
        } => {
            let lost = if *is_bare { ", which it lost" } else { "" };
            let content = envelope.message.content();
            format!("gets message {number} from {from}: {content}{lost}")
        }
        Event::Wake { number, wake, .. } => format!("hears clock {number}: {wake}"),
    }
}
