//! Sending again: two honest parts that can talk again agree without anything else [BA-11].

use klero_committee::{Step, Value};

use crate::{Agreement, Output, Resend};

impl Agreement {
    /// What \[BA-11\] sends to peers that come: as when a deadline passes. Nothing before the first deadline of a round,
    /// for what was said until then needs no repetition yet.
    pub fn reminders(&self) -> Vec<Output> {
        let mut out = Vec::new();
        if self.round.period > 0 || self.round.first_deadline_passed {
            self.resend(&mut out);
        }
        out
    }

    /// Everything that another node may lack to follow to where this one is.
    pub(crate) fn resend(&self, out: &mut Vec<Output>) {
        let round = &self.round;
        let mut items = vec![Resend::OwnVotes { period: round.period }];
        if let Some(present) = round.present() {
            items.extend(certificates(
                &present.quorums,
                |step, _| step == Step::Soft,
                |step| round.role(step),
            ));
            if let Some(k) = self.proof_of_pace(round.period)
                && let Some(tally) = present.tallies.get(&Step::Next(k))
            {
                items.push(Resend::Votes(tally.votes().cloned().collect()));
            }
            items.extend(
                present
                    .staged
                    .filter(|block| round.held.contains(block))
                    .map(Resend::Block),
            );
        }
        if let (Some(previous), Some(number)) = (round.previous(), round.period.checked_sub(1)) {
            // Both certificates if it holds both: value and bottom together keep others from voting the value.
            let is_next = |step: Step, _: Value| matches!(step, Step::Next(_));
            let role = |step| klero_committee::Role {
                period: number,
                ..round.role(step)
            };
            let mut quorums = certificates(&previous.quorums, is_next, role);
            // One certificate for each value is enough.
            quorums.sort_by_key(|item| match item {
                Resend::Certificate(role, value) => Some((*value, role.step)),
                _ => None,
            });
            quorums.dedup_by_key(|item| match item {
                Resend::Certificate(_, value) => Some(*value),
                _ => None,
            });
            items.extend(quorums);
        }
        let carried = round.previous().and_then(|previous| previous.next_value);
        items.extend(
            carried
                .filter(|block| round.held.contains(block))
                .map(Resend::Block),
        );
        items.push(Resend::Previous);
        out.push(Output::Resend(items));
    }
}

fn certificates(
    quorums: &std::collections::BTreeSet<(Step, Value)>,
    wanted: impl Fn(Step, Value) -> bool,
    role: impl Fn(Step) -> klero_committee::Role,
) -> Vec<Resend> {
    let wanted = quorums.iter().filter(|(step, value)| wanted(*step, *value));
    wanted
        .map(|(step, value)| Resend::Certificate(role(*step), *value))
        .collect()
}
