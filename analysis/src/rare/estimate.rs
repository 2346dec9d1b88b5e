//! The estimate of a rare event's chance, and how sure it is.

use crate::{Event, Log2Bound, Verdict};

use super::random::Random;
use super::sum::{SeatSum, threshold};

/// Standard deviations on either side of a normal mean within which 95 % lie.
const Z_95: f64 = 1.959_963_984_540_054;

/// −ln 0.025: with no hit in n draws, the chance of one is below this by n, 97.5 % sure.
const NONE_97_5: f64 = 3.688_879_454_113_936;

/// A bound is contradicted if it lies so many standard errors below the estimate; by chance one in 30,000 does.
const FAR: f64 = 4.0;

/// What rounding may be off, relatively: of the bounds' logarithms 10^-9, of the chances of lots less.
const ROUNDING: f64 = 1e-7;

/// The least number of draws: with fewer, an interval says little.
pub const MIN_SAMPLES: u64 = 1_000;

/// The chance of an event as it was estimated, in base-2 logarithms: 0 is certain, −∞ impossible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub log2: f64,
    /// The lower end of its 95 % interval.
    pub low_log2: f64,
    /// The upper end.
    pub high_log2: f64,
    /// The standard error relative to the estimate.
    pub relative: f64,
    /// How many committees were drawn: 0 if the event is certain or impossible.
    pub samples: u64,
    /// In how many of them the event happened, or its opposite did if that was looked for.
    pub hits: u64,
    /// Whether the event is rather likely, and its opposite was looked for.
    pub is_opposite: bool,
    /// (Σw)²/Σw² of their weights: so many of equal weight would be as sure.
    pub effective: f64,
    /// θ, by which each distribution is tilted.
    pub tilt: f64,
}

impl Estimate {
    /// How far the ends of the 95 % interval are from the estimate, relatively, as a normal distribution has it.
    pub fn half_width(&self) -> f64 {
        self.relative * Z_95
    }

    /// What the estimate says of a bound.
    pub fn verdict(&self, bound: &Log2Bound) -> Verdict {
        if bound.log2() == self.log2 {
            return Verdict::Agrees;
        }
        // The bound as a multiple of the estimate.
        let times = (bound.log2() - self.log2).exp2();
        let far = FAR * self.relative + ROUNDING;
        match times - 1.0 {
            off if off < -far => Verdict::Above,
            off if off > far => Verdict::Below,
            _ => Verdict::Agrees,
        }
    }

    const fn decided(happens: bool) -> Self {
        let log2 = if happens { 0.0 } else { f64::NEG_INFINITY };
        Self {
            log2,
            low_log2: log2,
            high_log2: log2,
            relative: 0.0,
            samples: 0,
            hits: 0,
            is_opposite: false,
            effective: 0.0,
            tilt: 0.0,
        }
    }
}

/// Estimates the chance of an event of X by drawing X `samples` times, at least [`MIN_SAMPLES`], from the seed.
///
/// Every N in X is drawn with masses proportional to p(n)·e^(θwn), so that X has the threshold t as its mean. A draw x
/// then counts as much as it is rarer without the tilt: e^(K(θ) − θx), K = Σ ln E e^(θwN). The mean of these weights over
/// the draws with the event has the event's chance as its expectation, and a relative error that hardly grows however
/// rare the event is (Siegmund, "Importance sampling in the Monte Carlo study of sequential tests", 1976). Of an event
/// that is rather likely the opposite is estimated.
pub fn estimate(sum: &SeatSum, event: Event, samples: u64, seed: u64) -> Estimate {
    if let Some(happens) = sum.is_decided(event) {
        return Estimate::decided(happens);
    }
    let (below, k) = threshold(event);
    let mean = sum.mean();
    let is_likely = if below {
        // X < k is X ≤ k − 1.
        mean <= k.saturating_sub(1) as f64
    } else {
        mean >= k as f64
    };
    let below = below != is_likely;
    let edge = if below { k.saturating_sub(1) } else { k };
    let tail = Tail::draw(sum, below, edge, samples.max(MIN_SAMPLES), seed);
    if is_likely {
        tail.opposite()
    } else {
        tail.estimate()
    }
}

/// A tail on the other side of the mean: what was drawn.
struct Tail {
    tilt: f64,
    /// ln of what a draw at the edge weighs. The others are relative to it, none greater than 1.
    edge: f64,
    samples: u64,
    hits: u64,
    sum: f64,
    squares: f64,
}

impl Tail {
    fn draw(sum: &SeatSum, below: bool, edge: u64, samples: u64, seed: u64) -> Self {
        let tilt = sum.tilt_to(edge as f64);
        let tilted = sum.tilted(tilt);
        let mut random = Random::new(seed, 0);
        let (mut hits, mut total, mut squares) = (0, 0.0, 0.0);
        for _ in 0..samples {
            let drawn = tilted.draw(&mut random);
            if if below { drawn <= edge } else { drawn >= edge } {
                let weight = (-(tilt.abs()) * drawn.abs_diff(edge) as f64).exp();
                hits += 1;
                total += weight;
                squares += weight * weight;
            }
        }
        Self {
            tilt,
            edge: tilted.log - tilt * edge as f64,
            samples,
            hits,
            sum: total,
            squares,
        }
    }

    fn mean(&self) -> f64 {
        self.sum / self.samples as f64
    }

    /// The standard error of the mean, relative to it.
    fn relative(&self) -> f64 {
        let (count, mean) = (self.samples as f64, self.mean());
        let variance = (self.squares / count - mean * mean).max(0.0);
        (variance / (count - 1.0)).sqrt() / mean
    }

    /// The ends of the interval, relative to the edge.
    fn ends(&self) -> [f64; 2] {
        if self.hits == 0 {
            return [0.0, NONE_97_5 / self.samples as f64];
        }
        let width = self.relative() * Z_95;
        [1.0 - width, 1.0 + width].map(|end| end.max(0.0) * self.mean())
    }

    fn estimate(&self) -> Estimate {
        let log2 = |relative: f64| ((self.edge + relative.ln()) / std::f64::consts::LN_2).min(0.0);
        let [low, high] = self.ends();
        Estimate {
            log2: log2(self.mean()),
            low_log2: log2(low),
            high_log2: log2(high),
            relative: if self.hits == 0 {
                f64::INFINITY
            } else {
                self.relative()
            },
            samples: self.samples,
            hits: self.hits,
            is_opposite: false,
            effective: if self.hits == 0 {
                0.0
            } else {
                self.sum * self.sum / self.squares
            },
            tilt: self.tilt,
        }
    }

    /// Of what happens when the tail does not.
    fn opposite(&self) -> Estimate {
        let rare = self.estimate();
        let log2 = |chance: f64| (-chance.exp2().min(1.0)).ln_1p() / std::f64::consts::LN_2;
        let chance = rare.log2.exp2();
        Estimate {
            log2: log2(rare.log2),
            low_log2: log2(rare.high_log2),
            high_log2: log2(rare.low_log2),
            relative: rare.relative * chance / (1.0 - chance),
            is_opposite: true,
            ..rare
        }
    }
}
