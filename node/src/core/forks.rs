//! Forks: two certified blocks of one round [FIN-6].

use std::fmt;

use klero_agreement::Alarm;
use klero_committee::{QuorumCertificate, Role, Step, Value};
use klero_finality::{Fork, ForkReport};

use super::{Core, CoreError};
use crate::BlockStore;
use crate::events::NodeEvent;
use crate::store::{Batch, Durability};

/// What an embedding client does upon a fork: stop its own service, tell people. It is called once a round, on the
/// thread that owns the state machine, after both certificates are on the disk.
pub(crate) struct ForkHook(Box<Hook>);

type Hook = dyn FnMut(&Fork, &ForkReport) + Send;

impl ForkHook {
    /// A hook.
    pub(crate) fn new(hook: impl FnMut(&Fork, &ForkReport) + Send + 'static) -> Self {
        Self(Box::new(hook))
    }
}

impl fmt::Debug for ForkHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForkHook")
    }
}

impl Core {
    /// A certificate for another block than the final one: with the one in the store it is a fork. Says whether the
    /// certificate is worth passing on, so that everyone learns of it.
    pub(super) fn on_contradiction(&mut self, other: &QuorumCertificate) -> Result<bool, CoreError> {
        let round = other.role().round;
        let own = self.links.blocks.certificate(round)?;
        let (Some(own), Some((context, _))) = (own, self.links.past.get(round)) else {
            return Ok(false);
        };
        let Ok(own) = own.verify(&context) else {
            return Ok(false);
        };
        self.saw_fork(&context, own, other.clone(), &[])
    }

    /// The round under way has two Cert quorums.
    pub(super) fn on_alarm(&mut self, alarm: &Alarm) -> Result<(), CoreError> {
        let find = |(role, value): (Role, Value)| self.certificates.get(&(role, value)).cloned();
        let pair = (alarm.first.0.step == Step::Cert)
            .then(|| find(alarm.first).zip(find(alarm.second)))
            .flatten();
        self.raise(alarm)?;
        if let Some((first, second)) = pair {
            let others: Vec<QuorumCertificate> = self.certificates.values().cloned().collect();
            let context = self.context.clone();
            self.saw_fork(&context, first, second, &others)?;
        }
        Ok(())
    }

    fn saw_fork(
        &mut self,
        context: &klero_committee::RoundContext,
        first: QuorumCertificate,
        second: QuorumCertificate,
        others: &[QuorumCertificate],
    ) -> Result<bool, CoreError> {
        let round = context.round();
        if self.links.blocks.fork(round)?.is_some() {
            return Ok(false);
        }
        let alarm = Alarm {
            first: (first.role(), first.value()),
            second: (second.role(), second.value()),
        };
        let Ok(fork) = Fork::of(context, first, second) else {
            return Ok(false);
        };
        let mut batch = Batch::default();
        BlockStore::append_fork(&mut batch, round, &fork.to_unverified());
        let stored = self.links.blocks.store().write(batch, Durability::Synced);
        self.written(stored)?;
        let report = fork.report(others);
        tracing::error!(round, %report, "two blocks of one round are certified");
        if self.alarm.is_none() {
            self.raise(&alarm)?;
        }
        if let Some(ForkHook(hook)) = &mut self.links.on_fork {
            hook(&fork, &report);
        }
        let report = Box::new(report);
        self.emit(NodeEvent::Fork { round, report });
        Ok(true)
    }
}
