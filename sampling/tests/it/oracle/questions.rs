//! What is asked: kinds of stakes, totals and expected seats, each with its share of a batch.

use klero_sampling::{MAX_EXPECTED, MAX_TOTAL};

use super::{Chance, EXACT, Question};

/// One kind of question about binomial seats.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Points of each batch.
    pub(crate) points: u64,
    /// How many steps of one distribution are looked at from both sides.
    pub(crate) steps: usize,
    /// The most draws of one question, where an answer takes the crate long.
    pub(crate) draws: usize,
    pub(crate) ask: fn(&mut Chance) -> Question,
}

impl Kind {
    pub(crate) fn is_slow(&self) -> bool {
        self.draws < usize::MAX
    }
}

const GREATEST: u64 = MAX_EXPECTED as u64;

/// The kinds of binomial questions.
pub(crate) const KINDS: [Kind; 13] = [
    kind("no stake", 100, 1, |chance| Question {
        stake: 0,
        ..short(chance)
    }),
    kind("few units", 2000, 4, few_units),
    kind("powers of two", 1500, 10, powers_of_two),
    kind("near powers of two", 600, 4, near_powers_of_two),
    kind("draws on steps", 400, 24, draws_on_steps),
    kind("up to 120 units", 2000, 4, short),
    kind("up to 4096 units", 840, 40, long),
    kind("everyday committees", 2400, 4, everyday),
    kind("a holder of everything", 500, 8, whole),
    kind("totals near 2^63", 1500, 4, great_total),
    kind("less than one seat", 1000, 4, small_mean),
    slow("almost certain units", 148, 12, dense),
    slow("a great many seats", 12, 4, great_expected),
];

const fn kind(name: &'static str, points: u64, steps: usize, ask: fn(&mut Chance) -> Question) -> Kind {
    Kind {
        name,
        points,
        steps,
        draws: usize::MAX,
        ask,
    }
}

/// Every draw takes the walk over a great many seats.
const fn slow(name: &'static str, points: u64, draws: usize, ask: fn(&mut Chance) -> Question) -> Kind {
    Kind {
        draws,
        ..kind(name, points, 8, ask)
    }
}

/// τ from 1 to what is below S and within the domain, of any order of magnitude.
fn any_expected(chance: &mut Chance, total: u64) -> u32 {
    let most = (total - 1).min(GREATEST);
    u32::try_from(chance.spread(1..=most)).unwrap()
}

fn few_units(chance: &mut Chance) -> Question {
    let total = chance.within(2..=64);
    let expected = chance.within(1..=total - 1);
    Question::new(
        chance.within(1..=total.min(16)),
        total,
        u32::try_from(expected).unwrap(),
    )
}

/// p is a short fraction over a power of two, so that draws can lie on steps: up to s·log2(S/τ) = 257.
fn powers_of_two(chance: &mut Chance) -> Question {
    let bits = chance.within(1..=20);
    let expected = 1 << chance.within(0..=20);
    let total = u64::from(expected as u32) << bits;
    let most = (260 / bits + 2).min(total);
    Question::new(chance.within(1..=most), total, expected as u32)
}

/// S = c·2^b with a small odd c: the distributions whose steps are draws although S is no power of two are here.
fn near_powers_of_two(chance: &mut Chance) -> Question {
    let total = (chance.within(1..=7) * 2 + 1) << chance.within(1..=58);
    let expected = any_expected(chance, total);
    Question::new(chance.within(1..=total.min(30)), total, expected)
}

/// (s, c, b, τ): a CDF(k) of s units with τ of S = c·2^b is (2x + 1)/2^257, although c is no factor of τ. They are
/// found by lifting the roots τ of S^s·CDF(k) modulo c to those modulo c^s.
const ON_STEPS: [(u64, u64, u32, u32); 12] = [
    (13, 3, 20, 164_449),
    (13, 3, 20, 518_743),
    (13, 3, 20, 873_037),
    (13, 3, 20, 146_927),
    (13, 3, 20, 855_515),
    (13, 3, 21, 328_898),
    (13, 3, 21, 293_854),
    (13, 3, 22, 657_796),
    (6, 5, 43, 2069),
    (6, 5, 43, 2721),
    (6, 5, 44, 5442),
    (6, 5, 45, 8276),
];

fn draws_on_steps(chance: &mut Chance) -> Question {
    let (stake, factor, bits, expected) = chance.one_of(&ON_STEPS);
    Question::new(stake, factor << bits, expected)
}

