//! Axes: what range they have, and which of its values are named.

/// One axis of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What is measured, with its unit.
    pub title: String,
    /// The value at the left or the bottom.
    pub from: f64,
    /// The value at the right or the top.
    pub to: f64,
    /// Whether equal steps are equal factors.
    pub is_logarithmic: bool,
    /// The values that are named, and how.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Numbers from `from` to `to`.
    pub fn numbers(title: &str, from: f64, to: f64) -> Self {
        let ticks = steps(from, to, 7.0).map(|value| (value, grouped(value)));
        Self::linear(title, (from, to), ticks)
    }

    /// Shares from `from` to `to`, in percent.
    pub fn shares(title: &str, from: f64, to: f64) -> Self {
        let percent = |value: f64| (value / 100.0, format!("{} %", grouped(value)));
        let ticks = steps(from * 100.0, to * 100.0, 7.0).map(percent);
        Self::linear(title, (from, to), ticks)
    }

    /// Chances from 2^`lowest` up to 1, by their logarithms, which the values are.
    pub fn chances(title: &str, lowest: f64) -> Self {
        let ticks = steps(lowest, 0.0, 7.0).map(|value| (value, power(value)));
        Self::linear(title, (lowest, 0.0), ticks)
    }

    /// Counts from 1 to `to`, by factors.
    pub fn counts(title: &str, to: f64) -> Self {
        let decades = (0..).map(|exponent| 10_f64.powi(exponent));
        let decades = decades.take_while(|decade| *decade <= to);
        let values = decades.flat_map(|decade| [1.0, 2.0, 5.0].map(|factor| factor * decade));
        let ticks = values
            .filter(|value| *value <= to)
            .map(|value| (value, grouped(value)));
        Self {
            is_logarithmic: true,
            ..Self::linear(title, (1.0, to.max(2.0)), ticks)
        }
    }

    fn linear(title: &str, (from, to): (f64, f64), ticks: impl Iterator<Item = (f64, String)>) -> Self {
        Self {
            title: title.to_owned(),
            from,
            to,
            is_logarithmic: false,
            ticks: ticks.collect(),
        }
    }

    /// How far along the axis a value is: 0 at `from`, 1 at `to`, and beyond them outside.
    pub fn part(&self, value: f64) -> f64 {
        let [value, from, to] = [value, self.from, self.to].map(|number| {
            if self.is_logarithmic {
                number.max(f64::MIN_POSITIVE).ln()
            } else {
                number
            }
        });
        if to > from {
            (value - from) / (to - from)
        } else {
            0.0
        }
    }
}

/// Round values between two, at most about `most` of them.
fn steps(from: f64, to: f64, most: f64) -> impl Iterator<Item = f64> {
    let rough = ((to - from) / most).max(f64::MIN_POSITIVE);
    let decade = 10_f64.powf(rough.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let found = factors
        .into_iter()
        .find(|factor| factor * decade >= rough * 0.999);
    let step = found.unwrap_or(10.0) * decade;
    // A little beyond the ends counts, so that rounding does not cost the last one.
    let (first, last) = (
        (from / step - 1e-6).ceil() as i64,
        (to / step + 1e-6).floor() as i64,
    );
    (first..=last).map(move |count| count as f64 * step)
}

/// A number with commas between thousands, and as few decimals as it takes.
pub fn grouped(value: f64) -> String {
    let text = format!("{:.6}", value.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if value < 0.0 && text != "0" { "−" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{sign}{out}{point}{decimals}")
}

/// So many of something, whose name is given for one of it: 1 seat, 1,000 seats.
pub(super) fn counted(count: f64, name: &str) -> String {
    let plural = if count == 1.0 { "" } else { "s" };
    format!("{} {name}{plural}", grouped(count))
}

/// 2 to a power, with the power raised: 2⁻⁴⁰. 2⁰ is 1, and 0 is 2 to minus infinity.
pub fn power(exponent: f64) -> String {
    if exponent == 0.0 {
        return "1".to_owned();
    }
    if exponent == f64::NEG_INFINITY {
        return "0".to_owned();
    }
    let raised = |digit: char| match digit {
        '-' => '⁻',
        '.' => '·',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => digit
            .to_digit(10)
            .and_then(|digit| char::from_u32(0x2070 + digit))
            .unwrap_or(digit),
    };
    format!(
        "2{}",
        exponent.to_string().chars().map(raised).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn powers_of_two_are_raised() {
        assert_eq!(power(-40.0), "2⁻⁴⁰");
        assert_eq!(power(-123_456_789.0), "2⁻¹²³⁴⁵⁶⁷⁸⁹");
        assert_eq!((power(0.0), power(-0.0)), ("1".to_owned(), "1".to_owned()));
        assert_eq!(power(f64::NEG_INFINITY), "0");
    }

    #[test]
    fn values_are_round_and_few() {
        let axis = Axis::chances("", -120.0);
        assert_eq!(
            names(&axis),
            ["2⁻¹²⁰", "2⁻¹⁰⁰", "2⁻⁸⁰", "2⁻⁶⁰", "2⁻⁴⁰", "2⁻²⁰", "1"]
        );
        assert_eq!(
            names(&Axis::shares("", 0.7, 0.9)),
            ["70 %", "75 %", "80 %", "85 %", "90 %"]
        );
        assert_eq!(names(&Axis::counts("", 60.0)), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(
            names(&Axis::numbers("", 0.0, 4000.0)),
            ["0", "1,000", "2,000", "3,000", "4,000"]
        );
    }

    #[test]
    fn values_have_their_places() {
        let axis = Axis::counts("", 100.0);
        assert_eq!(
            (axis.part(1.0), axis.part(10.0), axis.part(100.0)),
            (0.0, 0.5, 1.0)
        );
        assert_eq!(Axis::chances("", -80.0).part(-20.0), 0.75);
        assert!(Axis::chances("", -80.0).part(f64::NEG_INFINITY) < 0.0);
    }

    #[test]
    fn thousands_have_commas() {
        assert_eq!(grouped(1_234_567.0), "1,234,567");
        assert_eq!(
            (grouped(-0.5), grouped(999.0)),
            ("−0.5".to_owned(), "999".to_owned())
        );
    }
}
