//! [BA-1]: a round begins at period 0, by being told that the one before is final, and rounds only rise.

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::{Input, Output};

const RULE: &str = "BA-1";

/// Only a later round's start changes the round; an earlier one's changes nothing.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let (before, after) = (&transition.before.round, &transition.after.round);
    let Input::Start(start) = transition.input else {
        return ensure(before.start == after.start, RULE, "a round begins by itself");
    };
    if start.round <= before.start.round {
        let changes_nothing = transition.before == transition.after && transition.outputs.is_empty();
        return ensure(changes_nothing, RULE, "a round begins again");
    }
    ensure(after.start == *start, RULE, "another round begins")?;
    let entered = transition.outputs.iter().find_map(|output| match output {
        Output::SetTimer { timer, .. } => Some((timer.round, timer.period)),
        _ => None,
    });
    ensure(
        entered == Some((start.round, 0)),
        RULE,
        "a round does not begin in period 0",
    )
}
