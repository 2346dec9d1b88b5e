//! Watching the nodes: rounds are printed, nodes that end are named.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use klero_committee::{Committees, Step};
use klero_node::events::NodeEvent;
use klero_sampling::Digest;
use klero_stake::Receipt;
use klero_stake::evidence::Offence;

use super::child::{Child, Message};
use super::directory::Directory;
use super::plan::{NodePlan, Plan};
use super::rounds::Rounds;
use super::screen::Screen;
use super::summary::{Summary, Tally};
use crate::output;

/// Without a finished round for so long, the launcher says so.
const STALL: Duration = Duration::from_secs(60);

/// Signals with which somebody ends a process on purpose: SIGINT, SIGKILL, SIGTERM.
const ON_PURPOSE: [i32; 3] = [2, 9, 15];

/// The state of the watch.
pub(crate) struct Watch<'a> {
    plan: &'a Plan,
    directory: &'a Directory,
    screen: &'a Screen,
    rounds: Rounds,
    tally: Tally,
    runs: Vec<bool>,
    failed: Vec<String>,
    convicted: BTreeSet<Offence>,
    last_progress: Instant,
}

impl<'a> Watch<'a> {
    /// A watch over nodes that all run.
    pub(crate) fn new(plan: &'a Plan, directory: &'a Directory, screen: &'a Screen) -> Self {
        let names = plan.nodes.iter().map(|node| node.name.clone()).collect();
        Self {
            plan,
            directory,
            screen,
            rounds: Rounds::new(names),
            tally: Tally::default(),
            runs: vec![true; plan.nodes.len()],
            failed: Vec::new(),
            convicted: BTreeSet::new(),
            last_progress: Instant::now(),
        }
    }

    /// The summary of what was seen.
    pub(crate) fn summary(&self) -> Summary {
        self.tally.summary()
    }

    /// Watches until so many rounds are finished or the user ends it. That a node failed, or that no round becomes
    /// final although rounds were asked for, is an error; that somebody killed a node is none.
    pub(crate) fn run(
        &mut self,
        children: &mut [Child],
        early: Vec<Message>,
        messages: &Receiver<Message>,
        rounds: Option<u64>,
    ) -> anyhow::Result<()> {
        let mut early = early.into_iter();
        loop {
            let message = match early.next() {
                Some(message) => Ok(message),
                None => messages.recv_timeout(STALL.saturating_sub(self.last_progress.elapsed())),
            };
            match message {
                Ok(Message::Event(place, event)) => self.on_event(place, *event)?,
                Ok(Message::Ended(place)) => self.on_end(place, &mut children[place])?,
                Ok(Message::Interrupted) => break,
                Err(RecvTimeoutError::Timeout) => self.on_stall(rounds.is_some())?,
                Err(RecvTimeoutError::Disconnected) => bail!("the nodes' messages ended"),
            }
            if self.print_finished(rounds)? {
                break;
            }
        }
        ensure!(
            self.failed.is_empty(),
            "failed: {}; see above",
            self.failed.join(", ")
        );
        Ok(())
    }

    fn on_event(&mut self, place: usize, event: NodeEvent) -> anyhow::Result<()> {
        match event {
            NodeEvent::Ready { .. } => {}
            NodeEvent::Proposed {
                round, block, at_us, ..
            } => self.rounds.proposed(round, block, at_us),
            NodeEvent::Final(event) => self.rounds.finalized(place, event)?,
            NodeEvent::Stake {
                round,
                receipt: Receipt::Convicted { offence, burnt, .. },
            } => {
                // Every node tells of it, and what has no stake left has none to lose.
                if burnt > 0 && self.convicted.insert(offence) {
                    let name = self.owner(&offence.offender);
                    self.screen.remark(&format!(
                        "round {round}: {name} was convicted of what it signed in round {}; {burnt} of its stake burnt",
                        offence.round
                    ));
                }
            }
            NodeEvent::Fork { report, .. } => self.screen.remark(&report.to_string()),
            NodeEvent::Checkpoint { .. }
            | NodeEvent::Stake { .. }
            | NodeEvent::Evidence(_)
            | NodeEvent::Stall(_)
            | NodeEvent::StallOver { .. }
            | NodeEvent::Voting { .. } => {}
            NodeEvent::Alarm { cause } => {
                let name = &self.plan.nodes[place].name;
                self.screen
                    .remark(&format!("{name} raised the alarm and votes no more: {cause}"));
                self.failed.push(name.clone());
            }
        }
        Ok(())
    }

