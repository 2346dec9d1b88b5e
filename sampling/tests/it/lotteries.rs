//! The domain of a lottery, and what it says without a draw.

use klero_sampling::{Draw, Lottery, LotteryError, MAX_EXPECTED, MAX_TOTAL, SeatScheme};
use proptest::prelude::*;

const SCHEMES: [SeatScheme; 3] = [SeatScheme::Quota, SeatScheme::Binomial, SeatScheme::Full];

#[test]
fn the_domain_ends_where_the_specification_says() {
    for scheme in SCHEMES {
        for expected in [0, MAX_EXPECTED + 1, u32::MAX] {
            assert_eq!(
                Lottery::new(scheme, expected, 1 << 40),
                Err(LotteryError::Expected(expected))
            );
        }
        for total in [0, MAX_TOTAL + 1, u64::MAX] {
            assert_eq!(
                Lottery::new(scheme, 10, total),
                Err(LotteryError::Total(total.into()))
            );
        }
        assert!(Lottery::new(scheme, MAX_EXPECTED, MAX_TOTAL).is_ok());
        assert!(Lottery::new(scheme, 1, 1).is_ok());
    }
}

#[test]
fn a_stake_beyond_the_total_is_refused() {
    for scheme in SCHEMES {
        let lottery = Lottery::new(scheme, 10, 100).unwrap();
        let error = Err(LotteryError::Stake {
            stake: 101,
            total: 100,
        });
        assert_eq!(lottery.guaranteed(101), error);
        assert_eq!(
            lottery
                .seats(&Draw::from_bytes([0; 32]), 101)
                .map(|seats| seats.total()),
            error
        );
    }
}

/// [SEAT-4] A committee of at least the whole stake is everyone.
#[test]
fn every_scheme_becomes_full_where_tau_reaches_the_stake() {
    for scheme in SCHEMES {
        for (expected, total, full) in [
            (100, 100, true),
            (101, 100, true),
            (99, 100, scheme == SeatScheme::Full),
        ] {
            let lottery = Lottery::new(scheme, expected, total).unwrap();
            assert_eq!(lottery.scheme() == SeatScheme::Full, full);
            assert_eq!((lottery.expected(), lottery.total()), (expected, total));
        }
    }
}

/// [SEAT-4] With equal stakes of 1 everyone weighs 1: the membership of PBFT.
#[test]
fn equal_stakes_make_a_classical_committee() {
    for members in [4, 7, 10] {
        let lottery = Lottery::new(SeatScheme::Full, 1, members).unwrap();
        assert_eq!(lottery.guaranteed(1), Ok(1));
        assert!(!lottery.draws(1));
    }
}

#[test]
fn schemes_are_named_in_json_as_in_the_specification() {
    let [quota, binomial, full] = SCHEMES;
    let all = [quota, binomial, full, SeatScheme::FaitAccompli];
    let names = all.map(|scheme| serde_json::to_string(&scheme).unwrap());
    assert_eq!(
        names,
        ["\"quota\"", "\"binomial\"", "\"full\"", "\"fait-accompli\""]
    );
    assert!(serde_json::from_str::<SeatScheme>("\"Quota\"").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// [SEAT-1] [SEAT-2] [SEAT-4] What is guaranteed needs no draw, and a draw adds something only where the
    /// lottery says that one can.
    #[test]
    fn guaranteed_seats_do_not_depend_on_the_draw(
        which in 0_usize..3,
        expected in 1_u32..2000,
        total in 1_u64..1_000_000,
        part in any::<u64>(),
        draws: [[u8; 32]; 4],
    ) {
        let lottery = Lottery::new(SCHEMES[which], expected, total).unwrap();
        let stake = part % (total + 1);
        for bytes in draws {
            let seats = lottery.seats(&Draw::from_bytes(bytes), stake).unwrap();
            prop_assert_eq!(seats.guaranteed, lottery.guaranteed(stake).unwrap());
            prop_assert!(seats.drawn == 0 || lottery.draws(stake));
            prop_assert!(lottery.scheme() != SeatScheme::Quota || seats.drawn <= 1);
            prop_assert!(lottery.scheme() != SeatScheme::Binomial || seats.drawn <= stake);
        }
    }

    /// [SORT-2] A lower draw of one validator never gives more seats under `binomial`, and never fewer under `quota`.
    #[test]
    fn seats_are_monotone_in_the_draw(expected in 1_u32..500, stake in 1_u64..300, mut draws: [[u8; 32]; 2]) {
        draws.sort_unstable();
        let drawn = |scheme, draw| {
            let lottery = Lottery::new(scheme, expected, 10_000).unwrap();
            lottery.seats(&Draw::from_bytes(draw), stake).unwrap().drawn
        };
        let [low, high] = draws;
        prop_assert!(drawn(SeatScheme::Binomial, low) <= drawn(SeatScheme::Binomial, high));
        prop_assert!(drawn(SeatScheme::Quota, low) >= drawn(SeatScheme::Quota, high));
    }
}