fn short(chance: &mut Chance) -> Question {
    let total = chance.spread(2..=MAX_TOTAL);
    let expected = any_expected(chance, total);
    Question::new(chance.within(1..=total.min(120)), total, expected)
}

fn long(chance: &mut Chance) -> Question {
    let total = chance.spread(200..=MAX_TOTAL);
    let expected = any_expected(chance, total);
    Question::new(chance.within(121..=total.min(EXACT)), total, expected)
}

/// Shares of a total with the expected seats that committees have.
fn everyday(chance: &mut Chance) -> Question {
    let expected = chance.one_of(&[20, 500, 961, 1500, 2879, 5000]);
    let total = chance.spread(1_000_000..=MAX_TOTAL / 5);
    let part = chance.spread(1..=10_000);
    Question::new((total / part).max(EXACT + 1), total, expected)
}

fn whole(chance: &mut Chance) -> Question {
    let total = chance.spread(1 << 14..=MAX_TOTAL);
    let expected = chance.spread(1..=5000);
    let missing = chance.within(0..=1);
    Question::new(total - missing, total, u32::try_from(expected).unwrap())
}

fn great_total(chance: &mut Chance) -> Question {
    let total = MAX_TOTAL - chance.spread(0..=1 << 40);
    let expected = chance.spread(1..=1 << 14);
    let part = chance.spread(1..=1 << 20);
    Question::new(total / part, total, u32::try_from(expected).unwrap())
}

fn small_mean(chance: &mut Chance) -> Question {
    let total = chance.spread(1 << 20..=MAX_TOTAL);
    let expected = any_expected(chance, total);
    let most = (total / u64::from(expected)).max(EXACT + 1).min(total);
    Question::new(chance.spread(EXACT + 1..=most), total, expected)
}

/// τ is close to S, and pmf(0) as small as it gets.
fn dense(chance: &mut Chance) -> Question {
    let expected = chance.within(1 << 13..=1 << 17);
    let total = expected + chance.spread(1..=1 << 13);
    Question::new(
        chance.within(EXACT + 1..=total),
        total,
        u32::try_from(expected).unwrap(),
    )
}

fn great_expected(chance: &mut Chance) -> Question {
    let expected = GREATEST >> chance.spread(0..=4);
    let total = chance.spread(1 << 22..=MAX_TOTAL);
    Question::new(
        total - chance.spread(0..=total / 2),
        total,
        u32::try_from(expected).unwrap(),
    )
}

/// τ and the stakes of an electorate in descending order: some equal, some with a few that stand out.
pub(crate) fn electorate(chance: &mut Chance) -> (u32, Vec<u64>) {
    let members = chance.spread(1..=400);
    // The greatest stake leaves room for all others below 2^63.
    let greatest = chance.spread(1..=MAX_TOTAL / members);
    let shape = chance.within(0..=5);
    let large = chance.within(0..=members / 4);
    let mut stakes: Vec<u64> = (1..=members)
        .map(|place| match shape {
            0 => greatest,
            1 => greatest / place,
            2 => chance.spread(1..=greatest),
            3 => greatest >> (place / 4).min(63),
            // Few that stand out among single units.
            4 if place <= large => greatest,
            4 => 1,
            // A few distinct stakes, so that the split falls among equals.
            _ => greatest / chance.one_of(&[1, 2, 3, 500, 800]),
        })
        .map(|stake| stake.max(1))
        .collect();
    stakes.sort_unstable_by(|first, second| second.cmp(first));
    let expected = match chance.within(0..=3) {
        0 => chance.within(1..=members + 1),
        // As many seats as there are units left, or nearly.
        1 if shape == 4 => chance.within(members.max(2) - 1..=members + 1),
        1 => chance.spread(1..=GREATEST),
        _ => chance.spread(1..=3000),
    };
    (u32::try_from(expected).unwrap(), stakes)
}

/// Any question of the domain with s ≤ S, τ ≥ S among them.
pub(crate) fn any(chance: &mut Chance) -> Question {
    let total = chance.spread(1..=MAX_TOTAL);
    let expected = u32::try_from(chance.spread(1..=GREATEST)).unwrap();
    let stake = match chance.within(0..=9) {
        0 => total,
        1 => total - 1,
        2 => 0,
        _ => chance.spread(0..=total),
    };
    Question::new(stake, total, expected)
}
