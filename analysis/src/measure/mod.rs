//! What is computed of a profile's committees, measured: as draws of committees alone, and in rounds of the protocol.
//!
//! Draws are made by the lottery of a node. Whoever computes bounds never draws, and what is drawn here is only counted.

mod crowd;
mod draws;
mod rate;
#[cfg(feature = "simulate")]
mod rounds;

pub use crowd::{Account, Crowd, CrowdError};
pub use draws::{Draws, draw_committees};
pub use rate::Rate;
#[cfg(feature = "simulate")]
pub use rounds::{DELAY, HONEST_NODES, Rounds, run_rounds};
