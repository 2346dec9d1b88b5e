//! Where a node stands in the agreement, as far as it tells which votes are due.

use klero_committee::{Role, Step};

/// The round, period and Next step that a node is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) round: u64,
    pub(crate) period: u32,
    /// The last Next step that was due; 0 before the first deadline.
    pub(crate) k: u32,
}

impl Position {
    /// Whether nodes that are where this one is, or a little ahead, vote in a role: in the relevant periods [BA-10], and
    /// no Next step further than the next. Other votes can be good, too; their time has not come, or is over.
    pub(crate) fn is_due(&self, role: Role) -> bool {
        let own = if (role.round, role.period) == (self.round, self.period) {
            self.k
        } else {
            0
        };
        let is_in_reach = !matches!(role.step, Step::Next(k) if k > own.saturating_add(1));
        self.is_relevant(role) && is_in_reach
    }

    /// Whether a vote in a role may count here [BA-10].
    pub(crate) fn is_relevant(&self, role: Role) -> bool {
        let is_near = role.round == self.round && role.period.abs_diff(self.period) <= 1;
        let is_next = Some(role.round) == self.round.checked_add(1) && role.period == 0;
        is_near || is_next
    }

    /// Whether no vote in a role can count here any more.
    pub(crate) fn is_over(&self, role: Role) -> bool {
        (role.round, role.period) < (self.round, self.period.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // [BA-10]
    #[test]
    fn what_nodes_near_this_one_vote_in_is_due() {
        let here = Position {
            round: 7,
            period: 3,
            k: 5,
        };
        let due = |round, period, step| here.is_due(Role::new(round, period, step));
        for period in 2..=4 {
            assert!(
                due(7, period, Step::Soft) && due(7, period, Step::Cert) && due(7, period, Step::Next(1))
            );
        }
        assert!(due(7, 3, Step::Next(6)) && !due(7, 3, Step::Next(7)));
        assert!(due(8, 0, Step::Soft) && due(8, 0, Step::Next(1)) && !due(8, 0, Step::Next(2)));
        assert!(!due(7, 4, Step::Next(2)) && !due(7, 2, Step::Next(2)));
        assert!(!due(7, 1, Step::Soft) && !due(7, 5, Step::Soft) && !due(8, 1, Step::Soft));
        assert!(!due(6, 3, Step::Soft) && !due(9, 0, Step::Soft));
    }

    // [BA-10]
    #[test]
    fn what_is_irrelevant_now_may_become_relevant_unless_it_is_over() {
        let here = Position {
            round: 7,
            period: 3,
            k: 5,
        };
        let is = |round, period| {
            let role = Role::new(round, period, Step::Next(9));
            (here.is_relevant(role), here.is_over(role))
        };
        for (round, period, expected) in [
            (6, 9, (false, true)),
            (7, 1, (false, true)),
            (7, 2, (true, false)),
            (7, 4, (true, false)),
            (7, 5, (false, false)),
            (8, 0, (true, false)),
            (8, 1, (false, false)),
        ] {
            assert_eq!(is(round, period), expected, "({round}, {period})");
        }
    }

    #[test]
    fn the_last_round_and_step_have_no_next() {
        let here = Position {
            round: u64::MAX,
            period: u32::MAX,
            k: u32::MAX,
        };
        assert!(here.is_due(Role::new(u64::MAX, u32::MAX, Step::Next(u32::MAX))));
        assert!(!here.is_due(Role::new(0, 0, Step::Soft)));
    }
}
