//! Seats of one stake over many draws have the distribution of their definition.

use klero_sampling::{Draw, Lottery, SeatScheme};

use crate::chi_square::{REJECT, counts, draws, outputs, p_value};
use crate::oracle::Question;

const ROUNDS: u64 = 200;
const VALIDATORS: usize = 100;

/// More seats than any draw here has.
const LAST: u64 = 200;

fn seats(scheme: SeatScheme, question: &Question, draws: impl Iterator<Item = Draw>) -> Vec<u64> {
    let lottery = Lottery::new(scheme, question.expected, question.total).unwrap();
    let drawn = draws.map(|draw| lottery.seats(&draw, question.stake).unwrap().total());
    counts(drawn, LAST as usize)
}

/// Means of 0.3, 5, 60 and 50 of 100.
fn questions() -> [Question; 4] {
    [
        Question::new(30_000_000, 2_000_000_000, 20),
        Question::new(1 << 53, 1 << 63, 5120),
        Question::new(12_345_678_901, 205_761_315_016, 1000),
        Question::new(100, 2000, 1000),
    ]
}

/// [SEAT-2] [SORT-1] [SORT-2]
#[test]
fn binomial_seats_have_the_binomial_distribution() {
    for (step, question) in (0..).zip(questions()) {
        let exact = question.binomial().probabilities(LAST);
        let counts = seats(SeatScheme::Binomial, &question, draws(step, ROUNDS, VALIDATORS));
        let p = p_value(&counts, &exact);
        assert!(p > REJECT, "{question:?}: {p}");
    }
}

/// The same draws are rejected as those of a mean that is 2 % off, and of a Poisson variable where p is 1/2.
#[test]
fn other_distributions_are_rejected() {
    let question = questions()[2];
    let counts = seats(SeatScheme::Binomial, &question, draws(2, ROUNDS, VALIDATORS));
    let other = Question {
        expected: 1020,
        ..question
    };
    assert!(p_value(&counts, &other.binomial().probabilities(LAST)) < REJECT);

    let question = questions()[3];
    let counts = seats(SeatScheme::Binomial, &question, draws(3, ROUNDS, VALIDATORS));
    let poisson = Question::new(50 << 40, 1 << 50, 1 << 10);
    assert!(p_value(&counts, &poisson.binomial().probabilities(LAST)) < REJECT);
}

/// [SORT-1] Were it not for the id in the draw, validators with one VRF key would win together: their seats would
/// not be a sample of the distribution.
#[test]
fn draws_that_leave_out_the_validator_are_rejected() {
    let question = questions()[1];
    let alike = outputs(1, ROUNDS)
        .flat_map(|output| (0..VALIDATORS).map(move |_| Draw::from_bytes(*output.as_bytes())));
    let counts = seats(SeatScheme::Binomial, &question, alike);
    assert!(p_value(&counts, &question.binomial().probabilities(LAST)) < REJECT);
}

/// [SEAT-1] The lower quota and the upper one, by the fraction: 0.3, 0.999 and 7.25 seats.
#[test]
fn quota_seats_are_the_lower_and_the_upper_quota_by_the_fraction() {
    let questions = [
        (30_000_000, 2_000_000_000, 20, 0.3),
        (333, 1000, 3, 0.999),
        (29 << 50, 1 << 60, 256, 0.25),
    ];
    for (step, (stake, total, expected, fraction)) in (10..).zip(questions) {
        let question = Question::new(stake, total, expected);
        let counts = seats(SeatScheme::Quota, &question, draws(step, ROUNDS, VALIDATORS));
        let lower = (stake * u64::from(expected) / total) as usize;
        let two = [counts[lower], counts[lower + 1]];
        assert_eq!(two.iter().sum::<u64>(), ROUNDS * VALIDATORS as u64);
        let p = p_value(&two, &[1.0 - fraction, fraction]);
        assert!(p > REJECT, "{question:?}: {p}");
        assert!(p_value(&two, &[fraction, 1.0 - fraction]) < REJECT);
    }
}

/// [SORT-1] [SORT-2] What a validator wins in one step says nothing about the next: pairs of up to three seats are
/// as frequent as the product of their chances.
#[test]
fn seats_of_two_steps_are_independent() {
    let question = Question::new(1 << 53, 1 << 63, 1024);
    let lottery = Lottery::new(SeatScheme::Binomial, question.expected, question.total).unwrap();
    let capped = |draw: Draw| lottery.seats(&draw, question.stake).unwrap().drawn.min(3);
    let first: Vec<u64> = draws(20, ROUNDS, VALIDATORS).map(capped).collect();
    let second: Vec<u64> = draws(21, ROUNDS, VALIDATORS).map(capped).collect();
    let mut single = question.binomial().probabilities(3);
    single[3] = 1.0 - single[..3].iter().sum::<f64>();
    let both: Vec<f64> = single
        .iter()
        .flat_map(|a| single.iter().map(move |b| a * b))
        .collect();
    let pairs = |other: &[u64]| counts(first.iter().zip(other).map(|(a, b)| a * 4 + b), 15);
    let p = p_value(&pairs(&second), &both);
    assert!(p > REJECT, "{p}");
    assert!(p_value(&pairs(&first), &both) < REJECT, "of one step with itself");
}
