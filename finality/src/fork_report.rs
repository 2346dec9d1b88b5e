//! Who is to blame for a fork, as far as certificates show it [FIN-6].
//!
//! Honest members sign at most one value in a role, and after Cert for v in a period only v in its Next steps. Nothing
//! else that certificates show is a fault [STK-5]: a member that signed Cert for v in period p, saw ⊥ or another
//! value carried out of p, and signed Cert for that in q has kept the rules. So a report looks, within each period,
//! for members that stand in two certificates which exclude each other:
//!
//! - In one period, both Cert certificates are of one role: whoever stands in both signed two values in it.
//! - Over periods p < q, with v certified in p and w in q, something let w in.
//!   - Directly, that is a Next quorum of p for ⊥ or for another block than v. Whoever stands in its certificate and in
//!     the Cert certificate of p abandoned v. Where everyone is a member, these have more than a third of the stake.
//!   - If every Next quorum of p was for v, the way was made in a later period s, up to q. There the Cert of p binds
//!     whoever learned that p ended with v, and no signature tells who had learned that or had seen p end otherwise. So
//!     a Next certificate of s convicts nobody by what was signed in p. What does convict are two certificates of one
//!     role for two values: two Soft quorums of s, or two Next quorums of one (s, k).
//!
//! Within q a Next certificate counts beside the Cert certificate of q, as it does in p. Periods before p and after q have
//! no part in the fork.
//!
//! Certificates stop at the threshold and leave signers out [COM-5]. A report is thus a lower bound of the guilty, and
//! one that names nobody does not say that nobody is guilty. It grows with the certificates it is given, other
//! certificates of the same role and value included. A node that kept the votes knows more.
//!
//! A report slashes nobody. [`Evidence`](klero_stake::Evidence) takes two signatures of one offender. A certificate of
//! several signers has the sum of theirs, and one sum cannot be taken apart; only sums that differ by one signer give
//! the signature of that one, and nothing here looks for such luck. Reports are for people, who decide what becomes of a
//! chain that forked. A node that has the votes behind the certificates makes evidence of them, as of any others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use klero_committee::sampling::Digest;
use klero_committee::{QuorumCertificate, Step, Value};
use klero_stake::evidence::OffenceKind;
use serde::{Deserialize, Serialize};

use crate::Fork;

/// What a quorum of a period signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signed {
    /// In which step.
    pub step: Step,
    /// For what.
    pub value: Value,
}

/// Two things of one period that no honest member signs both. One of each period is told, as a validator is
/// convicted once of what it did in a period [STK-5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The period.
    pub period: u32,
    /// Which rule is broken.
    pub kind: OffenceKind,
    /// One thing that was signed.
    pub first: Signed,
    /// The other.
    pub second: Signed,
}

/// A member that stands in two certificates which exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Culprit {
    /// Its index in the electorate of the round.
    pub index: u32,
    /// Its account.
    pub id: Digest,
    /// Its stake in that electorate.
    pub stake: u64,
    /// What it did, by period; at least one.
    pub breaches: Vec<Breach>,
}

/// What certificates show of a fork's culprits. [`Display`](fmt::Display) writes it for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkReport {
    /// The chain.
    pub chain: Digest,
    /// The round that forked.
    pub round: u64,
    /// The period and the value of both Cert certificates, the earlier first.
    pub certified: [(u32, Value); 2],
    /// What made way for the second value in the period of the first, among the certificates given. Empty in a fork
    /// within one period, which needs nothing of the kind.
    pub made_way: Vec<Signed>,
    /// Those who are surely guilty, by index. There may be more.
    pub culprits: Vec<Culprit>,
    /// The stake of all culprits together.
    pub stake: u64,
    /// The stake of the electorate.
    pub total: u64,
    /// The least stake that must be guilty, whoever the signers are: 2T − S, where two of the certificates exclude
    /// each other and everyone is a member of their committees. `stake` is never less.
    ///
    /// `None` where no two exclude each other, and for sampled committees. There, two quorums of one role share
    /// at least 2T − W of the W seats that were won in it, but no certificate shows W. In different steps other members
    /// have seats: two quorums need not have one in common.
    pub bound: Option<u64>,
}

/// What was signed in each period.
type Said = BTreeMap<u32, BTreeSet<Signed>>;

impl Fork {
    /// Who is surely guilty of the fork, by its own two certificates and `others` of the round: all that the caller has
    /// of the periods from the first to the second, of Soft, Cert and Next. Each of them was verified against the
    /// [context](Fork::context) of the fork. Others that have no part in it do no harm.
    pub fn report(&self, others: &[QuorumCertificate]) -> ForkReport {
        let (mut quorums, mut members) = (Said::new(), BTreeMap::<u32, Said>::new());
        for certificate in [self.first(), self.second()].into_iter().chain(others) {
            if !self.concerns(certificate) {
                continue;
            }
            let role = certificate.role();
            let signed = Signed {
                step: role.step,
                value: certificate.value(),
            };
            quorums.entry(role.period).or_default().insert(signed);
            for index in certificate.as_unverified().signers.iter() {
                let said = members.entry(index).or_default();
                said.entry(role.period).or_default().insert(signed);
            }
        }
        let members = members.into_iter();
        let culprits: Vec<Culprit> = members
            .filter_map(|(index, said)| self.culprit(index, &said))
            .collect();
        let stakes = culprits.iter().map(|culprit| culprit.stake);
        let context = self.context();
        ForkReport {
            chain: *context.chain(),
            round: self.round(),
            certified: [self.first(), self.second()].map(|it| (it.role().period, it.value())),
            made_way: self.made_way(&quorums),
            stake: stakes.fold(0, u64::saturating_add),
            culprits,
            total: context.electorate().total(),
            bound: self.bound(&quorums),
        }
    }

