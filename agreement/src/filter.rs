//! The filter time, measured [BA-12].

use std::collections::VecDeque;

const REMEMBERED: usize = 64;
const PERCENTILE: usize = 95;
/// Milliseconds for what nodes do between receiving and sending.
const MARGIN: u32 = 5;

/// How long to wait for proposals: from the times at which the eventually lowest proposal of recent rounds
/// arrived, twice the 95th percentile and five milliseconds more.
///
/// The margin is that wide because nodes begin a round up to one delay apart: a proposer that began last is heard
/// two delays after the first began. Where the margin is narrower, the rare round in which that happens splits
/// the Soft votes, and such a round costs a whole period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FilterTime {
    arrivals: VecDeque<u32>,
}

impl FilterTime {
    /// Records when the lowest proposal of a round's period 0 arrived, in milliseconds after the period was
    /// entered.
    pub fn record(&mut self, arrival: u32) {
        if self.arrivals.len() == REMEMBERED {
            self.arrivals.pop_front();
        }
        self.arrivals.push_back(arrival);
    }

    /// The filter time in milliseconds, within the bounds given. While less than eight rounds were seen it is
    /// the upper bound, because nothing is known yet.
    pub fn estimate(&self, at_least: u32, at_most: u32) -> u32 {
        if self.arrivals.len() < 8 {
            return at_most;
        }
        let mut sorted: Vec<u32> = self.arrivals.iter().copied().collect();
        sorted.sort_unstable();
        let place = (sorted.len() * PERCENTILE).div_ceil(100).saturating_sub(1);
        let percentile = sorted.get(place).copied().unwrap_or(at_most);
        percentile
            .saturating_mul(2)
            .saturating_add(MARGIN)
            .clamp(at_least, at_most)
    }
}
