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
//! # Time and chance
//!
//! Time is a count of milliseconds; handling a message takes none. Everything random follows from the seed,
//! except the bytes of VRF proofs, which schnorrkel randomizes and which decide nothing. Two runs with one seed
//! have the same [`Simulation::trace_hash`].
//!
//! # Who judges
//!
//! After every input [`check`](crate::check()) looks at the machine. The oracle watches from
//! outside and shares no code with what it judges: it knows numbers and bytes, sees who spoke for what and who
//! finalized what, and restates agreement [MOD-1], validity and progress. The first breach ends the run; the
//! error names the seed and the virtual time.

mod act;
mod apply;
mod behaviour;
mod body;
mod build;
mod builder;
mod carry;
mod chain;
mod crypto;
mod delay;
mod effect;
mod event;
mod faults;
mod gossip;
mod letter;
mod log;
mod message;
mod node;
mod oracle;
mod place;
mod random;
mod report;
mod run;
mod seen;
mod setting;
mod speak;
pub mod storm;
mod sync;
mod trace;
pub mod twins;
mod wire;

pub use behaviour::Behaviour;
pub use builder::{BuildError, Builder};
pub use crypto::Crypto;
pub use delay::Delay;
pub use letter::{Content, Fate, Letter};
pub use oracle::Breach;
pub use report::{Decision, Failure, Stop};
pub use run::Simulation;
