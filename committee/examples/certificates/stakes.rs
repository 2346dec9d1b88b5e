//! Stakes of a thousand validators in several shapes, in descending order.

/// The number of validators.
pub(crate) const VALIDATORS: u32 = 1000;

/// How stake is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All equal.
    Uniform,
    /// The i-th has 1/i of the first one's.
    Zipf,
    /// As Zipf, and whatever is above 1 % of its sum is cut off there.
    Capped,
    /// Like that of a large public network: the i-th, from 0, has stake proportional to (i + 12.5)^-1.38.
    Network,
}

impl Shape {
    /// All shapes.
    pub(crate) const ALL: [Self; 4] = [Self::Uniform, Self::Zipf, Self::Capped, Self::Network];

    /// The name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "Zipf",
            Self::Capped => "capped",
            Self::Network => "network",
        }
    }

    /// The stakes, the first one 10^12 at most. Rounded to integers, so that the last digits of a platform's powers do
    /// not matter.
    pub(crate) fn stakes(self) -> Vec<u64> {
        const FIRST: u64 = 1_000_000_000_000;
        let zipf = (1..=u64::from(VALIDATORS)).map(|place| FIRST / place);
        match self {
            Self::Uniform => vec![FIRST; VALIDATORS as usize],
            Self::Zipf => zipf.collect(),
            Self::Capped => {
                let cap = zipf.clone().sum::<u64>() / 100;
                zipf.map(|stake| stake.min(cap)).collect()
            }
            Self::Network => (0..VALIDATORS)
                .map(|place| {
                    let share = ((f64::from(place) + 12.5) / 12.5).powf(-1.38);
                    (share * FIRST as f64 / 1000.0).round() as u64 * 1000
                })
                .collect(),
        }
    }
}
