//! Twins: four honest nodes and a second process with the keys of one of them, in every division of three periods.
//!
//! Two honest processes that share keys and do not hear each other say different things in one name: an adversary that
//! needs no code of its own (Bano and others, "Twins: BFT Systems Made Robust", 2021). Here A, B, C and D have a
//! quarter of the stake each, and D' is a twin of D that makes blocks of its own. A [`Scenario`] says for each of the
//! periods 0, 1 and 2 of round 1
//!
//! - which of the 16 ways to deal five processes to two sides divides the network: what is said about this period
//!   reaches only the speaker's own side, until it is sent again for the third time or is a vote for Next(1) or later
//!   – without that no period would end in which no side has a quorum;
//! - which of the four validators wins the draw of proposers, the others proposing too.
//!
//! From period 3 on, and in all later rounds, the network is whole. Each scenario is run in three ways, see [`Audience`].
//! The network then owes what it owes to everyone: no fork [MOD-1], nothing that nobody proposed, no word broken,
//! no alarm [BA-13], and rounds that end [MOD-2], for the twins too.

mod scenario;
mod tally;

use std::collections::BTreeSet;
use std::fmt;

use klero_committee::{Role, Step};

pub use self::scenario::{Condition, SCENARIOS, Scenario};
pub use self::tally::Tally;

use self::scenario::{A, DOUBLED, DOUBLED_TOO, NODES, PERIODS};
use super::setting::Validators;
use super::{BuildError, Builder, Content, Failure, Fate, Letter, Simulation};

/// Round 1 and two more must be final everywhere within so many virtual milliseconds: a divided period takes at most 12 s
/// until its messages have come through for the third time and been answered, three take 36 s, and each later period
/// that the twins win may be lost, 5 s or more.
pub const WITHIN: u64 = 180_000;
/// Until when A is not heard about what it decided, in virtual milliseconds.
const SECRET_UNTIL: u64 = 60_000;
/// The round up to which a run goes.
const ROUNDS: u64 = 3;

/// Who on the voter's side hears the Soft and Cert votes of a divided period, until they are sent for the third time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everyone. A side that has a quorum mostly decides at once.
    All,
    /// Cert votes reach A alone. If A decides the others do not learn of it, nor hear A in later rounds, in the first
    /// 60 s; they go through all three periods. A protocol forks here whose Next votes forget what is staged or carried
    /// over.
    CertToA,
    /// Soft votes reach A alone too: it stages a block that the others do not know to be staged before it sends the
    /// certificate at its first deadline, and a period can end with Next votes for the block and for none. A protocol
    /// forks here that votes Cert after Next.
    BothToA,
}

impl Audience {
    /// All of them: so often is each scenario run.
    pub const EACH: [Self; 3] = [Self::All, Self::CertToA, Self::BothToA];

    /// Whether it keeps this content from everyone but A.
    fn hides(self, content: &Content) -> bool {
        match content {
            // A may pass on the certificate that it makes of Soft votes, not the one that decides.
            Content::Certificate(role, _) => self != Self::All && role.step == Step::Cert,
            Content::Votes(role, _) => match self {
                Self::All => false,
                Self::CertToA => role.step == Step::Cert,
                Self::BothToA => matches!(role.step, Step::Soft | Step::Cert),
            },
            _ => false,
        }
    }
}

/// What a run of a scenario came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The periods in which processes saw round 1 decided.
    pub decided: BTreeSet<u32>,
    /// The period in which the final block of round 1 was made.
    pub made: u32,
    /// Whether the twins voted for two values in one role of round 1.
    pub two_faced: bool,
    /// Whether A, B or C voted Soft for two blocks in one period of round 1.
    pub torn: bool,
    /// Whether Cert votes of round 1 are for two blocks.
    pub two_staged: bool,
    /// Whether round 1 was decided somewhere in a period after which others still voted.
    pub went_on: bool,
    /// When all rounds were final everywhere, in virtual milliseconds.
    pub took: u64,
}

/// A scenario that broke a promise.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{scenario}, audience {audience:?}: {what}\n  again: cargo run --release -p klero-agreement --features sim --example twins -- one {}", scenario.number())]
pub struct Broken {
    /// The scenario.
    pub scenario: Scenario,
    /// In which way it was run.
    pub audience: Audience,
    /// What happened.
    pub what: What,
}

/// What happened in a scenario that broke a promise.
#[derive(Debug, Clone, thiserror::Error)]
pub enum What {
    /// The scenario makes no network.
    #[error("{0}")]
    Build(#[from] BuildError),
    /// A breach, or rounds that do not end.
    #[error("{0}")]
    Failure(#[from] Failure),
    /// A node that stopped voting.
    #[error("an alarm was raised")]
    Alarm,
}

/// Four nodes and a twin, for as many scenarios as one likes: they share the keys.
pub struct Twins {
    builder: Builder,
    validators: Validators,
}

impl fmt::Debug for Twins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.builder)
    }
}

