//! Points: one draw of one stake, answered by the oracle and by the crate.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use dashu::integer::UBig;
use klero_sampling::{Lottery, LotteryError, SeatScheme, Seats};

use super::questions::{self, KINDS, Kind};
use super::{Chance, Question, Steps, draw, last_x, quota};

/// What one kind of question came to.
pub(crate) struct Tally {
    pub(crate) scheme: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) points: u64,
    pub(crate) time: Duration,
    /// Points where oracle and crate disagree, in words.
    pub(crate) differences: Vec<String>,
    wanted: u64,
}

impl Tally {
    /// Asks one question after the other until there are as many points as wanted.
    fn of(
        scheme: &'static str,
        kind: &'static str,
        wanted: u64,
        batch: u64,
        mut ask: impl FnMut(&mut Chance, &mut Self),
    ) -> Self {
        let start = Instant::now();
        let mut tally = Self {
            scheme,
            kind,
            points: 0,
            time: Duration::ZERO,
            differences: Vec::new(),
            wanted,
        };
        let mut number = 0;
        while tally.is_wanting() {
            ask(&mut Chance::new(kind, batch, number), &mut tally);
            number += 1;
        }
        tally.time = start.elapsed();
        tally
    }

    fn is_wanting(&self) -> bool {
        self.points < self.wanted
    }

    fn count<T: PartialEq + Debug>(&mut self, asked: impl Debug, oracle: T, product: T) {
        self.points += 1;
        if oracle != product {
            let text = format!("{}: {asked:?}: {oracle:?}, but {product:?}", self.kind);
            self.differences.push(text);
        }
    }
}

/// One batch of 20,000 points: the same at every run.
pub(crate) fn batch(batch: u64) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = KINDS.iter().map(|kind| binomial(kind, batch)).collect();
    tallies.push(quota_points(batch));
    tallies.push(full_points(batch));
    tallies
}

fn product(scheme: SeatScheme, question: &Question, x: &UBig) -> Result<Seats, LotteryError> {
    Lottery::new(scheme, question.expected, question.total)?.seats(&draw(x), question.stake)
}

fn binomial(kind: &Kind, batch: u64) -> Tally {
    Tally::of("binomial", kind.name, kind.points, batch, |chance, tally| {
        let question = (kind.ask)(chance);
        let steps = question.binomial();
        for x in draws_of(chance, &steps, kind.steps) {
            if !tally.is_wanting() {
                return;
            }
            let seats = Seats {
                guaranteed: 0,
                drawn: steps.seats(&x),
            };
            let product = product(SeatScheme::Binomial, &question, &x);
            tally.count((question, x), Ok(seats), product);
        }
    })
}

fn quota_points(batch: u64) -> Tally {
    Tally::of("quota", "any stake", 4000, batch, |chance, tally| {
        let question = questions::any(chance);
        if u64::from(question.expected) >= question.total {
            return;
        }
        for x in draws_by(chance, [quota::winning_draws(&question)]) {
            if !tally.is_wanting() {
                return;
            }
            let (guaranteed, drawn) = quota::seats(&x, &question);
            let product = product(SeatScheme::Quota, &question, &x);
            tally.count((question, x), Ok(Seats { guaranteed, drawn }), product);
        }
    })
}

/// By choice, or because τ ≥ S.
fn full_points(batch: u64) -> Tally {
    Tally::of("full", "any stake", 500, batch, |chance, tally| {
        let question = questions::any(chance);
        let by_choice = chance.within(0..=1) == 0;
        if !by_choice && u64::from(question.expected) < question.total {
            return;
        }
        let scheme = if by_choice {
            SeatScheme::Full
        } else {
            chance.one_of(&[SeatScheme::Quota, SeatScheme::Binomial])
        };
        let seats = Seats {
            guaranteed: question.stake,
            drawn: 0,
        };
        let x = chance.one_of(&[0_u64, 1, u64::MAX]).into();
        tally.count(question, Ok(seats), product(scheme, &question, &x));
    })
}

/// The ends, some draws from everywhere, and `count` steps of the distribution from both sides.
pub(crate) fn draws_of(chance: &mut Chance, steps: &Steps, count: usize) -> Vec<UBig> {
    let turns: Vec<UBig> = (0..count)
        .map(|number| {
            let k = match number % 4 {
                // The outermost steps that a draw can reach.
                0 => steps.seats(&UBig::ZERO),
                1 => steps.seats(&last_x()).saturating_sub(1),
                2 => steps.seats(&chance.small_x()),
                _ => steps.seats(&chance.x()),
            };
            steps.draws_up_to(k)
        })
        .collect();
    draws_by(chance, turns)
}

/// The ends, some draws from everywhere, and the draws around each turn.
pub(crate) fn draws_by(chance: &mut Chance, turns: impl IntoIterator<Item = UBig>) -> Vec<UBig> {
    let last = last_x();
    let mut draws = vec![UBig::ZERO, UBig::ONE, &last - UBig::ONE, last.clone()];
    draws.extend([chance.x(), chance.x(), chance.small_x(), &last - chance.small_x()]);
    for turn in turns {
        draws.push(&turn + UBig::ONE);
        if turn > UBig::ZERO {
            draws.push(&turn - UBig::ONE);
        }
        draws.push(turn);
    }
    draws.retain(|x| *x <= last);
    draws
}
