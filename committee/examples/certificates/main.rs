//! Prints the tables of docs/src/measurements/certificates.md: `cargo run --release -p klero-committee --example
//! certificates`. Bytes, signers and proofs are the same at every run.
//!
//! With the path of a file of stakes (lines `id,stake,…` after a header), the figures of that electorate alone.
#![allow(clippy::print_stdout, reason = "a program that prints")]

mod clock;
mod round;
mod stakes;
mod table;
mod wire;

use std::hint::black_box;

use klero_committee::sampling::SeatScheme;
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::{UnverifiedCertificate, ValidatorKeys};

use clock::milliseconds;
use round::{Committee, Round, Size, keys};
use stakes::{Shape, VALIDATORS};
use table::{COMMITTEES, Row};

const SUITES: [VrfSuite; 2] = [VrfSuite::Sr25519, VrfSuite::Bls12381];

/// How many draws the second table is over.
const DRAWS: u32 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = match std::env::args().nth(1) {
        Some(path) => Some(read(&std::fs::read_to_string(path)?)?),
        None => None,
    };
    let electorates = match &given {
        Some(stakes) => vec![("given", stakes.clone())],
        None => Shape::ALL.map(|shape| (shape.name(), shape.stakes())).to_vec(),
    };
    let network = given.clone().unwrap_or_else(|| Shape::Network.stakes());
    println!("milliseconds: verified from bytes on one core, with fresh randomness and without\n");
    for suite in SUITES {
        let keys = keys(suite, network.len().max(VALIDATORS as usize));
        for committee in COMMITTEES {
            for (name, stakes) in &electorates {
                print_row(&Row::new(committee, name, stakes, &keys));
            }
        }
    }
    println!("\nquota, {DRAWS} draws: bytes (proofs), least, median, greatest\n");
    for suite in SUITES {
        let keys = keys(suite, network.len());
        for (expected, threshold) in [(961, 690), (2879, 1973)] {
            let committee = Committee::new(SeatScheme::Quota, expected, threshold);
            print_draws(&Round::new(committee, &network, &keys), &keys);
        }
    }
    if given.is_none() {
        println!("\nvotes of a role from wire bytes to tally: milliseconds together, one by one, ratio\n");
        wire::rows().iter().for_each(|row| println!("{row}"));
    }
    Ok(())
}

fn print_row(row: &Row) {
    let bytes = row.certificate.encode();
    let context = &row.round.context;
    let decode = || UnverifiedCertificate::decode(&bytes).unwrap();
    let calls = 2 + 1000 / (row.certificate.proofs.len() as u32 + 10);
    let (mut fresh, mut plain) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..3 {
        fresh = fresh.min(milliseconds(calls, || {
            drop(black_box(decode().verify_with(context, &[9; 32]).unwrap()));
        }));
        plain = plain.min(milliseconds(calls.div_ceil(4), || {
            drop(black_box(decode().verify(context).unwrap()));
        }));
    }
    println!("{} {fresh:.1} | {plain:.1} |", row.text);
}

fn print_draws(round: &Round, keys: &[ValidatorKeys]) {
    let mut sizes: [Vec<Size>; 3] = Default::default();
    for period in 0..DRAWS {
        let votes = round.votes(period);
        let present = round.without_a_fifth(&votes);
        let first = round.first_to_reach(&votes);
        for (sizes, votes) in sizes.iter_mut().zip([votes, present, first]) {
            let certificate = round.certificate(&votes).unwrap();
            sizes.push(Size::of(&certificate));
        }
    }
    let profile = round.context.profile();
    let (suite, size) = (keys[0].vrf.suite(), profile.cert);
    print!("| {}, {} | {suite} |", size.expected, size.threshold);
    for mut sizes in sizes {
        sizes.sort_by_key(|size| size.bytes);
        let places = [0, sizes.len() / 2, sizes.len() - 1];
        let texts = places.map(|place| format!("{} ({})", sizes[place].bytes, sizes[place].proofs));
        print!(" {} |", texts.join(", "));
    }
    println!();
}

/// The stakes of a file in descending order.
fn read(text: &str) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    let mut stakes: Vec<u64> = Vec::new();
    for line in text.lines().skip(1) {
        let stake = line.split(',').nth(1).ok_or("a line without a stake")?;
        stakes.push(stake.parse()?);
    }
    stakes.sort_unstable_by(|a, b| b.cmp(a));
    Ok(stakes)
}
