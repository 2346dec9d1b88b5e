//! The rank of a proposer.

use klero_sampling::codec::Wire;
use klero_sampling::vrf::{VrfInput, VrfOutput, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, Draw, Lottery, Priority, SeatScheme};

const CHAIN: Digest = Digest([1; 32]);
const SEED: Digest = Digest([2; 32]);
const PROPOSE: [u8; 5] = [0; 5];

fn output(round: u64) -> VrfOutput {
    let key = VrfSecretKey::from_seed(VrfSuite::Sr25519, &[3; 32]).unwrap();
    key.evaluate(&VrfInput::role(&CHAIN, &SEED, round, 0, PROPOSE))
        .unwrap()
}

/// [SORT-3] The least hash over the tickets 1 to j, each of output, id and ticket in 72 bytes.
#[test]
fn a_priority_is_the_least_of_its_tickets() {
    let (output, validator) = (output(1), Digest([4; 32]));
    let ticket = |i: u64| {
        let bytes = [
            output.as_bytes().as_slice(),
            validator.as_bytes(),
            &i.to_be_bytes(),
        ]
        .concat();
        blake3::derive_key("klero v1 priority", &bytes)
    };
    for seats in 1..=40 {
        let least = (1..=seats).map(ticket).min().unwrap();
        assert_eq!(
            Priority::best(&output, &validator, seats).unwrap().digest().0,
            least
        );
    }
}

/// [SORT-3] Without a seat there is nothing to propose with.
#[test]
fn without_a_seat_there_is_no_priority() {
    assert_eq!(Priority::best(&output(1), &Digest([4; 32]), 0), None);
}

/// [SORT-3] More seats never make the rank worse, and the lower digest is the better rank.
#[test]
fn more_seats_only_lower_the_priority() {
    let ranks: Vec<Priority> = (1..100)
        .filter_map(|seats| Priority::best(&output(7), &Digest([4; 32]), seats))
        .collect();
    assert!(ranks.windows(2).all(|pair| pair[1] <= pair[0]));
    assert!(ranks[98] < ranks[0]);
    assert_eq!(ranks[0] < ranks[98], ranks[0].digest().0 < ranks[98].digest().0);
}

#[test]
fn a_priority_is_encoded_as_its_digest() {
    struct Rank(Priority);
    impl borsh::BorshSerialize for Rank {
        fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
            self.0.serialize(writer)
        }
    }
    impl borsh::BorshDeserialize for Rank {
        fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
            Priority::deserialize_reader(reader).map(Rank)
        }
    }
    impl Wire for Rank {
        const MAX_BYTES: usize = 32;
    }
    let rank = Priority::from_digest(Digest([8; 32]));
    assert_eq!(Rank(rank).encode(), [8; 32]);
    assert_eq!(Rank::decode(&[8; 32]).unwrap().0, rank);
}

/// [SORT-3] [SORT-4] The chance to win is the share of stake, held by one validator or by many: 5,000 periods with
/// one holder of a half, one of a quarter, and a quarter in five equal parts. The draws are fixed by the keys, so
/// the counts are the same at every run; they lie within four standard deviations of the shares.
#[test]
fn proposers_win_by_their_share_of_stake() {
    let stakes: [u64; 7] = [500, 250, 50, 50, 50, 50, 50];
    let lottery = Lottery::new(SeatScheme::Binomial, 20, 1000).unwrap();
    let mut wins = [0_i64; 7];
    for round in 0..5000 {
        let output = output(round);
        let rank = |index: usize| {
            let validator = Digest([index as u8; 32]);
            let seats = lottery
                .seats(&Draw::new(&output, &validator), stakes[index])
                .unwrap();
            Priority::best(&output, &validator, seats.total()).map(|rank| (rank, index))
        };
        if let Some((_, winner)) = (0..7).filter_map(rank).min() {
            wins[winner] += 1;
        }
    }
    // √(5000 · 1/2 · 1/2) = 35, √(5000 · 1/4 · 3/4) = 31.
    assert!((wins[0] - 2500).abs() < 140, "{wins:?}");
    assert!((wins[1] - 1250).abs() < 124, "{wins:?}");
    assert!((wins[2..].iter().sum::<i64>() - 1250).abs() < 124, "{wins:?}");
}
