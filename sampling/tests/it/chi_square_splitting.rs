//! The seats of a stake and of its parts together, over many draws.

use klero_sampling::{Draw, Ladder, Lottery, SeatScheme};

use crate::chi_square::{REJECT, counts, groups, p_value, p_value_of_two};
use crate::oracle::Question;

const ROUNDS: u64 = 20_000;

/// 8.4 seats on average.
const WHOLE: Question = Question {
    stake: 420,
    total: 10_000,
    expected: 200,
};

const LAST: u64 = 40;

/// What the parts of the stake win together, round after round.
fn seats(scheme: SeatScheme, step: u8, parts: u64) -> Vec<u64> {
    let lottery = Lottery::new(scheme, WHOLE.expected, WHOLE.total).unwrap();
    let ladder: Ladder = lottery.ladder(WHOLE.stake / parts).unwrap();
    let sums = groups(step, ROUNDS).map(|(output, validator)| {
        let draws = (0..parts as usize).map(|index| Draw::new(&output, &validator(index)));
        draws
            .map(|draw| ladder.seats(&draw).unwrap().total())
            .sum::<u64>()
    });
    counts(sums, LAST as usize)
}

/// [SORT-4] [SEAT-2] Under `binomial` 1, 10 and 420 validators win alike: each as the definition says of the whole,
/// and none differently from another.
#[test]
fn binomial_seats_do_not_tell_the_whole_from_its_parts() {
    let exact = WHOLE.binomial().probabilities(LAST);
    let samples = [(30, 1), (31, 10), (32, 420)].map(|(step, parts)| {
        let counts = seats(SeatScheme::Binomial, step, parts);
        let p = p_value(&counts, &exact);
        assert!(p > REJECT, "{parts}: {p}");
        counts
    });
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let p = p_value_of_two(&samples[one], &samples[other]);
        assert!(p > REJECT, "{one} {other}: {p}");
    }
}

/// Under `quota` it shows, in the variance: the same tests reject.
#[test]
fn quota_seats_tell_the_whole_from_its_parts() {
    let [whole, parts] = [(30, 1), (31, 10)].map(|(step, parts)| seats(SeatScheme::Quota, step, parts));
    assert!(p_value_of_two(&whole, &parts) < REJECT);
    assert!(p_value(&whole, &WHOLE.binomial().probabilities(LAST)) < REJECT);
    assert!(p_value(&parts, &WHOLE.binomial().probabilities(LAST)) < REJECT);
}

/// [SORT-4] [SEAT-1] Under `quota` the mean does not show it: what is won beyond ⌊8.4⌋, ten times ⌊0.84⌋ and so on is
/// the fraction of as many draws.
#[test]
fn quota_seats_have_the_mean_of_the_whole() {
    for (step, parts, fraction) in [(33, 1, 0.4), (34, 10, 0.84), (35, 420, 0.02)] {
        let mut won = 0;
        for (seats, rounds) in (0..).zip(seats(SeatScheme::Quota, step, parts)) {
            won += seats * rounds;
        }
        let guaranteed = WHOLE.stake / parts * 200 / 10_000 * parts * ROUNDS;
        let (drawn, draws) = (won - guaranteed, parts * ROUNDS);
        let p = p_value(&[draws - drawn, drawn], &[1.0 - fraction, fraction]);
        assert!(p > REJECT, "{parts}: {p}");
        let p = p_value(&[draws - drawn, drawn], &[1.0 - fraction * 1.05, fraction * 1.05]);
        assert!(p < REJECT, "5 % more, {parts}: {p}");
    }
}
