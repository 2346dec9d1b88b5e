//! Seats at a million points against their definition.

use std::io::{Write, stderr};

use crate::oracle::points::{self, Tally};

/// Batches of the million.
const BATCHES: u64 = 50;

/// [SEAT-1] [SEAT-2] [SEAT-3] [SEAT-4] [SORT-2] The first batch, with draws next to every kind of step.
#[test]
fn twenty_thousand_points_without_a_difference() {
    report("batch 0", &points::batch(0), 20_000);
}

/// Counts of several batches by kind.
fn merged(batches: impl Iterator<Item = u64>) -> Vec<Tally> {
    let mut sum: Vec<Tally> = Vec::new();
    for batch in batches {
        let tallies = points::batch(batch);
        say(&format!(
            "batch {batch}: {} differences",
            differences(&tallies).len()
        ));
        if sum.is_empty() {
            sum = tallies;
            continue;
        }
        for (all, more) in sum.iter_mut().zip(tallies) {
            all.points += more.points;
            all.time += more.time;
            all.differences.extend(more.differences);
        }
    }
    sum
}

fn quarter(number: u64) {
    let per = BATCHES.div_ceil(4);
    let batches = number * per..BATCHES.min((number + 1) * per);
    let points = (batches.end - batches.start) * 20_000;
    report(&format!("quarter {number}"), &merged(batches), points);
}

macro_rules! quarters {
    ($($name:ident $number:literal)*) => {$(
        /// [SEAT-1] [SEAT-2] [SEAT-3] [SEAT-4] [SORT-2]
        #[test]
        #[ignore = "a quarter of the million points: some minutes; run by `make oracle`"]
        fn $name() {
            quarter($number);
        }
    )*};
}

quarters! {
    oracle_first_quarter 0
    oracle_second_quarter 1
    oracle_third_quarter 2
    oracle_fourth_quarter 3
}

fn differences(tallies: &[Tally]) -> Vec<&String> {
    tallies.iter().flat_map(|tally| &tally.differences).collect()
}

/// Says what was asked and how long it took, and fails if there is a difference.
fn report(name: &str, tallies: &[Tally], points: u64) {
    for tally in tallies {
        say(&format!(
            "{name}: {:13} {:24} {:7} points {:8} ms {} differences",
            tally.scheme,
            tally.kind,
            tally.points,
            tally.time.as_millis(),
            tally.differences.len(),
        ));
    }
    let differences = differences(tallies);
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(tallies.iter().map(|tally| tally.points).sum::<u64>(), points);
}

/// To the terminal even where the output of tests is held back: a quarter takes minutes.
fn say(line: &str) {
    writeln!(stderr(), "{line}").unwrap();
}
