//! Quota seats [SEAT-1].

use dashu::integer::UBig;

use super::{Question, draws_below, is_below};

/// ⌊τ·s/S⌋ and τ·s mod S.
fn parts(question: &Question) -> (UBig, UBig) {
    let product = UBig::from(question.stake) * question.expected;
    let total = UBig::from(question.total);
    (&product / &total, product % total)
}

/// Guaranteed seats, and the one drawn: u < frac(τ·s/S).
pub(crate) fn seats(x: &UBig, question: &Question) -> (u64, u64) {
    let (guaranteed, rest) = parts(question);
    let wins = is_below(x, &rest, &UBig::from(question.total));
    (u64::try_from(guaranteed).unwrap(), u64::from(wins))
}

/// How many draws win the extra seat: the x of the first that does not.
pub(crate) fn winning_draws(question: &Question) -> UBig {
    draws_below(&parts(question).1, &UBig::from(question.total))
}