    /// Whether a certificate is of the round, and of a period that has a part in the fork.
    fn concerns(&self, certificate: &QuorumCertificate) -> bool {
        let role = certificate.role();
        let periods = self.first().role().period..=self.second().role().period;
        role.round == self.round() && periods.contains(&role.period)
    }

    fn culprit(&self, index: u32, said: &Said) -> Option<Culprit> {
        let breaches: Vec<Breach> = said.iter().filter_map(breach).collect();
        let member = self.context().electorate().member(index)?;
        (!breaches.is_empty()).then_some(Culprit {
            index,
            id: member.id,
            stake: member.stake,
            breaches,
        })
    }

    fn made_way(&self, quorums: &Said) -> Vec<Signed> {
        let (period, value) = (self.first().role().period, self.first().value());
        if period == self.second().role().period {
            return Vec::new();
        }
        let signed = quorums.get(&period).into_iter().flatten();
        signed
            .filter(|it| matches!(it.step, Step::Next(_)) && it.value != value)
            .copied()
            .collect()
    }

    /// 2T − S, if two quorums of full committees exclude each other in some period.
    fn bound(&self, quorums: &Said) -> Option<u64> {
        let context = self.context();
        let shared = quorums.iter().find_map(|(period, signed)| {
            let full: BTreeSet<Signed> = signed
                .iter()
                .filter(|it| context.is_full(it.step))
                .copied()
                .collect();
            let Breach { first, second, .. } = breach((period, &full))?;
            let both = context.threshold(first.step)? + context.threshold(second.step)?;
            both.checked_sub(context.electorate().total().into())
        })?;
        u64::try_from(shared).ok()
    }
}

/// What of that which one member signed in a period is an offence: first of all with Cert, without which there were no
/// fork.
fn breach((period, signed): (&u32, &BTreeSet<Signed>)) -> Option<Breach> {
    let told = |kind| {
        move |(first, second): (&Signed, &Signed)| Breach {
            period: *period,
            kind,
            first: *first,
            second: *second,
        }
    };
    // Of one step there are neighbours in the set, if there are two at all.
    let twice = |of_cert: bool| {
        let mut pairs = signed.iter().zip(signed.iter().skip(1));
        pairs.find(|(one, other)| one.step == other.step && (one.step == Step::Cert) == of_cert)
    };
    let abandoned = || {
        let cert = signed.iter().find(|it| it.step == Step::Cert)?;
        let mut nexts = signed.iter().filter(|it| matches!(it.step, Step::Next(_)));
        Some((cert, nexts.find(|next| next.value != cert.value)?))
    };
    let equivocation = told(OffenceKind::Equivocation);
    let abandonment = told(OffenceKind::Abandonment);
    twice(true)
        .map(&equivocation)
        .or_else(|| abandoned().map(abandonment))
        .or_else(|| twice(false).map(&equivocation))
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} for {}", self.step, self.value)
    }
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "member {}, {}, stake {}:", self.index, self.id, self.stake)?;
        for (place, breach) in self.breaches.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let Breach {
                period,
                first,
                second,
                ..
            } = breach;
            write!(f, "{comma} in period {period} signed {first} and {second}")?;
        }
        Ok(())
    }
}

impl ForkReport {
    /// The culprits' share of all stake, in thousandths, rounded down.
    pub fn share_in_thousandths(&self) -> u64 {
        let share = u128::from(self.stake) * 1000;
        let share = share.checked_div(self.total.into()).unwrap_or(0);
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for ForkReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "fork in round {} of chain {}", self.round, self.chain)?;
        for (period, value) in &self.certified {
            match value {
                Value::Block(block) => writeln!(f, "  period {period} certified {block}")?,
                Value::Bottom => writeln!(f, "  period {period} certified {value}")?,
            }
        }
        for way in &self.made_way {
            writeln!(f, "  made way for the second: {way}")?;
        }
        let (count, share) = (self.culprits.len(), self.share_in_thousandths());
        let (percent, tenth) = (share / 10, share % 10);
        let (stake, total) = (self.stake, self.total);
        writeln!(
            f,
            "{count} culprits with {stake} of {total} stake ({percent}.{tenth} %)"
        )?;
        for culprit in &self.culprits {
            writeln!(f, "  {culprit}")?;
        }
        if let Some(bound) = self.bound {
            writeln!(
                f,
                "quorums that exclude each other share at least {bound} stake here"
            )?;
        }
        let [(first, _), (second, _)] = self.certified;
        if first != second && self.made_way.is_empty() {
            writeln!(
                f,
                "what let the second block past period {first} is not among the certificates: other nodes may have it"
            )?;
        }
        write!(
            f,
            "certificates leave signers out: others may be guilty too. Only votes convict; this report slashes nobody"
        )
    }
}
