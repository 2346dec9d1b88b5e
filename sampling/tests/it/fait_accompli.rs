//! Permanent members and those who draw [SEAT-3].

use klero_sampling::{Draw, Holder, Lottery, LotteryError, SeatScheme, Seats, Split};

const SCHEME: SeatScheme = SeatScheme::FaitAccompli;

fn of(expected: u32, stakes: &[u64]) -> Lottery {
    Lottery::of(SCHEME, expected, stakes).unwrap()
}

/// 500, 300, then a hundred of 2: the first i with (1 − s/ρ)² ≥ (n − i)/(n − i + 1) for n = 10 is the third, as
/// (500/1000)² < 9/10, (200/500)² < 8/9, and (198/200)² = 0.9801 ≥ 7/8.
fn two_large() -> Vec<u64> {
    [500, 300].into_iter().chain([2; 100]).collect()
}

/// [SEAT-3]
#[test]
fn the_largest_are_permanent() {
    let lottery = of(10, &two_large());
    assert_eq!(lottery.scheme(), SCHEME);
    assert_eq!(
        lottery.split(),
        Some(Split {
            permanent: 2,
            rest: 200
        })
    );
    let draw = Draw::from_bytes([0xff; 32]);
    let seats = lottery.seats(&draw, Holder::at(2, 300)).unwrap();
    assert_eq!(
        seats,
        Seats {
            guaranteed: 300,
            drawn: 0
        }
    );
    assert!(!lottery.draws(Holder::at(2, 300)));
    assert_eq!(lottery.guaranteed(Holder::at(2, 300)), Ok(300));
}

/// [SEAT-3] The others draw from their own stake: eight seats on average, 200 between them.
#[test]
fn the_others_draw_among_themselves() {
    let lottery = of(10, &two_large());
    let binomial = Lottery::new(SeatScheme::Binomial, 8, 200).unwrap();
    for byte in 0..=255 {
        let draw = Draw::from_bytes([byte; 32]);
        let seats = lottery.seats(&draw, Holder::at(3, 2)).unwrap();
        assert_eq!(seats, binomial.seats(&draw, 2).unwrap());
        assert_eq!(lottery.ladder(Holder::at(3, 2)).unwrap().seats(&draw), Ok(seats));
    }
    assert!(lottery.draws(Holder::at(3, 2)));
}

/// [SEAT-3] Multiplied by n₂ = 8, a member weighs eight times its stake and a seat 200; on average all weigh 8·S.
#[test]
fn weights_are_whole_numbers() {
    let lottery = of(10, &two_large());
    assert_eq!(
        lottery.weight(&Seats {
            guaranteed: 300,
            drawn: 0
        }),
        2400
    );
    assert_eq!(
        lottery.weight(&Seats {
            guaranteed: 0,
            drawn: 3
        }),
        600
    );
    let expected: u128 = 8 * (500 + 300) + 8 * 200;
    assert_eq!(lottery.weight_of_seats(10), expected);
    assert_eq!(lottery.weight_of_seats(7), 5600);
    let uneven = Lottery::with_split(
        10,
        1001,
        Split {
            permanent: 2,
            rest: 201,
        },
    )
    .unwrap();
    assert_eq!(uneven.weight_of_seats(7), 5606, "5605.6 rounded up");
}

/// [SEAT-3] Nobody stands out among equals; with as many seats as units of stake, everyone is a member.
#[test]
fn without_a_split_everyone_is_a_member() {
    assert_eq!(
        of(10, &[5; 100]).split(),
        Some(Split {
            permanent: 0,
            rest: 500
        })
    );
    // No i*: of four members each is too large a part of what is left.
    assert_eq!(of(10, &[5; 4]).scheme(), SeatScheme::Full);
    // i* = 1 with n₂ = 3 ≥ ρ is τ ≥ S; here i* = 2 with n₂ = 9 ≥ ρ = 9.
    let stakes: Vec<u64> = [1000].into_iter().chain([1; 9]).collect();
    assert_eq!(of(10, &stakes).scheme(), SeatScheme::Full);
    assert_eq!(of(10, &[1; 10]).scheme(), SeatScheme::Full);
}

/// [SEAT-3] A stake of half of what is left is permanent for any n − i ≥ 1; one seat goes to whoever draws it.
#[test]
fn a_single_seat_is_always_drawn() {
    let lottery = of(1, &[1000, 1]);
    assert_eq!(
        lottery.split(),
        Some(Split {
            permanent: 0,
            rest: 1001
        })
    );
}

#[test]
fn the_greatest_stakes_overflow_nothing() {
    let stakes = [1 << 61; 4];
    let lottery = of(1, &stakes);
    assert_eq!(
        lottery.split(),
        Some(Split {
            permanent: 0,
            rest: 1 << 63
        })
    );
    let all = Seats {
        guaranteed: 0,
        drawn: 1 << 63,
    };
    assert_eq!(lottery.weight(&all), 1 << 126);
    let stakes: Vec<u64> = (0..1 << 16).map(|_| 1 << 47).collect();
    let lottery = of(1 << 15, &stakes);
    assert_eq!(lottery.weight_of_seats(1 << 15), 1 << (63 + 15));
}

#[test]
fn the_scheme_needs_stakes_and_places() {
    assert_eq!(Lottery::new(SCHEME, 10, 1000), Err(LotteryError::NeedsStakes));
    assert_eq!(Lottery::new(SCHEME, 10, 10).unwrap().scheme(), SeatScheme::Full);
    assert_eq!(Lottery::of(SCHEME, 3, &[1, 2, 3]), Err(LotteryError::Order));
    let lottery = of(10, &two_large());
    assert_eq!(lottery.guaranteed(300), Err(LotteryError::NeedsPlace));
    assert_eq!(
        lottery.guaranteed(Holder::at(0, 300)),
        Err(LotteryError::NeedsPlace)
    );
    let too_much = LotteryError::Stake {
        stake: 300,
        total: 200,
    };
    assert_eq!(lottery.guaranteed(Holder::at(3, 300)), Err(too_much));
}

#[test]
fn a_split_that_nobody_has_is_refused() {
    let splits = [
        (10, 200),
        (11, 200),
        (2, 8),
        (2, 1001),
        (2, 999),
        (0, 999),
        (2, 1000),
    ];
    for (permanent, rest) in splits {
        let refused = Lottery::with_split(10, 1000, Split { permanent, rest });
        assert!(
            matches!(refused, Err(LotteryError::Split { .. })),
            "{permanent} {rest}"
        );
    }
    let lottery = of(10, &two_large());
    assert_eq!(
        Lottery::with_split(10, 1000, lottery.split().unwrap()),
        Ok(lottery)
    );
}
