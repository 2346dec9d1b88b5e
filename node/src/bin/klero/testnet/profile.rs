//! The committees and times of test networks, and of a genesis that names no others.

use klero_committee::{Profile, Timing};
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

/// Times of test networks. The filter time is measured; its upper bound is what the first rounds wait, and leaves room for
/// two delays of 200 ms.
const TIMING: Timing = Timing {
    filter_min: 5,
    filter_max: 500,
    deadline: 2000,
    step_base: 1000,
    step_cap: 8000,
};

/// Committees of a network of a thousand validators that spans the world, as `klero-analysis tune` found them; the file has the
/// command.
const THOUSAND: &str = include_str!("../../../../../profiles/thousand.toml");
/// The same for test networks.
const TESTNET: &str = include_str!("../../../../../profiles/testnet.toml");

/// The profile of a genesis that names none. Where everyone is a member, sizes and thresholds follow from the stake [COM-2].
pub(crate) fn of(scheme: Scheme) -> anyhow::Result<Profile> {
    match scheme {
        Scheme::Full => Ok(Profile {
            timing: Timing::DEFAULT,
            ..Profile::full()
        }),
        Scheme::Quota => Ok(toml::from_str(THOUSAND)?),
    }
}

/// The profile of a test network: who registers draws after 40 rounds instead of 320, because people wait for it.
pub(crate) fn of_testnet(scheme: Scheme) -> anyhow::Result<Profile> {
    match scheme {
        Scheme::Full => Ok(Profile {
            timing: TIMING,
            seeds: SeedSchedule {
                lookback: 2,
                refresh: 10,
            },
            ..of(scheme)?
        }),
        Scheme::Quota => Ok(toml::from_str(TESTNET)?),
    }
}

#[cfg(test)]
mod tests {
    use klero_analysis::risk::electorate_risk;

    use super::super::stakes::zipf;
    use super::*;

    #[test]
    fn profiles_are_valid() {
        for scheme in [Scheme::Quota, Scheme::Full] {
            assert_eq!(of(scheme).unwrap().validate(), Ok(()));
            assert_eq!(of_testnet(scheme).unwrap().validate(), Ok(()));
        }
        let (full, quota) = (
            of_testnet(Scheme::Full).unwrap(),
            of_testnet(Scheme::Quota).unwrap(),
        );
        assert_eq!(full.seeds, quota.seeds);
    }

    /// [RISK-6] Found for a thousand validators, they do for fewer.
    #[test]
    fn targets_are_kept_by_networks_of_every_size() {
        for validators in [17, 18, 20, 25, 33, 50, 100, 200, 500, 1_000] {
            for profile in [of(Scheme::Quota).unwrap(), of_testnet(Scheme::Quota).unwrap()] {
                let risk = electorate_risk(&profile, zipf(validators)).unwrap();
                assert_eq!(risk.check(&profile.targets), Ok(()), "{validators} validators");
            }
        }
    }

    #[test]
    fn few_validators_are_all_members() {
        assert_eq!(scheme_for(4), Scheme::Full);
        assert_eq!(scheme_for(16), Scheme::Full);
        assert_eq!(scheme_for(17), Scheme::Quota);
    }
}
