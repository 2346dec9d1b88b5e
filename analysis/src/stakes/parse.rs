//! The lines of a stake file.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use super::{LineError, MAX_ACCOUNTS, MAX_LINE, StakesError};

/// One line.
pub(super) struct Row {
    pub(super) id: String,
    /// A positive integer without leading zeros.
    pub(super) digits: String,
    pub(super) group: Option<String>,
}

/// All lines below the header, and whether they have a group.
pub(super) fn rows(mut text: impl BufRead) -> Result<(Vec<Row>, bool), StakesError> {
    let at = |line| move |cause| StakesError::Line { line, cause };
    let Some(first) = line(&mut text, 1)? else {
        return Err(StakesError::Empty);
    };
    // A byte order mark is what spreadsheets put in front.
    let columns = header(first.trim_start_matches('\u{feff}')).map_err(at(1))?;
    let (mut rows, mut lines) = (Vec::new(), BTreeMap::new());
    for number in 2.. {
        let Some(text) = line(&mut text, number)? else {
            break;
        };
        if rows.len() == MAX_ACCOUNTS {
            return Err(at(number)(LineError::Many));
        }
        let row = row(&text, columns).map_err(at(number))?;
        if let Some(first) = lines.insert(row.id.clone(), number) {
            let id = row.id;
            return Err(at(number)(LineError::Twice { id, first }));
        }
        rows.push(row);
    }
    Ok((rows, columns == 3))
}

/// The next line without its end, if there is one.
fn line(text: &mut impl BufRead, number: usize) -> Result<Option<String>, StakesError> {
    let at = |cause| StakesError::Line { line: number, cause };
    let mut bytes = Vec::new();
    // One more for the line feed: what is read never exceeds the limit by more than that.
    text.take(MAX_LINE as u64 + 1).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() > MAX_LINE {
        return Err(at(LineError::Long));
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| at(LineError::Text))
}

/// How many columns the header names.
fn header(line: &str) -> Result<usize, LineError> {
    let names = fields(line)?;
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["id", "stake"] => Ok(2),
        ["id", "stake", "group"] => Ok(3),
        // Whole lines of something else would not fit on a screen.
        _ => Err(LineError::Header(line.chars().take(60).collect())),
    }
}

fn row(line: &str, expected: usize) -> Result<Row, LineError> {
    if line.trim().is_empty() {
        return Err(LineError::Blank);
    }
    let fields = fields(line)?;
    let found = fields.len();
    if found != expected {
        return Err(LineError::Columns { found, expected });
    }
    let mut fields = fields.into_iter();
    let mut next = || fields.next().unwrap_or_default();
    let (id, stake, group) = (next(), next(), next());
    if id.is_empty() {
        return Err(LineError::NoId);
    }
    Ok(Row {
        id,
        digits: digits(&stake)?,
        group: Some(group).filter(|group| !group.is_empty()),
    })
}

/// The digits of a positive integer without leading zeros.
fn digits(stake: &str) -> Result<String, LineError> {
    let is_integer = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let shown = || stake.chars().take(60).collect();
    match stake.trim_start_matches('0') {
        "" if is_integer(stake) => Err(LineError::Zero),
        digits if is_integer(digits) => Ok(digits.to_owned()),
        digits if digits.strip_prefix('-').is_some_and(is_integer) => Err(LineError::Negative(shown())),
        _ => Err(LineError::Number(shown())),
    }
}

/// The fields of a line, without the quotes around them; without quotes also without spaces around them.
fn fields(line: &str) -> Result<Vec<String>, LineError> {
    let (mut fields, mut rest) = (Vec::new(), line);
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(inside) => quoted(inside)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(LineError::Quote);
                }
                (field.trim().to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err(LineError::Quote),
        }
    }
}

/// What stands before the closing quote, and what after it.
fn quoted(inside: &str) -> Result<(String, &str), LineError> {
    let (mut field, mut rest) = (String::new(), inside);
    loop {
        let (before, after) = rest.split_once('"').ok_or(LineError::Quote)?;
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Ok((field, after)),
        }
    }
}