impl Twins {
    /// One node of four has a twin.
    ///
    /// # Errors
    /// [`BuildError`] never: the description does not contradict itself.
    pub fn new() -> Result<Self, BuildError> {
        Self::of(Simulation::builder().twin(DOUBLED))
    }

    /// Two nodes of four have twins, more than a protocol can stand. The second one's twin is always on the other side.
    ///
    /// # Errors
    /// As [`Twins::new`].
    pub fn control() -> Result<Self, BuildError> {
        Self::of(Simulation::builder().twin(DOUBLED).twin(DOUBLED_TOO))
    }

    fn of(builder: Builder) -> Result<Self, BuildError> {
        let builder = builder.hashed().nodes(NODES);
        let validators = builder.make_validators()?;
        Ok(Self { builder, validators })
    }

    /// Runs a scenario.
    ///
    /// # Errors
    /// [`Broken`] when a promise is broken.
    pub fn run(&self, scenario: Scenario, audience: Audience) -> Result<Outcome, Broken> {
        self.try_run(scenario, audience).map_err(|what| Broken {
            scenario,
            audience,
            what,
        })
    }

    /// A scenario's network, before anything has happened in it.
    ///
    /// # Errors
    /// As [`Twins::new`].
    pub fn network(&self, scenario: Scenario, audience: Audience) -> Result<Simulation, BuildError> {
        let mut builder = self.builder.clone().seed(u64::from(scenario.number()));
        for (period, condition) in (0..).zip(scenario.conditions()) {
            builder = builder.winner(1, period, condition.winner);
        }
        let builder = builder.rule(move |letter| fate(&scenario, audience, letter));
        builder.build_with(&self.validators)
    }

    fn try_run(&self, scenario: Scenario, audience: Audience) -> Result<Outcome, What> {
        let mut network = self.network(scenario, audience)?;
        let took = network.run_until_round(ROUNDS, WITHIN)?;
        if network.alarms().is_empty() {
            Ok(outcome(&network, took))
        } else {
            Err(What::Alarm)
        }
    }
}

/// What becomes of a message.
fn fate(scenario: &Scenario, audience: Audience, letter: &Letter) -> Fate {
    let asks = matches!(letter.content, Content::Sync | Content::Fetch(_));
    if letter.round > 1 || matches!(letter.content, Content::Sync | Content::Finals) {
        // What A knows shows in what it says about later rounds.
        let is_secret = audience != Audience::All && letter.from == A && !asks;
        return if is_secret {
            Fate::Until(SECRET_UNTIL)
        } else {
            Fate::Usual
        };
    }
    let Some(condition) = scenario.condition(letter.period) else {
        return Fate::Usual;
    };
    let is_late = match letter.content {
        Content::Votes(
            Role {
                step: Step::Next(k), ..
            },
            _,
        ) if k > 0 => true,
        _ => letter.attempt >= 3,
    };
    let is_heard = letter.to == A || is_late || !audience.hides(&letter.content);
    if is_heard && (is_late || condition.joins(letter.from, letter.to)) {
        Fate::Usual
    } else {
        Fate::Lost
    }
}

/// Looks back on a run.
fn outcome(network: &Simulation, took: u64) -> Outcome {
    let first = |node: usize| network.decisions(node).first().map(|decision| decision.period);
    let decided: BTreeSet<u32> = (0..network.places.len()).filter_map(first).collect();
    let words: Vec<_> = network
        .oracle
        .words()
        .filter(|(_, (round, ..), _)| *round == 1)
        .collect();
    let said = |wanted: usize, role| {
        let mut known = words
            .iter()
            .filter(move |(node, place, _)| *node == wanted && *place == role);
        known.next().map(|(_, _, value)| value)
    };
    let differs = |node: usize, role, value| said(node, role).is_some_and(|other| *other != value);
    let of_step = |step: Step| {
        words
            .iter()
            .filter(move |(_, (_, _, code), _)| *code == step.code())
    };
    let certs: BTreeSet<_> = of_step(Step::Cert).map(|(_, _, value)| value).collect();
    Outcome {
        made: network.final_block(0, 1).map_or(0, |block| block.period),
        two_faced: words
            .iter()
            .any(|(node, role, value)| *node == DOUBLED && differs(NODES, *role, *value)),
        torn: of_step(Step::Soft).any(|(node, role, value)| {
            *node < DOUBLED && (0..DOUBLED).any(|other| differs(other, *role, *value))
        }),
        two_staged: certs.len() > 1,
        went_on: words
            .iter()
            .any(|(_, (_, period, _), _)| decided.first().is_some_and(|least| period > least)),
        decided,
        took,
    }
}
