//! The simulator: many real machines, real keys and real draws on virtual time, from one seed.
//!
//! A [`Simulation`] holds as many nodes as it is asked for. Each runs the [`Agreement`](crate::Agreement) that a
//! node of the network runs, under a driver that does what the real one does: it draws and signs with its own
//! keys, writes its log before it speaks [BA-9], passes messages on under the rules of the machine, fetches
//! bodies, and catches up from finished rounds when it hears of a later one. Between the nodes lies a network
//! that delays, loses, repeats and cuts off as the [`Builder`] says.
//!
//! ```
//! use klero_agreement::sim::Simulation;
//!
//! let mut network = Simulation::builder().nodes(4).seed(7).loss(200).build()?;
//! network.run_until_round(3, 600_000)?;
//! assert_eq!(network.block(0, 3), network.block(2, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is real and what is not
//!
//! Keys, VRF outputs and proofs, vote and proposal signatures and quorum certificates are real. What a node has
//! verified or made is handed to another inside the process as the verified type, without verifying it again, as
//! long as both hold the same seed for its round. [`Builder::verifying`] takes even this away: every vote,
//! proposal and certificate is then encoded, decoded and verified at each arrival, and nothing else changes.
//! Blocks are headers without a payload. Storage is memory: what a crash leaves is what the log had taken in.
//!
//! # Large networks
//!
//! By default everyone hears everyone. [`Builder::neighbours`] makes a sparse overlay instead, in which nodes pass on
//! what they hear, as the gossip of a network does; [`Builder::metered`] counts the bytes and the verifications that
//! this takes each node ([`Load`]).
//!
//! # Time and chance
//!
//! Time is a count of milliseconds; handling a message takes none. Everything random follows from the seed,
//! except the bytes of VRF proofs, which schnorrkel randomizes and which decide nothing. Two runs with one seed
//! have the same [`Simulation::trace_hash`].
//!
//! # Who lies
//!
//! A node's [`Behaviour`] is honest or one of the adversaries. An adversary runs the same driver; a strategy of its own
//! then makes of everything that the driver wants to do what the adversary does.
//!
//! # Who judges
//!
//! After every input [`check`](crate::check()) looks at the machine, unless [`Builder::unchecked`] leaves it out for a
//! network of thousands. The [`Oracle`] watches from outside and shares no code with what it judges: it knows numbers and
//! bytes, sees who proposed, who spoke for what and who finalized what, and restates agreement [MOD-1], validity and
//! progress. The first breach ends the run; the error names the seed and the virtual time.

mod act;
mod adversary;
mod apply;
mod behaviour;
mod body;
mod broken;
mod build;
mod builder;
mod bytes;
mod carry;
mod chain;
mod crypto;
mod delay;
mod doors;
mod effect;
mod event;
mod faults;
mod gossip;
mod healing;
mod inspect;
mod label;
mod letter;
mod log;
mod message;
mod meter;
mod node;
mod oracle;
mod outcome;
mod overlay;
mod place;
mod progress;
mod queue;
mod random;
mod record;
mod replay;
mod report;
mod run;
mod seen;
mod setting;
mod shelf;
mod speak;
mod stage;
mod state;
pub mod storm;
mod sync;
mod trace;
pub mod twins;
mod wire;

pub use behaviour::Behaviour;
pub use broken::Broken;
pub use builder::{BuildError, Builder};
pub use bytes::HEADER_BYTES;
pub use crypto::Crypto;
pub use delay::Delay;
pub use letter::{Content, Fate, Letter};
pub use meter::{Load, Spread, Work};
pub use oracle::{Breach, Oracle};
pub use outcome::Outcome;
pub use record::{Run, RunError};
pub use replay::{Happening, Replay, ReplayError};
pub use report::{Decision, Failure, Stop};
pub use run::Simulation;
pub use state::{Count, State};
