//! Whether a published figure is what was computed.

use anyhow::{Context, bail};

use super::{Relation, Value, Verdict};

pub(super) fn verdict(relation: Relation, published: &str, value: &Value) -> anyhow::Result<Verdict> {
    let right = match relation {
        Relation::Implied => return Ok(Verdict::Implied),
        Relation::Equals => equals(published, value)?,
        Relation::AtMost => is_at_most(value, published)?,
        Relation::MoreThan => !is_at_most(value, published)?,
    };
    Ok(if right {
        Verdict::Reproduces
    } else {
        Verdict::Differs
    })
}

fn is_at_most(value: &Value, published: &str) -> anyhow::Result<bool> {
    Ok(match value {
        Value::Count(count) => *count <= published.parse::<u64>()?,
        Value::Bound(bound) => match published.strip_prefix("2^-") {
            Some(bits) => bound.is_within(bits.parse()?),
            None => {
                let (ours, theirs) = (Decimal::read(&bound.decimal())?, Decimal::read(published)?);
                let cut = |number: &Decimal| (number.exponent, number.cut(20));
                cut(&ours) <= cut(&theirs)
            }
        },
    })
}

/// Tables round to the nearest or cut digits off: both count.
fn equals(published: &str, value: &Value) -> anyhow::Result<bool> {
    let ours = match value {
        Value::Count(count) => return Ok(*count == published.parse::<u64>()?),
        Value::Bound(bound) => Decimal::read(&bound.decimal())?,
    };
    let theirs = Decimal::read(published)?;
    let length = theirs.digits.len();
    let (cut, next) = (ours.cut(length), ours.cut(length + 1) % 10);
    let rounded = cut + u128::from(next >= 5);
    // Rounding 9.99 up gives one digit more.
    let carry = rounded == 10_u128.pow(length as u32);
    let rounded = if carry {
        (rounded / 10, ours.exponent + 1)
    } else {
        (rounded, ours.exponent)
    };
    let theirs = (theirs.cut(length), theirs.exponent);
    Ok(theirs == (cut, ours.exponent) || theirs == rounded)
}

/// 0.`digits` · 10^`exponent`; the first digit is not 0.
struct Decimal {
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn read(text: &str) -> anyhow::Result<Self> {
        let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{decimals}");
        let digits = all.trim_start_matches('0');
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            bail!("`{text}` is no positive decimal");
        }
        let power: i64 = power
            .parse()
            .with_context(|| format!("the exponent of `{text}`"))?;
        Ok(Self {
            exponent: power + whole.len() as i64 - (all.len() - digits.len()) as i64,
            digits: digits.to_owned(),
        })
    }

    /// The first `count` digits, at most 30, as an integer.
    fn cut(&self, count: usize) -> u128 {
        let digits = self
            .digits
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(count.min(30));
        digits.fold(0, |number, digit| number * 10 + u128::from(digit - b'0'))
    }
}
