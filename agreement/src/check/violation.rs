//! A rule that is broken.

use thiserror::Error;

/// A rule that the machine breaks: a bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("[{rule}] {what}")]
pub struct Violation {
    /// The tag of the rule.
    pub rule: &'static str,
    /// What is not as the rule says.
    pub what: &'static str,
}

/// A violation unless the rule holds.
pub(super) const fn ensure(holds: bool, rule: &'static str, what: &'static str) -> Result<(), Violation> {
    if holds {
        Ok(())
    } else {
        Err(Violation { rule, what })
    }
}
