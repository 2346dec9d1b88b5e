//! Masses of a number, and drawing from them in one step.

/// Masses relative to the greatest are left out below this: all of them together change no digit that is shown.
const LEAST: f64 = 1e-22;

/// 2^64.
pub(super) const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// Masses, not normalized, of the numbers from `first` on; the greatest is 1.
#[derive(Debug, Clone)]
pub(super) struct Masses {
    first: u64,
    masses: Vec<f64>,
    pub(super) mode: u64,
}

impl Masses {
    /// Of the numbers from `least` to `most`, from the mode on in both directions; `ratio` gives that of the mass of k + 1
    /// to the mass of k.
    pub(super) fn new(least: u64, most: u64, mode: u64, ratio: impl Fn(u64) -> f64) -> Self {
        let mode = mode.clamp(least, most);
        let mut masses = Vec::new();
        let (mut mass, mut first) = (1.0, mode);
        while first > least {
            mass /= ratio(first - 1);
            if mass < LEAST {
                break;
            }
            first -= 1;
            masses.push(mass);
        }
        masses.reverse();
        masses.push(1.0);
        mass = 1.0;
        for k in mode..most {
            mass *= ratio(k);
            if mass < LEAST {
                break;
            }
            masses.push(mass);
        }
        Self { first, masses, mode }
    }

    /// ln Σ.
    pub(super) fn log_sum(&self) -> f64 {
        self.masses.iter().sum::<f64>().ln()
    }

    /// The chance of the numbers that are counted.
    pub(super) fn share(&self, is_counted: impl Fn(u64) -> bool) -> f64 {
        let numbers = (self.first..).zip(&self.masses);
        let counted = numbers
            .filter(|(number, _)| is_counted(*number))
            .map(|(_, mass)| mass);
        counted.sum::<f64>() / self.masses.iter().sum::<f64>()
    }

    pub(super) fn mean(&self) -> f64 {
        let numbers = (self.first..).map(|k| k as f64);
        let products = self.masses.iter().zip(numbers).map(|(mass, k)| mass * k);
        products.sum::<f64>() / self.masses.iter().sum::<f64>()
    }
}

/// Draws a number with one lot (Walker's alias method, as Vose sets it up, 1991).
#[derive(Debug, Clone)]
pub(super) struct Table {
    first: u64,
    /// For each place how often it stays, of 2^64, and where else the draw goes.
    places: Vec<(u64, u32)>,
}

impl Table {
    pub(super) fn new(masses: &Masses) -> Self {
        let count = masses.masses.len();
        let scale = count as f64 / masses.masses.iter().sum::<f64>();
        let mut heights: Vec<f64> = masses.masses.iter().map(|mass| mass * scale).collect();
        let mut places = vec![(u64::MAX, 0); count];
        for (place, (_, other)) in places.iter_mut().enumerate() {
            *other = place as u32;
        }
        let (mut low, mut high): (Vec<usize>, Vec<usize>) =
            (0..count).partition(|place| heights[*place] < 1.0);
        while let (Some(&above), Some(below)) = (high.last(), low.pop()) {
            places[below] = ((heights[below] * TWO_64) as u64, above as u32);
            heights[above] -= 1.0 - heights[below];
            if heights[above] < 1.0 {
                high.pop();
                low.push(above);
            }
        }
        Self {
            first: masses.first,
            places,
        }
    }

    /// The number that 64 random bits, as a fraction, stand for: times the places, its whole part chooses the place and the
    /// rest whether it stays.
    #[inline]
    pub(super) fn draw(&self, bits: u64) -> u64 {
        let product = u128::from(bits) * self.places.len() as u128;
        let (place, rest) = ((product >> 64) as u64, product as u64);
        let (stays, other) = self.places[place as usize];
        self.first + if rest < stays { place } else { u64::from(other) }
    }
}
