//! Committees drawn alone, as many as are asked for.

use klero_committee::sampling::{Draw, Holder, Ladder, LotteryError, Weight};
use klero_committee::{Profile, Step};

use crate::rare::Random;

use super::Crowd;

/// What committees were like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Draws {
    /// How many were drawn.
    pub of: u64,
    /// [RISK-1]: in so many the honest weighed less than the threshold.
    pub live: u64,
    /// [RISK-2]: in so many they and twice the adversary weighed as much as two.
    pub split: u64,
    /// [RISK-4]: in so many the adversary reached it alone.
    pub take: u64,
}

/// Draws the committee of a step `count` times: the lottery of a node gives every account its seats, for random numbers of
/// 256 bits in place of the hashes of VRF outputs.
///
/// # Errors
/// [`LotteryError`] when the profile does not suit the accounts.
pub fn draw_committees(
    profile: &Profile,
    step: Step,
    crowd: &Crowd,
    count: u64,
    seed: u64,
) -> Result<Draws, LotteryError> {
    let lottery = profile.lottery(step, &crowd.stakes())?;
    // Propose has no quorum, and nobody asks for it.
    let threshold = profile.threshold(step, &lottery).unwrap_or(Weight::MAX);
    let mut sure = [0, 0];
    let mut drawing: Vec<(Ladder, usize)> = Vec::new();
    for (place, account) in (1..).zip(crowd.accounts()) {
        let ladder = lottery.ladder(Holder::at(place, account.stake))?;
        let side = usize::from(account.is_bad);
        if ladder.draws() {
            drawing.push((ladder, side));
        } else {
            sure[side] += lottery.weight(&ladder.seats(&Draw::from_bytes([0; 32]))?);
        }
    }
    let mut random = Random::new(seed, u64::from(step_number(step)));
    let mut draws = Draws {
        of: count,
        ..Draws::default()
    };
    for _ in 0..count {
        let mut weights = sure;
        for (ladder, side) in &drawing {
            let seats = ladder.seats(&Draw::from_bytes(random.bytes()))?;
            weights[*side] += lottery.weight(&seats);
        }
        let [good, bad] = weights;
        draws.live += u64::from(good < threshold);
        draws.split += u64::from(good + 2 * bad >= threshold.saturating_mul(2));
        draws.take += u64::from(bad >= threshold);
    }
    Ok(draws)
}

const fn step_number(step: Step) -> u8 {
    match step {
        Step::Propose => 1,
        Step::Soft => 2,
        Step::Cert => 3,
        Step::Next(_) => 4,
    }
}
