//! A fork: honest nodes stage a value one after another, and the rest abandon it [RISK-3].
//!
//! The adversary schedules messages, so it lets honest nodes stage v in an order of its own. Let x be the share of honest
//! stake that has staged v when a quorum of the first committee (Cert, or Soft of the next period) for v is first reached:
//! with H of their seats and A of the adversary's. The honest rest, 1 − x, and the adversary may then form a Next quorum for
//! something else, in another committee. The order may follow the seats of the first committee as they are seen; it
//! knows nothing of the second, which is drawn independently.
//!
//! There are two bounds, and the lesser one counts: [`moments`], for every scheme, with stakes or without, and [`grid`], for
//! `binomial` and `quota` over any stakes, which is the better one for small committees.
//!
//! Where everyone is a member of both committees, a fork takes S + a·S ≥ 2·(⌊2S/3⌋ + 1): certain or impossible, as two
//! staged values are. If that is so for one of them only, those who did not speak there have less than S/3 of honest
//! stake, and the other committee's quorum has to come from this and a·S.

mod grid;
mod moments;

use klero_committee::CommitteeSize;
use klero_committee::sampling::SeatScheme;

use crate::{Log2Bound, Stakes};

use super::committee::{CommitteeLaw, Holdings, split};
use super::{Assumptions, RiskError, Scheme, check};
pub use moments::split_of_any_adversary;
use moments::{Pair, Speakers};

/// An upper bound of the chance that a quorum of `first` for a value is reached while those who have not staged it can
/// form a quorum of `second` for another, one committee of each; the worst of the adversaries where stakes are known.
///
/// # Errors
/// [`RiskError`] when a committee or the honest share is outside the domain.
pub fn fork_risk(
    scheme: SeatScheme,
    [first, second]: [CommitteeSize; 2],
    stakes: Option<&Stakes>,
    assumptions: &Assumptions,
) -> Result<Log2Bound, RiskError> {
    check(first)?;
    check(second)?;
    let honest = assumptions.honest;
    let bad = honest.complement().ok_or(RiskError::Honest(honest))?;
    let drawn = [first, second].map(|size| !is_everyone(scheme, size.expected, stakes));
    let pair = match drawn {
        [true, true] => Pair::new([first, second], bad),
        [true, false] => return Ok(moments::beside_a_third(first, bad)),
        [false, true] => return Ok(moments::beside_a_third(second, bad)),
        [false, false] => {
            let law = CommitteeLaw::new(Scheme::Full, 1, stakes, assumptions)?;
            return Ok(law.split(1)?.0);
        }
    };
    let (any, start) = pair.least(&Speakers::AnyStakes(honest));
    let mut bound = any;
    if let (SeatScheme::Quota, Some(stakes)) = (scheme, stakes) {
        bound = Log2Bound::IMPOSSIBLE;
        // Who is silent now may speak for a fork later.
        let offline = stakes.in_largest_groups(0);
        for adversary in assumptions.adversary.cases() {
            let holdings = Holdings::new(stakes, honest, *adversary, &offline);
            let speakers = Speakers::quota([first, second], &holdings)?;
            bound = bound.greater(pair.least_near(&speakers, start).lesser(any));
        }
        // For few accounts: the adversary's seats count with all that it may own, which the largest of them may not come to.
        bound = bound.lesser(pair.least(&Speakers::Accounts(honest, stakes.accounts().len())).0);
    }
    // Permanent members weigh what is no whole number of seats, for which the grid's tails are not proved.
    if scheme != SeatScheme::FaitAccompli {
        bound = bound.lesser(grid::fork_of_any_stakes(first, second, honest)?);
    }
    Ok(bound)
}

/// Whether nothing is drawn because everyone is a member [SEAT-3] [SEAT-4].
fn is_everyone(scheme: SeatScheme, expected: u32, stakes: Option<&Stakes>) -> bool {
    let Some(stakes) = stakes else {
        return scheme == SeatScheme::Full;
    };
    let descending = stakes.accounts().iter().map(|account| account.stake);
    scheme == SeatScheme::Full
        || u64::from(expected) >= stakes.total()
        || scheme == SeatScheme::FaitAccompli && split(expected, stakes.total(), descending).is_none()
}
