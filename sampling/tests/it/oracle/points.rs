//! Points: one draw of one stake, answered by the oracle and by the crate.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use dashu::integer::UBig;
use klero_sampling::{Draw, Holder, Lottery, LotteryError, SeatScheme, Seats};

use super::questions::{self, KINDS, Kind};
use super::{Chance, Question, Steps, draw, fait_accompli, last_x, quota};

/// What one kind of question came to.
pub(crate) struct Tally {
    pub(crate) scheme: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) points: u64,
    pub(crate) time: Duration,
    /// Points where oracle and crate disagree, in words.
    pub(crate) differences: Vec<String>,
    wanted: u64,
    reading: Reading,
}

impl Tally {
    /// Asks one question after the other until there are as many points as wanted.
    fn of(
        scheme: &'static str,
        kind: &'static str,
        wanted: u64,
        batch: u64,
        reading: Reading,
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
            reading,
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

    /// Compares the answers for some draws of one stake.
    fn ask(
        &mut self,
        scheme: SeatScheme,
        question: &Question,
        draws: &[UBig],
        oracle: impl Fn(&UBig) -> Seats,
    ) {
        let lottery = Lottery::new(scheme, question.expected, question.total).unwrap();
        let answers = answers(&lottery, question.stake.into(), draws, self.reading);
        for (x, answers) in draws.iter().zip(answers) {
            if self.is_wanting() {
                self.count((question, x), [Ok(oracle(x)); 2], answers);
            }
        }
    }

    /// Compares seats and weights for some draws of a member of a weighted committee.
    fn ask_member(
        &mut self,
        chance: &mut Chance,
        lottery: &Lottery,
        split: Option<(u32, u64)>,
        holder: Holder,
    ) {
        let place = holder.place().unwrap();
        let draws_from = split.filter(|(permanent, _)| place > *permanent);
        let (draws, steps) = if let Some((permanent, rest)) = draws_from {
            let question = Question::new(holder.stake(), rest, lottery.expected() - permanent);
            let steps = question.binomial();
            (draws_of(chance, &steps, 2), Some(steps))
        } else {
            (vec![chance.x()], None)
        };
        for (x, answers) in draws.iter().zip(answers(lottery, holder, &draws, self.reading)) {
            if !self.is_wanting() {
                return;
            }
            let seats = steps.as_ref().map_or(weight_of(holder.stake()), |steps| Seats {
                guaranteed: 0,
                drawn: steps.seats(x),
            });
            let weight = fait_accompli::weight(lottery.expected(), split, seats.guaranteed, seats.drawn);
            let weights = answers.map(|seats| seats.map(|seats| (seats, lottery.weight(&seats))));
            self.count((lottery, holder, x), [Ok((seats, weight)); 2], weights);
        }
    }

    fn count<T: PartialEq + Debug>(&mut self, asked: impl Debug, oracle: T, product: T) {
        self.points += 1;
        if oracle != product {
            let text = format!("{}: {asked:?}: {oracle:?}, but {product:?}", self.kind);
            self.differences.push(text);
        }
    }
}

/// How the crate is given a draw.
pub(crate) type Reading = fn(&UBig) -> Draw;

/// One batch of 20,000 points: the same at every run.
pub(crate) fn batch(batch: u64) -> Vec<Tally> {
    let slow = KINDS.iter().filter(|kind| kind.is_slow());
    let slow = slow.map(|kind| binomial(kind, batch, draw));
    quick(batch, draw).into_iter().chain(slow).collect()
}

/// Those that do not take the crate long.
pub(crate) fn quick(batch: u64, reading: Reading) -> Vec<Tally> {
    let kinds = KINDS.iter().filter(|kind| !kind.is_slow());
    let mut tallies: Vec<Tally> = kinds.map(|kind| binomial(kind, batch, reading)).collect();
    tallies.push(quota_points(batch, reading));
    tallies.push(full_points(batch, reading));
    tallies.push(fait_accompli_points(batch, reading));
    tallies
}

/// What the crate answers, unprepared and prepared.
type Answers = [Result<Seats, LotteryError>; 2];

fn answers(
    lottery: &Lottery,
    holder: Holder,
    draws: &[UBig],
    reading: Reading,
) -> impl Iterator<Item = Answers> {
    let ladder = lottery.ladder(holder).unwrap();
    draws.iter().map(move |x| {
        let draw = reading(x);
        [lottery.seats(&draw, holder), ladder.seats(&draw)]
    })
}

fn binomial(kind: &Kind, batch: u64, reading: Reading) -> Tally {
    Tally::of(
        "binomial",
        kind.name,
        kind.points,
        batch,
        reading,
        |chance, tally| {
            let question = (kind.ask)(chance);
            let steps = question.binomial();
            let draws = draws_of(chance, &steps, kind.steps);
            let draws = chance.some_of(draws, kind.draws);
            let oracle = |x: &UBig| Seats {
                guaranteed: 0,
                drawn: steps.seats(x),
            };
            tally.ask(SeatScheme::Binomial, &question, &draws, oracle);
        },
    )
}

fn quota_points(batch: u64, reading: Reading) -> Tally {
    Tally::of("quota", "any stake", 4000, batch, reading, |chance, tally| {
        let question = questions::any(chance);
        if u64::from(question.expected) >= question.total {
            return;
        }
        let draws = draws_by(chance, [quota::winning_draws(&question)]);
        let oracle = |x: &UBig| {
            let (guaranteed, drawn) = quota::seats(x, &question);
            Seats { guaranteed, drawn }
        };
        tally.ask(SeatScheme::Quota, &question, &draws, oracle);
    })
}

/// By choice, or because τ ≥ S.
fn full_points(batch: u64, reading: Reading) -> Tally {
    Tally::of("full", "any stake", 500, batch, reading, |chance, tally| {
        let question = questions::any(chance);
        let scheme = chance.one_of(&[SeatScheme::Full, SeatScheme::Quota, SeatScheme::Binomial]);
        if scheme != SeatScheme::Full && u64::from(question.expected) < question.total {
            return;
        }
        let draws = [UBig::ZERO, chance.x(), last_x()];
        tally.ask(scheme, &question, &draws, |_| weight_of(question.stake));
    })
}

fn weight_of(stake: u64) -> Seats {
    Seats {
        guaranteed: stake,
        drawn: 0,
    }
}

/// The split is a point, and so is each draw of some members.
fn fait_accompli_points(batch: u64, reading: Reading) -> Tally {
    Tally::of(
        "fait-accompli",
        "any electorate",
        2500,
        batch,
        reading,
        |chance, tally| {
            let (expected, stakes) = questions::electorate(chance);
            let lottery = Lottery::of(SeatScheme::FaitAccompli, expected, &stakes).unwrap();
            let split = fait_accompli::split(expected, &stakes);
            let of_crate = lottery.split().map(|split| (split.permanent, split.rest));
            tally.count((expected, &stakes), split, of_crate);
            // The last of the permanent members, the first after it and the last of all.
            let permanent = split.map_or(0, |(permanent, _)| permanent);
            let last = stakes.len() as u32;
            for place in [permanent, permanent + 1, last] {
                if (1..=last).contains(&place) {
                    let stake = stakes[place as usize - 1];
                    tally.ask_member(chance, &lottery, split, Holder::at(place, stake));
                }
            }
        },
    )
}

/// The ends, some draws from everywhere, and `count` steps of the distribution from both sides.
pub(crate) fn draws_of(chance: &mut Chance, steps: &Steps, count: usize) -> Vec<UBig> {
    // Beyond these no draw is left.
    let (least, most) = (steps.seats(&UBig::ZERO), steps.seats(&last_x()));
    let turns: Vec<UBig> = (0..count)
        .map(|number| {
            let k = match number % 4 {
                0 => least,
                1 => most.saturating_sub(1),
                2 => chance.within(least..=most),
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
