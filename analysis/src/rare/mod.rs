//! Rare events by importance sampling: a second opinion on the bounds.
//!
//! [`estimate`] draws committees from tilted distributions, under which the rare event is common, and weighs each draw by
//! how much rarer it is in truth. It knows what one account's seats are like and never sums a tail, while
//! [`crate::risk`] sums tails and never draws; so a mistake in either shows as a difference.
//!
//! The numbers are floats, and an estimate is no bound. A seed determines it, on one kind of machine to the last digit.
//!
//! ```
//! use klero_analysis::Event;
//! use klero_analysis::rare::{SeatSum, estimate};
//!
//! // How often do more than 70 proposers appear when 26 are expected?
//! let found = estimate(&SeatSum::new().poisson(26.0, 1), Event::AtLeast(71), 100_000, 1);
//! assert!(found.low_log2 < -41.7415 && -41.7416 < found.high_log2);
//! assert!(found.half_width() < 0.02);
//! ```

mod committee;
mod estimate;
mod fait_accompli;
mod lots;
mod owners;
mod part;
mod random;
mod sum;
mod table;

pub use committee::{AdversarySeats, RareCommittee, RareError, RareEvent};
pub use estimate::{Estimate, MIN_SAMPLES, estimate};
pub(crate) use lots::Lots;
pub(crate) use random::Random;
pub use sum::SeatSum;
