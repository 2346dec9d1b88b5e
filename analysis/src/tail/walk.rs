//! The walk over the terms of a distribution; [`super`] says why its sums are bounds.

use crate::wide::{Round, Wide};

use super::law::Law;

/// Where a walk goes from the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// To smaller numbers.
    Down,
    /// To greater numbers.
    Up,
}

impl Direction {
    /// Up if told so.
    pub(super) const fn of(up: bool) -> Self {
        if up { Self::Up } else { Self::Down }
    }

    const fn opposite(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

/// P[X ≥ k] for k above the middle and the direction up, `P[X < k]` for all other k and the direction down.
pub(super) fn share(law: &impl Law, k: u64, direction: Direction, round: Round) -> Wide {
    let is_tail = |j: u64| (j >= k) == (direction == Direction::Up);
    let opposite = round.opposite();
    let tail = terms(law, direction, round).skip_while(|(j, _)| !is_tail(*j));
    let tail = sum(tail, round);
    let near = terms(law, direction, opposite).take_while(|(j, _)| !is_tail(*j));
    let near = sum(near, opposite);
    let far = sum(terms(law, direction.opposite(), opposite).skip(1), opposite);
    let all = tail.add(near.add(far, opposite), opposite);
    tail.div(all, round)
}

/// The sum of all terms.
pub(super) fn total(law: &impl Law, round: Round) -> Wide {
    let down = sum(terms(law, Direction::Down, round).skip(1), round);
    sum(terms(law, Direction::Up, round), round).add(down, round)
}

/// The numbers from the middle on, each with its term.
pub(super) fn terms<L: Law>(law: &L, direction: Direction, round: Round) -> Terms<'_, L> {
    let (first, last) = law.support();
    Terms {
        law,
        next: Some((law.middle(), law.start())),
        end: match direction {
            Direction::Down => Some(first),
            Direction::Up => last,
        },
        direction,
        round,
    }
}

/// All terms from the j-th on have a smaller sum; j is not the middle.
pub(super) fn remainder(j: u64, term: Wide, round: Round) -> Wide {
    term.mul_u64(j.saturating_add(1), round)
}

/// The sum of terms that lead away from the middle.
fn sum(terms: impl Iterator<Item = (u64, Wide)>, round: Round) -> Wide {
    let mut sum = Wide::ZERO;
    for (j, term) in terms {
        let negligible = sum.shrink(100);
        // The first of all terms is not below a sum of nothing, so the middle never ends the walk.
        if term < negligible {
            let rest = remainder(j, term, Round::Up);
            if rest <= negligible {
                return if round == Round::Up {
                    sum.add(rest, round)
                } else {
                    sum
                };
            }
        }
        sum = sum.add(term, round);
    }
    sum
}

/// The terms of a distribution on one side of its middle.
pub(super) struct Terms<'a, L> {
    law: &'a L,
    next: Option<(u64, Wide)>,
    end: Option<u64>,
    direction: Direction,
    round: Round,
}

impl<L: Law> Iterator for Terms<'_, L> {
    type Item = (u64, Wide);

    fn next(&mut self) -> Option<(u64, Wide)> {
        let (j, term) = self.next?;
        self.next = if self.end == Some(j) {
            None
        } else {
            match self.direction {
                Direction::Down => j.checked_sub(1).map(|k| (k, self.law.below(term, j, self.round))),
                Direction::Up => j.checked_add(1).map(|k| (k, self.law.above(term, j, self.round))),
            }
        };
        Some((j, term))
    }
}
