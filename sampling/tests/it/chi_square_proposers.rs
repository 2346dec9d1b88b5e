//! Proposers win by their share of stake, whole or split [B7].

use klero_sampling::vrf::VrfOutput;
use klero_sampling::{Digest, Draw, Ladder, Lottery, Priority, SeatScheme};

use crate::chi_square::{REJECT, groups, p_value};

const PERIODS: u64 = 20_000;

/// The rank of a validator's proposal by its VRF output, id and seats; the lowest wins.
type Rank = fn(&VrfOutput, &Digest, u64) -> Option<[u8; 32]>;

fn by_priority(output: &VrfOutput, validator: &Digest, seats: u64) -> Option<[u8; 32]> {
    Priority::best(output, validator, seats).map(|priority| priority.digest().0)
}

/// What [SORT-3] rules out: the bits that decided selection decide again.
fn by_draw(output: &VrfOutput, validator: &Digest, seats: u64) -> Option<[u8; 32]> {
    (seats > 0).then(|| *Draw::new(output, validator).as_bytes())
}

/// One ticket whatever the seats.
fn by_first_ticket(output: &VrfOutput, validator: &Digest, seats: u64) -> Option<[u8; 32]> {
    by_priority(output, validator, seats.min(1))
}

/// How often each of the stakes wins.
fn wins(scheme: SeatScheme, expected: u32, stakes: &[u64], step: u8, rank: Rank) -> Vec<u64> {
    let lottery = Lottery::new(scheme, expected, stakes.iter().sum()).unwrap();
    let ladders: Vec<Ladder> = stakes
        .iter()
        .map(|stake| lottery.ladder(*stake).unwrap())
        .collect();
    let mut wins = vec![0; stakes.len()];
    for (output, validator) in groups(step, PERIODS) {
        let ranks = ladders.iter().enumerate().filter_map(|(index, ladder)| {
            let id = validator(index);
            let seats = ladder.seats(&Draw::new(&output, &id)).unwrap();
            rank(&output, &id, seats.total()).map(|rank| (rank, index))
        });
        if let Some((_, winner)) = ranks.min() {
            wins[winner] += 1;
        }
    }
    wins
}

fn shares(stakes: &[u64]) -> Vec<f64> {
    let total = stakes.iter().sum::<u64>() as f64;
    stakes.iter().map(|stake| *stake as f64 / total).collect()
}

/// A half, a quarter, and a quarter in five parts.
const STAKES: [u64; 7] = [500, 250, 50, 50, 50, 50, 50];

/// [SORT-3] With few seats in a period, with enough, and with many.
#[test]
fn proposers_win_by_their_share() {
    for (step, expected) in [(0, 3), (1, 20), (2, 100)] {
        let wins = wins(SeatScheme::Binomial, expected, &STAKES, step, by_priority);
        let p = p_value(&wins, &shares(&STAKES));
        assert!(p > REJECT, "{expected}: {p} {wins:?}");
    }
}

/// [SORT-3] The same with everyone a member, where the tickets alone decide: p = min(1, τ/S).
#[test]
fn proposers_win_by_their_share_where_every_unit_wins() {
    let stakes = STAKES.map(|stake| stake / 10);
    let wins = wins(SeatScheme::Binomial, 100, &stakes, 3, by_priority);
    let p = p_value(&wins, &shares(&stakes));
    assert!(p > REJECT, "{p} {wins:?}");
}

/// [SORT-3] Quota seats, a rank from the bits of selection, and one ticket for all seats: none gives shares.
#[test]
fn other_rules_for_proposers_are_rejected() {
    let others: [(SeatScheme, Rank); 3] = [
        (SeatScheme::Quota, by_priority),
        (SeatScheme::Binomial, by_draw),
        (SeatScheme::Binomial, by_first_ticket),
    ];
    for (scheme, rank) in others {
        let wins = wins(scheme, 3, &STAKES, 0, rank);
        let p = p_value(&wins, &shares(&STAKES));
        assert!(p < REJECT, "{scheme:?}: {p} {wins:?}");
    }
}

/// [SORT-3] [SORT-4] The owner of a quarter wins a quarter of the periods with 1, 5 or 25 validators.
#[test]
fn splitting_stake_wins_no_proposals() {
    for (step, parts) in [(4, 1), (5, 5), (6, 25)] {
        let mut stakes = vec![500, 250];
        stakes.extend(vec![250 / parts; parts as usize]);
        let wins = wins(SeatScheme::Binomial, 4, &stakes, step, by_priority);
        let by_owner = [wins[0], wins[1], wins[2..].iter().sum()];
        let p = p_value(&by_owner, &[0.5, 0.25, 0.25]);
        assert!(p > REJECT, "{parts}: {p} {by_owner:?}");
    }
}
