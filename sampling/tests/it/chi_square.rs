//! Pearson's chi-square test, and the draws that it is applied to.
//!
//! The keys are fixed, hence so are all draws and every outcome: a test here passes always or never. What is
//! rejected was fixed before the first draw: by the keys, one of the 24 right hypotheses of these files would be
//! rejected with a chance of 1 in 400. Beside them stand wrong ones, which are rejected.

use klero_sampling::vrf::{VrfInput, VrfOutput, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, Draw};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// A hypothesis is rejected when counts as far off have a lower chance than this.
pub(crate) const REJECT: f64 = 1e-4;

/// The fewest counts expected in a cell; cells with less are joined with the next.
const LEAST: f64 = 10.0;

/// The outputs of one VRF key in a step, round after round.
pub(crate) fn outputs(step: u8, rounds: u64) -> impl Iterator<Item = VrfOutput> {
    let key = VrfSecretKey::from_seed(VrfSuite::Sr25519, &[7; 32]).unwrap();
    let (chain, seed) = (Digest([1; 32]), Digest([2; 32]));
    (0..rounds).map(move |round| {
        let input = VrfInput::role(&chain, &seed, round, 0, [step, 0, 0, 0, 0]);
        key.evaluate(&input).unwrap()
    })
}

/// Outputs with the validators that draw by them, a hundred groups by each output: one evaluation of the VRF takes
/// longer than all that follows from it.
pub(crate) fn groups(step: u8, count: u64) -> impl Iterator<Item = (VrfOutput, impl Fn(usize) -> Digest)> {
    assert_eq!(count % 100, 0);
    outputs(step, count / 100).flat_map(|output| {
        (0..100).map(move |group| (output, move |index: usize| validator(group * 1000 + index)))
    })
}

/// The validators with the ids 0, 1, …
fn validator(index: usize) -> Digest {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&(index as u64).to_be_bytes());
    Digest(id)
}

/// Draws of `validators` validators in `rounds` rounds.
pub(crate) fn draws(step: u8, rounds: u64, validators: usize) -> impl Iterator<Item = Draw> {
    outputs(step, rounds)
        .flat_map(move |output| (0..validators).map(move |index| Draw::new(&output, &validator(index))))
}

/// How often each of 0, 1, … `last` occurs; what is greater counts as `last`.
pub(crate) fn counts(values: impl Iterator<Item = u64>, last: usize) -> Vec<u64> {
    let mut counts = vec![0; last + 1];
    for value in values {
        counts[usize::try_from(value).unwrap().min(last)] += 1;
    }
    counts
}

/// The chance of counts at least as far from the probabilities as these. The last cell stands for all that the
/// probabilities leave.
pub(crate) fn p_value(counts: &[u64], probabilities: &[f64]) -> f64 {
    assert_eq!(counts.len(), probabilities.len());
    let number = counts.iter().sum::<u64>() as f64;
    let (last, others) = probabilities.split_last().unwrap();
    let rest = (1.0 - others.iter().sum::<f64>()).max(*last);
    let expected = others.iter().chain([&rest]).map(|share| share * number);
    let cells = joined(counts.iter().map(|count| *count as f64).zip(expected), |cell| {
        cell.1
    });
    let distance = cells
        .iter()
        .map(|(count, expected)| (count - expected).powi(2) / expected);
    beyond(distance.sum(), cells.len() - 1)
}

/// The chance that two samples of one size and one distribution are at least as far apart as these.
pub(crate) fn p_value_of_two(one: &[u64], other: &[u64]) -> f64 {
    assert_eq!(one.iter().sum::<u64>(), other.iter().sum::<u64>());
    let pairs = one.iter().zip(other).map(|(a, b)| (*a as f64, *b as f64));
    let cells = joined(pairs, |cell| (cell.0 + cell.1) / 2.0);
    let distance = cells.iter().map(|(a, b)| (a - b).powi(2) / (a + b));
    beyond(distance.sum(), cells.len() - 1)
}

/// Joins each cell that is too small with its successors, and what is left at the end with the last.
fn joined(cells: impl Iterator<Item = (f64, f64)>, size: impl Fn(&(f64, f64)) -> f64) -> Vec<(f64, f64)> {
    let add = |one: (f64, f64), other: (f64, f64)| (one.0 + other.0, one.1 + other.1);
    let mut joined = Vec::new();
    let mut open = (0.0, 0.0);
    for cell in cells {
        open = add(open, cell);
        if size(&open) >= LEAST {
            joined.push(open);
            open = (0.0, 0.0);
        }
    }
    let last = joined.pop().expect("counts");
    joined.push(add(last, open));
    joined
}

/// The chance of a chi-square variable to exceed the distance.
fn beyond(distance: f64, degrees: usize) -> f64 {
    assert!(degrees > 0, "one cell shows nothing");
    ChiSquared::new(degrees as f64).unwrap().sf(distance)
}

/// Upper quantiles as printed in statistical tables.
#[test]
fn the_distribution_is_that_of_the_tables() {
    for (degrees, distance, chance) in [
        (1, 3.841_459, 0.05),
        (1, 15.136_705, 1e-4),
        (10, 23.209_251, 0.01),
        (100, 149.449_253, 0.001),
    ] {
        let found = beyond(distance, degrees);
        assert!((found / chance - 1.0).abs() < 1e-5, "{degrees} {found}");
    }
}

/// Sixty throws, each face ten times but for two: (10² + 10²)/10 = 20 with five degrees of freedom.
#[test]
fn a_loaded_die_is_told_from_a_fair_one() {
    let fair = [1.0 / 6.0; 6];
    assert!((p_value(&[10; 6], &fair) - 1.0).abs() < 1e-12);
    let loaded = p_value(&[20, 0, 10, 10, 10, 10], &fair);
    assert!((loaded - 0.001_250).abs() < 1e-6, "{loaded}");
    assert!(p_value(&[30, 0, 0, 10, 10, 10], &fair) < REJECT);
    assert!(p_value_of_two(&[100, 50], &[50, 100]) < REJECT);
    assert!(p_value_of_two(&[100, 50], &[90, 60]) > 0.1);
}

/// Small cells are counted together, none is lost.
#[test]
fn small_cells_are_joined() {
    let cells = [(1.0, 4.0), (2.0, 7.0), (3.0, 10.0), (4.0, 1.0), (5.0, 2.0)];
    assert_eq!(
        joined(cells.into_iter(), |cell| cell.1),
        [(3.0, 11.0), (12.0, 13.0)]
    );
}
