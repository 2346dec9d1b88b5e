//! The numbers of a genesis that contradict each other.

use klero_stake::committee::Ratio;
use klero_stake::committee::sampling::seed::SeedSchedule;
use klero_stake::{MAX_EVIDENCE_AGE, Parameters, ParametersError};

use crate::world::{PARAMETERS, SCHEDULE};

fn with(change: impl Fn(&mut Parameters)) -> Result<(), ParametersError> {
    let mut parameters = PARAMETERS;
    change(&mut parameters);
    parameters.validate(&SCHEDULE)
}

#[test]
fn the_defaults_are_in_order() {
    assert_eq!(Parameters::default().validate(&SeedSchedule::default()), Ok(()));
    assert_eq!(PARAMETERS.validate(&SCHEDULE), Ok(()));
}

/// [STK-4] Unbonding takes more than the greatest age of evidence and K together.
#[test]
fn unbonding_outlasts_evidence() {
    // 10 + 4.
    let error = |unbonding| ParametersError::Unbonding { unbonding, least: 14 };
    assert_eq!(with(|numbers| numbers.unbonding_rounds = 15), Ok(()));
    assert_eq!(with(|numbers| numbers.unbonding_rounds = 14), Err(error(14)));
    assert_eq!(with(|numbers| numbers.unbonding_rounds = 0), Err(error(0)));
    let endless = SeedSchedule {
        lookback: u64::MAX,
        refresh: u64::MAX,
    };
    let least = u64::MAX;
    let error = ParametersError::Unbonding { unbonding: 15, least };
    assert_eq!(PARAMETERS.validate(&endless), Err(error));
}

/// [STK-4] [STK-5] [STK-7] Each number has its bounds.
#[test]
fn numbers_out_of_bounds_are_refused() {
    assert_eq!(
        with(|numbers| numbers.evidence_age = 0),
        Err(ParametersError::EvidenceAge(0))
    );
    let most = MAX_EVIDENCE_AGE;
    let long = |age| {
        with(|numbers| {
            numbers.unbonding_rounds = 2 * most;
            numbers.evidence_age = age;
        })
    };
    assert_eq!(long(most), Ok(()));
    assert_eq!(long(most + 1), Err(ParametersError::EvidenceAge(most + 1)));
    assert_eq!(
        with(|numbers| numbers.slash_millionths = 0),
        Err(ParametersError::Slash(0))
    );
    assert_eq!(with(|numbers| numbers.slash_millionths = 1_000_000), Ok(()));
    let error = ParametersError::Slash(1_000_001);
    assert_eq!(with(|numbers| numbers.slash_millionths = 1_000_001), Err(error));
    assert_eq!(with(|numbers| numbers.activity_window = 2), Ok(()));
    let error = ParametersError::ActivityWindow(1);
    assert_eq!(with(|numbers| numbers.activity_window = 1), Err(error));
    assert_eq!(
        with(|numbers| numbers.min_bond = 0),
        Err(ParametersError::MinBond)
    );
    for (numerator, denominator, fine) in [
        (1, 1, true),
        (1, 9, true),
        (0, 1, false),
        (2, 1, false),
        (0, 0, false),
    ] {
        let share = Ratio {
            numerator,
            denominator,
        };
        assert_eq!(with(|numbers| numbers.least_active_share = share).is_ok(), fine);
    }
}
