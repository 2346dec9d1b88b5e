//! One operation, a given number of times, for a tool that counts instructions: the difference between two numbers of
//! times is what the operation takes, without what went before it. `scripts/instructions.sh` runs it so.
//!
//! `instructions` lists the operations; `instructions NAME TIMES` runs one.

use std::hint::black_box;
use std::io::Write;

use klero_sampling::vrf::{VrfClaim, VrfInput, VrfProof, VrfPublicKey, VrfSecretKey, VrfSuite, verify_batch};
use klero_sampling::{Digest, Domain, Draw, Lottery, SeatScheme};
use statrs::distribution::{Binomial, DiscreteCDF};

/// As in the bench `seats`: a stake of q·10^11 has q seats on average.
const EXPECTED: u32 = 10_000;
const TOTAL: u64 = 1_000_000_000_000_000;
const UNIT: u64 = TOTAL / EXPECTED as u64;
const BATCH: u64 = 1000;

type Operation = (&'static str, fn(u64));

const OPERATIONS: [Operation; 15] = [
    ("quota-draw", quota),
    ("binomial-draw-1", |times| binomial(1, times)),
    ("binomial-draw-10", |times| binomial(10, times)),
    ("binomial-draw-100", |times| binomial(100, times)),
    ("binomial-prepare-10", |times| prepare(10, times)),
    ("binomial-prepare-100", |times| prepare(100, times)),
    ("binomial-prepared-draw-10", |times| prepared(10, times)),
    ("binomial-prepared-draw-100", |times| prepared(100, times)),
    ("binomial-prepared-draw-2000", |times| prepared(2000, times)),
    ("naive-statrs-draw-10", |times| naive(10, times)),
    ("naive-statrs-draw-100", |times| naive(100, times)),
    ("sr25519-verify-one", |times| one_by_one(VrfSuite::Sr25519, times)),
    ("sr25519-verify-1000", |times| together(VrfSuite::Sr25519, times)),
    ("bls12381-verify-one", |times| {
        one_by_one(VrfSuite::Bls12381, times);
    }),
    ("bls12381-verify-1000", |times| {
        together(VrfSuite::Bls12381, times);
    }),
];

fn main() {
    let mut args = std::env::args().skip(1);
    let Some(name) = args.next() else {
        let names: Vec<&str> = OPERATIONS.iter().map(|(name, _)| *name).collect();
        std::io::stdout()
            .write_all((names.join("\n") + "\n").as_bytes())
            .unwrap();
        return;
    };
    let times: u64 = args
        .next()
        .and_then(|times| times.parse().ok())
        .expect("instructions NAME TIMES");
    let (_, operation) = OPERATIONS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a name that `instructions` lists");
    operation(times);
}

fn draw(number: u64) -> Draw {
    Draw::from_bytes(Domain::Draw.digest(&number).0)
}

/// The same draw each time, next to the middle: it takes about the mean number of steps.
fn middle() -> Draw {
    Draw::from_bytes([0x80; 32])
}

fn quota(times: u64) {
    let lottery = Lottery::new(SeatScheme::Quota, EXPECTED, TOTAL).unwrap();
    let draw = draw(1);
    for _ in 0..times {
        black_box(
            lottery
                .seats(black_box(&draw), black_box(10 * UNIT + UNIT / 3))
                .unwrap(),
        );
    }
}

fn binomial(mean: u64, times: u64) {
    let lottery = Lottery::new(SeatScheme::Binomial, EXPECTED, TOTAL).unwrap();
    let draw = middle();
    for _ in 0..times {
        black_box(lottery.seats(black_box(&draw), black_box(mean * UNIT)).unwrap());
    }
}

fn prepare(mean: u64, times: u64) {
    let lottery = Lottery::new(SeatScheme::Binomial, EXPECTED, TOTAL).unwrap();
    for _ in 0..times {
        black_box(lottery.ladder(black_box(mean * UNIT)).unwrap());
    }
}

fn prepared(mean: u64, times: u64) {
    let lottery = Lottery::new(SeatScheme::Binomial, EXPECTED, TOTAL).unwrap();
    let (ladder, draw) = (lottery.ladder(mean * UNIT).unwrap(), middle());
    for _ in 0..times {
        black_box(ladder.seats(black_box(&draw)).unwrap());
    }
}

/// A loop over the distribution function of `statrs`, as one would write it without further thought.
fn naive(mean: u64, times: u64) {
    let seats = Binomial::new(f64::from(EXPECTED) / TOTAL as f64, mean * UNIT).unwrap();
    for _ in 0..times {
        let u = black_box(0.5);
        black_box((0..mean * UNIT).find(|k| u < seats.cdf(*k)));
    }
}

fn proofs(suite: VrfSuite, input: &VrfInput) -> Vec<(VrfPublicKey, VrfProof)> {
    let proof = |number| {
        let seed = Domain::Keys.digest(&("instructions", number));
        let key = VrfSecretKey::from_seed(suite, seed.as_bytes()).unwrap();
        (key.public(), key.prove(input).unwrap())
    };
    (0..BATCH).map(proof).collect()
}

fn input() -> VrfInput {
    VrfInput::role(&Digest([1; 32]), &Digest([2; 32]), 7, 0, [1, 0, 0, 0, 0])
}

fn one_by_one(suite: VrfSuite, times: u64) {
    let input = input();
    let proofs = proofs(suite, &input);
    for (key, proof) in proofs.iter().cycle().take(times as usize) {
        assert!(key.verify(black_box(&input), black_box(proof)).is_ok());
    }
}

fn together(suite: VrfSuite, times: u64) {
    let input = input();
    let proofs = proofs(suite, &input);
    let claims: Vec<VrfClaim<'_>> = proofs
        .iter()
        .map(|(key, proof)| VrfClaim {
            key,
            input: &input,
            proof,
        })
        .collect();
    for time in 0..times {
        let entropy = Domain::BatchCoefficients.digest(&time).0;
        assert!(
            verify_batch(black_box(&claims), &entropy)
                .iter()
                .all(Result::is_ok)
        );
    }
}
