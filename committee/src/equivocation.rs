//! Two values signed by one member in one role.

use crate::{Role, Vote};

/// The two votes that show it; the first is the one that was seen first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Equivocation {
    first: Vote,
    second: Vote,
}

impl Equivocation {
    /// The pair, if it shows an equivocation: one role, one voter, two values.
    pub fn new(first: Vote, second: Vote) -> Option<Self> {
        let same_place = first.role() == second.role() && first.voter() == second.voter();
        (same_place && first.value() != second.value()).then_some(Self { first, second })
    }

    /// The role in which it happened.
    pub fn role(&self) -> Role {
        self.first.role()
    }

    /// Who did it.
    pub fn voter(&self) -> u32 {
        self.first.voter()
    }

    /// The vote seen first.
    pub const fn first(&self) -> &Vote {
        &self.first
    }

    /// The vote seen second.
    pub const fn second(&self) -> &Vote {
        &self.second
    }
}
