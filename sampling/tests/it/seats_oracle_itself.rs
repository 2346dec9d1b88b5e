//! The oracle of seats against the definition, term by term, and against itself.

use dashu::integer::UBig;

use crate::oracle::{
    Chance, EXACT, Question, draws_below, exact, fait_accompli, interval, last_x, questions,
};

/// C(s, k)·τ^k·(S − τ)^(s − k), from factorials and powers.
fn weight(question: &Question, k: u64) -> UBig {
    let factorial = |n: u64| (1..=n).fold(UBig::ONE, |product, i| product * i);
    let choices = factorial(question.stake) / (factorial(k) * factorial(question.stake - k));
    let hits = UBig::from(question.expected).pow(k as usize);
    let miss = question.total - u64::from(question.expected);
    choices * hits * UBig::from(miss).pow((question.stake - k) as usize)
}

/// [SEAT-2] For each k, the draws u < CDF(k) are those that the definition counts.
#[test]
fn the_whole_numbers_are_the_definition() {
    for number in 0..300 {
        let mut chance = Chance::new("definition", 0, number);
        let question = (questions::KINDS[1 + number as usize % 4].ask)(&mut chance);
        let steps = exact::steps(&question);
        let all = UBig::from(question.total).pow(question.stake as usize);
        let mut sum = UBig::ZERO;
        for k in 0..=question.stake {
            sum += weight(&question, k);
            assert_eq!(steps.draws_up_to(k), draws_below(&sum, &all), "{question:?} {k}");
        }
        assert_eq!(sum, all);
    }
}

/// [SEAT-2] Both ways to the distribution meet at every step, unless a step is a draw, which bounds cannot tell.
#[test]
fn whole_numbers_and_bounds_agree() {
    let mut compared = 0;
    for number in 0..200 {
        let mut chance = Chance::new("agreement", 0, number);
        let bits = chance.one_of(&[13, 13, 20, 62]);
        let total = chance.within(3..=1 << bits) | 1;
        let expected = chance.spread(1..=(total - 1).min(1 << 20)) as u32;
        let stake = chance.spread(1..=total.min(EXACT));
        let question = Question::new(stake, total, expected);
        let (exact, interval) = (exact::steps(&question), interval::steps(&question));
        let (least, most) = (exact.seats(&UBig::ZERO), exact.seats(&last_x()));
        assert_eq!(interval.seats(&UBig::ZERO), least, "{question:?}");
        assert_eq!(interval.seats(&last_x()), most, "{question:?}");
        for k in least..most {
            let first = exact.draws_up_to(k);
            assert_eq!(interval.draws_up_to(k), first, "{question:?} {k}");
            assert_eq!(interval.seats(&first), exact.seats(&first), "{question:?} {k}");
            compared += 1;
        }
    }
    assert!(compared > 9_000, "{compared}");
}

/// [SEAT-2] A draw that lies on a step: with whole numbers it has more seats, by bounds there is no telling.
fn draw_on_a_step() -> (Question, UBig) {
    let question = Question::new(129, 1024, 256);
    let on_step = exact::steps(&question).draws_up_to(64);
    (question, on_step)
}

#[test]
fn a_draw_on_a_step_has_passed_it() {
    let (question, x) = draw_on_a_step();
    let steps = exact::steps(&question);
    assert_eq!(steps.seats(&(&x - UBig::ONE)), 64);
    assert_eq!(steps.seats(&x), 65);
    let sum = (0..=64).fold(UBig::ZERO, |sum, k| sum + weight(&question, k));
    let all = UBig::from(question.total).pow(129);
    assert_eq!(((x << 1) + UBig::ONE) * all, sum << 257, "u = CDF(64)");
}

#[test]
#[should_panic(expected = "too close to a step")]
fn the_bounds_give_no_answer_that_they_do_not_know() {
    let (question, x) = draw_on_a_step();
    interval::steps(&question).seats(&x);
}

/// [SEAT-3] Among the electorates that are asked about are all that the rule tells apart.
#[test]
fn the_electorates_are_of_every_kind() {
    let mut kinds = [0; 6];
    for number in 0..2000 {
        let (expected, stakes) = questions::electorate(&mut Chance::new("kinds", 0, number));
        if u64::from(expected) >= stakes.iter().sum() {
            kinds[0] += 1;
            continue;
        }
        let kind = match fait_accompli::end_of_permanent(expected, &stakes) {
            None => 1,
            Some((permanent, rest)) if u64::from(expected - permanent) >= rest => 2,
            Some((0, _)) => 3,
            // The place among equals decides.
            Some((permanent, _)) if stakes[permanent as usize - 1] == stakes[permanent as usize] => 4,
            Some(_) => 5,
        };
        kinds[kind] += 1;
    }
    assert!(kinds.iter().all(|count| *count > 20), "{kinds:?}");
}
