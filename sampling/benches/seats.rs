//! What one draw costs: `quota` and `binomial` seats, beside a loop over `statrs`' distribution function as one
//! would write it without further thought, at means of 1, 10, 100 and 2000 seats.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use klero_sampling::{Domain, Draw, Lottery, SeatScheme};
use statrs::distribution::{Binomial, DiscreteCDF};

/// τ = 10 000 of S = 10^15: a stake of q·10^11 has q seats on average.
const EXPECTED: u32 = 10_000;
const TOTAL: u64 = 1_000_000_000_000_000;
const MEANS: [u64; 4] = [1, 10, 100, 2000];

const fn stake(mean: u64) -> u64 {
    mean * (TOTAL / EXPECTED as u64)
}

/// A fixed sequence of draws, so that all contestants answer the same questions.
fn draws() -> Vec<Draw> {
    let draw = |number: u64| Draw::from_bytes(Domain::Draw.digest(&number).0);
    (0..1024).map(draw).collect()
}

/// u as the nearest float, and the first k whose distribution function exceeds it.
fn naive_binomial(draw: &Draw, stake: u64) -> u64 {
    let top = draw
        .as_bytes()
        .iter()
        .take(8)
        .fold(0_u64, |top, byte| top << 8 | u64::from(*byte));
    let u = (top as f64 + 0.5) / 2_f64.powi(64);
    let seats = Binomial::new(f64::from(EXPECTED) / TOTAL as f64, stake).unwrap();
    (0..stake).find(|k| u < seats.cdf(*k)).unwrap_or(stake)
}

fn quota(criterion: &mut Criterion) {
    let lottery = Lottery::new(SeatScheme::Quota, EXPECTED, TOTAL).unwrap();
    let draws = draws();
    let mut group = criterion.benchmark_group("quota");
    for mean in MEANS {
        // A third of a unit more, so that there is a fraction to draw for.
        let stake = stake(mean) + TOTAL / u64::from(EXPECTED) / 3;
        let mut next = draws.iter().cycle();
        group.bench_function(BenchmarkId::new("draw", mean), |bench| {
            bench.iter(|| lottery.seats(black_box(next.next().unwrap()), black_box(stake)));
        });
    }
}

fn binomial(criterion: &mut Criterion) {
    let lottery = Lottery::new(SeatScheme::Binomial, EXPECTED, TOTAL).unwrap();
    let draws = draws();
    let mut group = criterion.benchmark_group("binomial");
    for mean in MEANS {
        let stake = stake(mean);
        let mut next = draws.iter().cycle();
        group.bench_function(BenchmarkId::new("draw", mean), |bench| {
            bench.iter(|| lottery.seats(black_box(next.next().unwrap()), black_box(stake)));
        });
        group.bench_function(BenchmarkId::new("prepare", mean), |bench| {
            bench.iter(|| lottery.ladder(black_box(stake)));
        });
        let ladder = lottery.ladder(stake).unwrap();
        let mut next = draws.iter().cycle();
        group.bench_function(BenchmarkId::new("prepared draw", mean), |bench| {
            bench.iter(|| ladder.seats(black_box(next.next().unwrap())));
        });
        let mut next = draws.iter().cycle();
        group.bench_function(BenchmarkId::new("naive statrs", mean), |bench| {
            bench.iter(|| naive_binomial(black_box(next.next().unwrap()), black_box(stake)));
        });
    }
}

criterion_group!(benches, quota, binomial);
criterion_main!(benches);
