//! A prepared stake answers as an unprepared one.

use klero_sampling::{Draw, Holder, Ladder, Lottery, LotteryError, SeatScheme};
use proptest::prelude::*;

const SCHEMES: [SeatScheme; 3] = [SeatScheme::Quota, SeatScheme::Binomial, SeatScheme::Full];

fn agree(lottery: &Lottery, ladder: &Ladder, draw: [u8; 32], holder: Holder) {
    let draw = Draw::from_bytes(draw);
    assert_eq!(
        ladder.seats(&draw),
        lottery.seats(&draw, holder),
        "{lottery:?} {holder:?} {draw:?}"
    );
    assert_eq!(Ok(ladder.guaranteed()), lottery.guaranteed(holder));
}

/// The greatest draw with at most `seats` drawn seats, found by halving, and the least with more.
fn around_a_step(lottery: &Lottery, holder: Holder, seats: u64) -> [[u8; 32]; 2] {
    let (mut below, mut above) = ([0; 32], [0xff; 32]);
    for bit in 0..256 {
        let mut middle = below;
        middle[bit / 8] |= 0x80 >> (bit % 8);
        if lottery.seats(&Draw::from_bytes(middle), holder).unwrap().drawn <= seats {
            below = middle;
        } else {
            above = middle;
        }
    }
    [below, above]
}

fn any_draw() -> impl Strategy<Value = [u8; 32]> {
    (
        any::<[u8; 32]>(),
        0_usize..32,
        prop_oneof![Just(None), Just(Some(0)), Just(Some(0xff))],
    )
        .prop_map(|(mut draw, length, front)| {
            if let Some(front) = front {
                draw[..length].fill(front);
            }
            draw
        })
}

/// (s, S, τ) with up to some thousand seats on average.
fn any_question() -> impl Strategy<Value = (u64, u64, u32)> {
    let total = prop_oneof![2_u64..100, 100_u64..100_000, 2_u64..=1 << 63];
    (total, any::<u64>(), any::<u32>(), 8_u32..20).prop_map(|(total, stake, expected, shift)| {
        let greatest = u32::try_from(total - 1)
            .unwrap_or(u32::MAX)
            .min(1 << (20 - shift));
        (stake % (total + 1), total, expected % greatest + 1)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    /// [SEAT-1] [SEAT-2] [SEAT-4]
    #[test]
    fn a_prepared_stake_answers_as_an_unprepared_one(
        (stake, total, expected) in any_question(),
        draws in prop::collection::vec(any_draw(), 20),
    ) {
        for scheme in SCHEMES {
            let lottery = Lottery::new(scheme, expected, total).unwrap();
            let ladder = lottery.ladder(stake).unwrap();
            for draw in &draws {
                agree(&lottery, &ladder, *draw, stake.into());
            }
            prop_assert_eq!(ladder.draws(), lottery.draws(stake));
        }
    }
}

/// [SEAT-1] [SEAT-2] On both sides of every step that has draws on both sides, and at the ends.
#[test]
fn a_prepared_stake_turns_at_the_same_draws() {
    let questions = [
        (1, 2, 1),
        (1, 1 << 63, 1 << 20),
        (6, 5 << 43, 2721),
        (26, (1 << 63) - 1, 1 << 20),
        (40, 41, 40),
        (129, 1024, 256),
        (257, 512, 256),
        (3_000_000, 1_000_000_000, 5_000),
        (1 << 62, 1 << 63, 60),
    ];
    for (stake, total, expected) in questions {
        for scheme in SCHEMES {
            let lottery = Lottery::new(scheme, expected, total).unwrap();
            let ladder = lottery.ladder(stake).unwrap();
            let holder = Holder::from(stake);
            for seats in 0..150 {
                for draw in around_a_step(&lottery, holder, seats) {
                    agree(&lottery, &ladder, draw, holder);
                }
            }
            agree(&lottery, &ladder, [0; 32], holder);
            agree(&lottery, &ladder, [0xff; 32], holder);
        }
    }
}

#[test]
fn what_is_outside_the_domain_has_no_ladder() {
    let lottery = Lottery::new(SeatScheme::Binomial, 10, 1000).unwrap();
    let too_much = LotteryError::Stake {
        stake: 1001,
        total: 1000,
    };
    assert_eq!(lottery.ladder(1001), Err(too_much));
    assert_eq!(
        lottery
            .ladder(0)
            .unwrap()
            .seats(&Draw::from_bytes([0xff; 32]))
            .unwrap()
            .total(),
        0
    );
}
