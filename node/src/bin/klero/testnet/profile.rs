//! The committees and times of test networks, and of a genesis that names no others.

use klero_committee::{CommitteeSize, Profile, Timing};
use klero_sampling::SeatScheme;
use klero_sampling::seed::SeedSchedule;

use crate::genesis::Scheme;

/// Up to so many validators everyone is a member: a committee of all is then no more work than a drawn one.
const EVERYONE: usize = 16;

/// The scheme for a number of validators.
pub(crate) const fn scheme_for(validators: usize) -> Scheme {
    if validators <= EVERYONE {
        Scheme::Full
    } else {
        Scheme::Quota
    }
}

/// Times for machines that are near each other.
const TIMING: Timing = Timing {
    filter_min: 5,
    filter_max: 500,
    deadline: 2000,
    step_base: 1000,
    step_cap: 8000,
};

/// The profile of a scheme. Where everyone is a member, sizes and thresholds follow from the stake [COM-2].
pub(crate) fn of(scheme: Scheme) -> Profile {
    match scheme {
        Scheme::Full => Profile {
            // Few validators have proposed within a fraction of this.
            timing: Timing {
                filter_max: 200,
                ..TIMING
            },
            ..Profile::full()
        },
        Scheme::Quota => quota(),
    }
}

/// The profile of a test network: as [`of`], and who registers draws after 40 rounds instead of 320, because people
/// wait for it.
pub(crate) fn of_testnet(scheme: Scheme) -> Profile {
    let seeds = SeedSchedule {
        lookback: 2,
        refresh: 10,
    };
    Profile { seeds, ..of(scheme) }
}

/// Committees of 1000 seats by quota. For 200 stakes like 1/i and four fifths of them honest, two quorums that
/// exclude each other have a chance of at most 2^-41; with the largest of four nodes off, a quorum is missed with a
/// chance of at most 2^-41, and J is out of the adversary's reach but for 2^-87 (`quota_risk` of klero-analysis).
fn quota() -> Profile {
    let committee = CommitteeSize {
        expected: 1000,
        threshold: 712,
    };
    Profile {
        scheme: SeatScheme::Quota,
        soft: committee,
        cert: committee,
        next: committee,
        catch_up: 370,
        timing: TIMING,
        ..Profile::full()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_valid() {
        for scheme in [Scheme::Quota, Scheme::Full] {
            assert_eq!(of(scheme).validate(), Ok(()));
            assert_eq!(of_testnet(scheme).validate(), Ok(()));
        }
    }

    #[test]
    fn few_validators_are_all_members() {
        assert_eq!(scheme_for(4), Scheme::Full);
        assert_eq!(scheme_for(16), Scheme::Full);
        assert_eq!(scheme_for(17), Scheme::Quota);
    }
}
