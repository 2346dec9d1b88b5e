//! Seats at the edges of the domain and on both sides of their steps [B8].

use dashu::integer::UBig;
use klero_sampling::{Lottery, MAX_EXPECTED, MAX_TOTAL, SeatScheme};

use crate::oracle::{Question, draw, last_x, quota};

/// (s, S, τ)
const EDGES: [(u64, u64, u32); 35] = [
    (1, 2, 1),
    (1, 1000, 999),
    (1, 1 << 63, 1),
    (1, 1 << 63, 1 << 20),
    (2, 3, 1),
    (3, 1 << 63, 1 << 20),
    (4, (1 << 63) - 25, 1),
    (5, 5, 4),
    // Here CDF(3) is a draw, although S is no power of two.
    (6, 5 << 43, 2721),
    // So it is with CDF(5).
    (13, 3 << 20, 164_449),
    (26, (1 << 63) - 1, 1 << 20),
    (27, (1 << 63) - 1, 1 << 20),
    (64, 64, 1),
    (64, 64, 63),
    (100, (1 << 20) + 1, 1 << 20),
    // CDF(64) is a draw.
    (129, 1024, 256),
    (255, 256, 128),
    (256, 512, 256),
    // CDF(0) is the first draw and CDF(256) the last.
    (257, 512, 256),
    (258, 1 << 21, 1 << 20),
    (300, 300, 299),
    (1000, 4096, 20),
    (3000, 3000, 1500),
    (4096, 4096, 1),
    (4096, 4096, 4095),
    (4096, 5000, 30),
    // From here on the steps come between bounds.
    (4097, 4097, 4096),
    (100_000, 100_000, 1),
    (100_000, 100_001, 50_000),
    (1_000_000, 1_000_000_000, 5_000),
    ((1 << 63) - 1, 1 << 63, 1),
    (1 << 63, 1 << 63, 1),
    (1 << 63, 1 << 63, 1000),
    (1 << 62, (1 << 63) - 1, 20),
    (1 << 44, (1 << 63) - 25, 1 << 20),
];

fn edges() -> impl Iterator<Item = Question> {
    EDGES
        .into_iter()
        .map(|(stake, total, expected)| Question::new(stake, total, expected))
}

/// Without preparing and with.
fn binomial(x: &UBig, question: &Question) -> u64 {
    let lottery = Lottery::new(SeatScheme::Binomial, question.expected, question.total).unwrap();
    let seats = lottery.seats(&draw(x), question.stake).unwrap();
    let prepared = lottery.ladder(question.stake).unwrap();
    assert_eq!(prepared.seats(&draw(x)), Ok(seats), "{x} {question:?}");
    assert_eq!(seats.guaranteed, 0);
    seats.drawn
}

/// [SEAT-2] [SORT-2] The last draw with at most k seats and the first with more, for some forty k of each edge
/// between the first that a draw can have and the last.
#[test]
fn binomial_turns_exactly_at_each_step() {
    for question in edges() {
        let steps = question.binomial();
        let (least, most) = (steps.seats(&UBig::ZERO), steps.seats(&last_x()));
        let stride = ((most - least) / 40).max(1);
        for k in (least..most).filter(|k| (k - least) % stride == 0 || k + 1 == most) {
            let first = steps.draws_up_to(k);
            assert!(
                binomial(&(&first - UBig::ONE), &question) <= k,
                "{question:?} {k}"
            );
            assert!(binomial(&first, &question) > k, "{question:?} {k}");
        }
        assert_eq!(binomial(&UBig::ZERO, &question), least, "{question:?}");
        assert_eq!(binomial(&UBig::ONE, &question), steps.seats(&UBig::ONE));
        assert_eq!(binomial(&last_x(), &question), most, "{question:?}");
    }
}

/// [SEAT-2] A draw of all ones wins what the tail of the distribution gives it, not the whole stake.
///
/// min{k : 1 − CDF(k) < 2^-257} is 57 for the Poisson distribution of mean 1, from which a binomial of 2^63 draws
/// differs by a factor of 1 + k²/2^63 at most in its tail.
#[test]
fn the_last_draw_does_not_win_everything() {
    let question = Question::new(1 << 63, 1 << 63, 1);
    assert_eq!(question.binomial().seats(&last_x()), 57);
    assert_eq!(binomial(&last_x(), &question), 57);
}

/// [SEAT-2] No stake, and all of the greatest with the most seats.
#[test]
fn binomial_at_the_corners_of_the_domain() {
    let middle = UBig::ONE << 255;
    for x in [UBig::ZERO, middle.clone(), last_x()] {
        assert_eq!(binomial(&x, &Question::new(0, 1000, 10)), 0);
        assert_eq!(binomial(&x, &Question::new(0, MAX_TOTAL, MAX_EXPECTED)), 0);
    }
    // pmf(0) is about e^-2^20 here; the median is the mean.
    let all = Question::new(MAX_TOTAL, MAX_TOTAL, MAX_EXPECTED);
    assert_eq!(binomial(&middle, &all), 1 << 20);
    assert_eq!(all.binomial().seats(&middle), 1 << 20);
}

/// [SEAT-1] The last draw that wins the extra seat and the first that does not.
#[test]
fn quota_turns_exactly_at_the_fraction() {
    let more = [
        (0, 1 << 63, 1 << 20),
        ((1 << 63) - 1, 1 << 63, 1 << 20),
        (1 << 62, (1 << 63) - 25, 3),
        (1 << 63, 1 << 63, 7),
    ];
    let more = more.map(|(stake, total, expected)| Question::new(stake, total, expected));
    for question in edges().chain(more) {
        let lottery = Lottery::new(SeatScheme::Quota, question.expected, question.total).unwrap();
        let prepared = lottery.ladder(question.stake).unwrap();
        let first = quota::winning_draws(&question);
        let mut draws = vec![UBig::ZERO, UBig::ONE, last_x()];
        if first > UBig::ZERO {
            draws.push(&first - UBig::ONE);
        }
        draws.push(first);
        for x in draws.into_iter().filter(|x| *x <= last_x()) {
            let seats = lottery.seats(&draw(&x), question.stake).unwrap();
            let (guaranteed, drawn) = quota::seats(&x, &question);
            assert_eq!(
                (seats.guaranteed, seats.drawn),
                (guaranteed, drawn),
                "{x} {question:?}"
            );
            assert_eq!(prepared.seats(&draw(&x)), Ok(seats));
            assert_eq!(seats.total(), guaranteed + drawn);
        }
    }
}

/// [SEAT-4] Everyone weighs its stake, by choice or because τ ≥ S.
#[test]
fn full_is_the_stake() {
    for (scheme, expected, total) in [
        (SeatScheme::Full, 3, 1000),
        (SeatScheme::Quota, 1000, 1000),
        (SeatScheme::Binomial, 1001, 1000),
    ] {
        let lottery = Lottery::new(scheme, expected, total).unwrap();
        for stake in [0, 1, 999, 1000] {
            for x in [UBig::ZERO, last_x()] {
                assert_eq!(lottery.seats(&draw(&x), stake).unwrap().total(), stake);
            }
        }
    }
}
