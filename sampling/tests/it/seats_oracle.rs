//! Seats at a million points against their definition.

use std::io::{Write, stderr};

use crate::oracle::draw;
use crate::oracle::points::{self, Tally};

/// Batches of the million.
const BATCHES: u64 = 50;

/// [SEAT-1] [SEAT-2] [SEAT-3] [SEAT-4] [SORT-2] The first batch, with draws next to every kind of step.
#[test]
fn twenty_thousand_points_without_a_difference() {
    report("batch 0", &points::batch(0), 20_000);
}

/// The points show what they are there for: were the last 64 bits of a draw left out, every kind with a chance would
/// tell.
#[test]
fn a_draw_read_with_192_bits_makes_a_difference() {
    let tallies = points::quick(0, |x| draw(&(x >> 64 << 64)));
    for tally in tallies {
        let without_chance = tally.scheme == "full" || tally.kind == "no stake";
        assert_eq!(tally.differences.is_empty(), without_chance, "{}", tally.kind);
    }
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

fn fifth(number: u64) {
    let batches = number * BATCHES / 5..(number + 1) * BATCHES / 5;
    report(&format!("fifth {number}"), &merged(batches), 200_000);
}

macro_rules! fifths {
    ($($name:ident $number:literal)*) => {$(
        /// [SEAT-1] [SEAT-2] [SEAT-3] [SEAT-4] [SORT-2]
        #[test]
        #[ignore = "200,000 points: two minutes; run by `make oracle`"]
        fn $name() {
            fifth($number);
        }
    )*};
}

fifths! {
    oracle_first_fifth 0
    oracle_second_fifth 1
    oracle_third_fifth 2
    oracle_fourth_fifth 3
    oracle_last_fifth 4
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

/// To the terminal even where the output of tests is held back: a fifth takes minutes.
fn say(line: &str) {
    let mut terminal = stderr();
    writeln!(terminal, "{line}").unwrap();
}