    /// The node that holds a validator's keys, and which of them they are.
    fn owner(&self, validator: &Digest) -> String {
        let holds = |node: &&NodePlan| node.keys.validators.iter().any(|entry| entry.id == *validator);
        let id = validator.to_string();
        let short = id.get(..8).unwrap_or(&id);
        match self.plan.nodes.iter().find(holds) {
            Some(node) => format!("validator {short} of {}", node.name),
            None => format!("validator {short}"),
        }
    }

    /// Prints what is finished; says whether that was all.
    fn print_finished(&mut self, rounds: Option<u64>) -> anyhow::Result<bool> {
        let is_done = |rounds_seen: u64| rounds.is_some_and(|rounds| rounds_seen >= rounds);
        while !is_done(self.rounds.finished()) {
            let Some(finished) = self.rounds.next() else { break };
            self.tally.add(&finished);
            self.screen.round(&finished.line)?;
            self.last_progress = Instant::now();
        }
        Ok(is_done(self.rounds.finished()))
    }

    fn on_end(&mut self, place: usize, child: &mut Child) -> anyhow::Result<()> {
        let status = child.end()?;
        self.runs[place] = false;
        self.rounds.ended(place);
        let name = &child.name;
        self.screen
            .remark(&format!("{name} ended ({status}); {}", child.last_words()));
        let config = output::shell(&self.directory.config(name));
        self.screen.remark(&format!(
            "start it again with: {} node --config {config}",
            output::program()
        ));
        if !is_on_purpose(status) {
            self.failed.push(name.clone());
        }
        ensure!(self.runs.contains(&true), "no node runs any more");
        if let Some(shortage) = shortage(self.plan, &self.runs) {
            self.screen.remark(&shortage);
        }
        Ok(())
    }

    fn on_stall(&mut self, must_end: bool) -> anyhow::Result<()> {
        self.last_progress = Instant::now();
        let silence = format!("no new round for {} s: {}", STALL.as_secs(), self.rounds.heads());
        let shortage = shortage(self.plan, &self.runs)
            .map(|shortage| format!("; {shortage}"))
            .unwrap_or_default();
        let logs = self.directory.path().display();
        ensure!(
            !must_end,
            "{silence}{shortage}; the logs are {logs}/node*/node.log"
        );
        self.screen.remark(&format!("{silence}{shortage}"));
        Ok(())
    }
}

fn is_on_purpose(status: ExitStatus) -> bool {
    status.success() || status.signal().is_some_and(|signal| ON_PURPOSE.contains(&signal))
}

/// What to say when the nodes that run hold too little stake for a quorum.
fn shortage(plan: &Plan, runs: &[bool]) -> Option<String> {
    let held: u64 = plan
        .nodes
        .iter()
        .zip(runs)
        .filter(|(_, runs)| **runs)
        .map(|(node, _)| node.stake)
        .sum();
    let total = plan.total();
    let (share, needed) = (percent(held, total), needed(&plan.genesis.committees().ok()?)?);
    (share < needed).then(|| {
        format!(
            "the nodes that run hold {share:.0} % of the stake and {needed:.0} % are needed: start the others again"
        )
    })
}

/// The share of the stake that a quorum of Cert takes, in percent.
fn needed(committees: &Committees) -> Option<f64> {
    let lottery = committees.lottery(Step::Cert);
    let threshold = committees.profile().threshold(Step::Cert, lottery)?;
    let all = match lottery.scheme() {
        klero_sampling::SeatScheme::Full => lottery.total(),
        _ => lottery.expected().into(),
    };
    Some(percent(lottery.in_seats(threshold), all))
}

fn percent(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::super::plan::Wish;
    use super::*;
    use crate::genesis::Scheme;

    fn plan(scheme: Scheme) -> Plan {
        let validators = if scheme == Scheme::Full { 4 } else { 200 };
        Plan::new(&Wish {
            nodes: 4,
            validators,
            scheme,
            seed: Some("watch"),
            timestamp: 1,
            equivocate: &[],
        })
        .unwrap()
    }

    #[test]
    fn three_of_four_nodes_are_enough_and_two_are_not() {
        for scheme in [Scheme::Full, Scheme::Quota] {
            let plan = plan(scheme);
            assert_eq!(shortage(&plan, &[true, true, false, true]), None);
            let words = shortage(&plan, &[true, false, false, true]).unwrap();
            assert!(words.contains("start the others again"), "{words}");
        }
    }

    #[test]
    fn a_killed_node_has_not_failed() {
        assert!(is_on_purpose(ExitStatus::from_raw(9)));
        assert!(is_on_purpose(ExitStatus::from_raw(0)));
        assert!(!is_on_purpose(ExitStatus::from_raw(1 << 8)));
        assert!(!is_on_purpose(ExitStatus::from_raw(6)));
    }
}
