//! Forks, and who is to blame for them.

use klero_finality::stake::committee::certificate::assemble;
use klero_finality::stake::committee::sampling::{Digest, SeatScheme};
use klero_finality::stake::committee::{
    CertificateError, QuorumCertificate, Role, RoundContext, Step, UnverifiedCertificate, Value, Vote,
    cast_vote,
};
use klero_finality::stake::evidence::OffenceKind;
use klero_finality::{Breach, Fork, ForkError, ForkReport, Signed};

use crate::network::Network;

pub(crate) const V: Value = Value::Block(Digest([1; 32]));
pub(crate) const W: Value = Value::Block(Digest([2; 32]));
const BOTTOM: Value = Value::Bottom;

/// What a member signs in a role of the context's round, if it has a seat there.
pub(crate) fn vote(
    network: &Network,
    context: &RoundContext,
    voter: u32,
    (period, step): (u32, Step),
    value: Value,
) -> Option<Vote> {
    let role = Role::new(context.round(), period, step);
    cast_vote(context, role, value, voter, &network.keys[voter as usize])
}

/// Four equal members in round 1: three are a quorum, and a certificate of theirs leaves none of them out.
pub(crate) struct Four {
    pub(crate) network: Network,
    pub(crate) context: RoundContext,
}

impl Four {
    pub(crate) fn new() -> Self {
        let network = Network::of_four(0);
        let context = network.chain.context(1).unwrap();
        Self { network, context }
    }

    pub(crate) fn certificate(
        &self,
        voters: [u32; 3],
        (period, step): (u32, Step),
        value: Value,
    ) -> QuorumCertificate {
        let cast = |voter| vote(&self.network, &self.context, voter, (period, step), value);
        let votes: Vec<Vote> = voters.into_iter().filter_map(cast).collect();
        let made = assemble(&self.context, votes[0].role(), value, &votes).unwrap();
        let signers: Vec<u32> = made.as_unverified().signers.iter().collect();
        assert_eq!(signers, voters);
        made
    }

    fn cert(&self, voters: [u32; 3], period: u32, value: Value) -> QuorumCertificate {
        self.certificate(voters, (period, Step::Cert), value)
    }

    pub(crate) fn fork(&self, first: &QuorumCertificate, second: &QuorumCertificate) -> Fork {
        let [first, second] = [first, second].map(QuorumCertificate::as_unverified);
        Fork::detect(&self.context, first, second).unwrap()
    }

    /// V in period 0 by the first three, W in period 2 by the last three: members 1 and 2 stand in both.
    fn over_periods(&self) -> Fork {
        self.fork(&self.cert([0, 1, 2], 0, V), &self.cert([1, 2, 3], 2, W))
    }

    fn refusal(&self, first: &UnverifiedCertificate, second: &UnverifiedCertificate) -> ForkError {
        let refused = Fork::detect(&self.context, first, second).unwrap_err();
        assert!(Fork::detect(&self.context, second, first).is_err());
        refused
    }
}

fn named(report: &ForkReport) -> Vec<u32> {
    report.culprits.iter().map(|culprit| culprit.index).collect()
}

/// What a member is said to have done.
fn told(report: &ForkReport, index: u32) -> &[Breach] {
    let culprit = report.culprits.iter().find(|it| it.index == index);
    &culprit.unwrap().breaches
}

fn breach(kind: OffenceKind, period: u32, first: (Step, Value), second: (Step, Value)) -> Breach {
    let [first, second] = [first, second].map(|(step, value)| Signed { step, value });
    Breach {
        period,
        kind,
        first,
        second,
    }
}

/// Cert for one value and Next for another.
fn abandoned(period: u32, certified: Value, next: (Step, Value)) -> Breach {
    breach(OffenceKind::Abandonment, period, (Step::Cert, certified), next)
}

/// Two values in one step.
fn equivocated(period: u32, step: Step, [one, other]: [Value; 2]) -> Breach {
    breach(OffenceKind::Equivocation, period, (step, one), (step, other))
}

/// [FIN-6] [STK-5] In one period whoever stands in both certificates signed two values in one role.
#[test]
fn in_one_period_both_certificates_name_the_culprits() {
    let four = Four::new();
    let (one, other) = (four.cert([1, 2, 3], 0, W), four.cert([0, 1, 3], 0, V));
    let report = four.fork(&one, &other).report(&[]);
    assert_eq!(report.certified, [(0, V), (0, W)]);
    assert_eq!(named(&report), [1, 3]);
    let done = equivocated(0, Step::Cert, [V, W]);
    assert_eq!(told(&report, 1), [done]);
    assert_eq!(told(&report, 3), [done]);
    assert_eq!((report.stake, report.total, report.bound), (2, 4, Some(2)));
    assert_eq!(report.culprits[1].id, Digest([3; 32]));
    assert_eq!(report.culprits[1].stake, 1);
    assert!(report.made_way.is_empty());
    assert_eq!(report, four.fork(&other, &one).report(&[]));
}

/// [FIN-6] Cert in two periods is no fault, and no reason to be named.
#[test]
fn over_periods_the_two_certificates_alone_name_nobody() {
    let report = Four::new().over_periods().report(&[]);
    assert_eq!(report.certified, [(0, V), (2, W)]);
    assert_eq!(named(&report), [0; 0]);
    assert_eq!((report.stake, report.bound), (0, None));
    assert!(report.made_way.is_empty());
}

/// [FIN-6] [STK-5] Over periods the culprits signed Cert and the Next that made way for something else.
#[test]
fn over_periods_the_next_that_made_way_names_the_culprits() {
    let four = Four::new();
    for (k, way) in [
        (0, BOTTOM),
        (3, BOTTOM),
        (1, W),
        (7, Value::Block(Digest([9; 32]))),
    ] {
        let next = four.certificate([0, 2, 3], (0, Step::Next(k)), way);
        let report = four.over_periods().report(&[next]);
        assert_eq!(named(&report), [0, 2]);
        for culprit in [0, 2] {
            let done = abandoned(0, V, (Step::Next(k), way));
            assert_eq!(told(&report, culprit), [done]);
        }
        assert_eq!((report.stake, report.bound), (2, Some(2)));
        let step = Step::Next(k);
        assert_eq!(report.made_way, [Signed { step, value: way }]);
    }
}

/// [FIN-6] Next for the certified value is what Cert asks for; Next of a later period is bound by nothing in the first.
#[test]
fn what_the_rules_allow_names_nobody() {
    let four = Four::new();
    let next = |period, value| four.certificate([0, 1, 2], (period, Step::Next(0)), value);
    let allowed = [next(0, V), next(1, BOTTOM), next(2, W)];
    let soft = [(0, V), (1, V), (2, W)];
    let soft = soft.map(|(period, value)| four.certificate([0, 1, 2], (period, Step::Soft), value));
    let report = four.over_periods().report(&[&allowed[..], &soft[..]].concat());
    assert_eq!(named(&report), [0; 0]);
    assert_eq!(report.bound, None);
    assert!(report.made_way.is_empty());
}

/// [FIN-6] Where the way was made in a period between, two certificates of one role convict.
#[test]
fn between_the_periods_two_values_in_one_role_convict() {
    let four = Four::new();
    for (step, one, other) in [(Step::Soft, V, W), (Step::Next(2), BOTTOM, V)] {
        let pair = [
            four.certificate([0, 1, 2], (1, step), one),
            four.certificate([0, 1, 3], (1, step), other),
        ];
        let report = four.over_periods().report(&pair);
        assert_eq!(named(&report), [0, 1]);
        let done = equivocated(1, step, [one, other]);
        assert_eq!(told(&report, 0), [done]);
        assert_eq!(report.bound, Some(2));
        assert!(report.made_way.is_empty());
    }
    // At two k the two values are what honest members may sign.
    let apart = [
        four.certificate([0, 1, 2], (1, Step::Next(1)), BOTTOM),
        four.certificate([0, 1, 2], (1, Step::Next(2)), V),
    ];
    assert_eq!(named(&four.over_periods().report(&apart)), [0; 0]);
}

/// [FIN-6] Periods before the first and after the second have no part in the fork, nor has another round.
#[test]
fn certificates_that_have_no_part_are_passed_over() {
    let four = Four::new();
    let fork = four.fork(&four.cert([0, 1, 2], 1, V), &four.cert([0, 1, 2], 2, W));
    let pair = |period| [BOTTOM, W].map(|value| four.certificate([0, 1, 2], (period, Step::Next(0)), value));
    let mut later = Four::new();
    later.network.extend(0);
    later.context = later.network.chain.context(2).unwrap();
    let foreign = later.certificate([0, 1, 2], (1, Step::Next(0)), BOTTOM);
    let others = [&pair(0)[..], &pair(3)[..], &[foreign]].concat();
    assert_eq!(fork.report(&others), fork.report(&[]));
    assert_eq!(named(&fork.report(&pair(1))), [0, 1, 2]);
}

/// [FIN-6] [STK-5] Each period is told once, Cert before all else; the stake of a culprit counts once.
#[test]
fn what_a_culprit_did_is_told_once_a_period() {
    let four = Four::new();
    let next = |period, k, value| four.certificate([0, 1, 2], (period, Step::Next(k)), value);
    let soft = |value| four.certificate([0, 1, 2], (0, Step::Soft), value);
    let others = [
        soft(V),
        soft(W),
        next(0, 1, BOTTOM),
        next(0, 1, W),
        next(0, 2, BOTTOM),
        next(2, 0, V),
    ];
    let report = four.over_periods().report(&others);
    let first = abandoned(0, V, (Step::Next(1), BOTTOM));
    assert_eq!(told(&report, 0), [first]);
    assert_eq!(told(&report, 1), [first, abandoned(2, W, (Step::Next(0), V))]);
    assert_eq!(named(&report), [0, 1, 2]);
    assert_eq!(report.stake, 3);
    assert_eq!(report.made_way.len(), 3);
}

/// [FIN-6] [COM-5] Another certificate of the same role and value has other signers: a report grows with it.
#[test]
fn more_certificates_name_more_culprits() {
    let four = Four::new();
    let fork = four.fork(&four.cert([0, 1, 2], 0, V), &four.cert([0, 1, 3], 0, W));
    assert_eq!(named(&fork.report(&[])), [0, 1]);
    let another = four.cert([1, 2, 3], 0, W);
    assert_eq!(named(&fork.report(&[another])), [0, 1, 2]);
}

/// [FIN-6] Two chains that each accepted another block hold the two halves of a fork.
#[test]
fn two_nodes_that_finalized_different_blocks_show_a_fork() {
    let network = Network::of_twenty(5);
    let context = network.chain.context(6).unwrap();
    let block = network.block(0);
    let mut draft = network.draft(0);
    draft.payload = b"something else".to_vec();
    let signer = &network.keys[network.proposer() as usize];
    let other = draft.into_block(&network.chain, signer).unwrap();
    let [one, two] = [&block, &other].map(|block| {
        let certificate = network.certify(&block.header, 0);
        network.chain.clone().accept(block, &certificate).unwrap();
        certificate
    });
    let report = Fork::detect(&context, &one, &two).unwrap().report(&[]);
    let both: Vec<u32> = one
        .signers
        .iter()
        .filter(|it| two.signers.contains(*it))
        .collect();
    assert!(both.len() > 1);
    assert_eq!(named(&report), both);
    // Committees are sampled here: no stake follows from the thresholds.
    assert_eq!(report.bound, None);
    let stakes = both.iter().map(|index| 100_000 / u64::from(index + 1));
    assert_eq!(report.stake, stakes.sum::<u64>());
}

/// [FIN-6] Thresholds of sampled committees are seats: no bound in stake follows from them, even where 2T > S.
#[test]
fn sampled_committees_have_no_bound_in_stake() {
    let network = Network::of_stakes(SeatScheme::Quota, &[4; 10]);
    let context = network.chain.context(1).unwrap();
    let [one, other] = [(V, 0..9), (W, 1..10)].map(|(value, voters)| {
        let place = (0, Step::Cert);
        let votes: Vec<Vote> = voters
            .filter_map(|voter| vote(&network, &context, voter, place, value))
            .collect();
        assemble(&context, votes[0].role(), value, &votes).unwrap()
    });
    assert!(2 * one.weight() > context.electorate().total().into());
    let report = Fork::of(&context, one, other).unwrap().report(&[]);
    assert_eq!(named(&report), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!((report.stake, report.total, report.bound), (32, 40, None));
}

/// [FIN-6] Only two Cert certificates of one round for two blocks are a fork.
#[test]
fn what_is_no_fork_is_refused() {
    let four = Four::new();
    let cert = four.cert([0, 1, 2], 0, V).as_unverified().clone();
    for step in [Step::Soft, Step::Next(0)] {
        let other = four.certificate([1, 2, 3], (0, step), W);
        let refused = four.refusal(&cert, other.as_unverified());
        assert_eq!(refused, ForkError::NotCert(Role::new(1, 0, step)));
    }
    for (voters, period) in [([0, 1, 2], 0), ([1, 2, 3], 0), ([1, 2, 3], 4)] {
        let same = four.cert(voters, period, V);
        let refused = four.refusal(&cert, same.as_unverified());
        assert_eq!(refused, ForkError::SameValue(V));
        let verified = [four.cert([0, 1, 2], 0, V), same];
        let [first, second] = verified;
        let refused = Fork::of(&four.context, first, second).unwrap_err();
        assert_eq!(refused, ForkError::SameValue(V));
    }
}

/// [FIN-6] Rounds have a block each; the electorate of one does not judge another.
#[test]
fn another_round_is_refused() {
    let mut later = Four::new();
    let cert = later.cert([0, 1, 2], 0, V);
    let contradicting = later.cert([0, 1, 2], 0, W);
    later.network.extend(0);
    later.context = later.network.chain.context(2).unwrap();
    let second = later.cert([1, 2, 3], 0, W);
    assert_eq!(
        later.refusal(cert.as_unverified(), second.as_unverified()),
        ForkError::TwoRounds { first: 1, second: 2 }
    );
    assert_eq!(
        Fork::of(&later.context, cert, contradicting).unwrap_err(),
        ForkError::OtherRound {
            found: 1,
            expected: 2
        }
    );
}

/// [FIN-6] What is forged, or real in another chain, is refused, and the error says which it is.
#[test]
fn forged_certificates_are_refused() {
    let four = Four::new();
    let cert = four.cert([0, 1, 2], 0, V).as_unverified().clone();
    let real = four.cert([1, 2, 3], 1, W).as_unverified().clone();
    let forged = |change: fn(&mut UnverifiedCertificate), cause| {
        let mut forged = real.clone();
        change(&mut forged);
        let UnverifiedCertificate { role, value, .. } = forged;
        let refused = four.refusal(&cert, &forged);
        assert_eq!(refused, ForkError::Certificate { role, value, cause });
    };
    forged(|it| it.signature[40] ^= 1, CertificateError::Signature);
    forged(|it| it.role.period = 0, CertificateError::Signature);
    let joined = |it: &mut UnverifiedCertificate| assert!(it.signers.insert(0));
    forged(joined, CertificateError::Signature);
    let moved = |it: &mut UnverifiedCertificate| it.value = Value::Block(Digest([3; 32]));
    forged(moved, CertificateError::Signature);
    let bottom = CertificateError::Bottom(Role::new(1, 1, Step::Cert));
    forged(|it| it.value = Value::Bottom, bottom);
    let other = Network::of_stakes(SeatScheme::Full, &[2; 4]);
    let elsewhere = Four {
        context: other.chain.context(1).unwrap(),
        network: other,
    };
    let foreign = elsewhere.cert([1, 2, 3], 1, W);
    let refused = ForkError::Certificate {
        role: foreign.role(),
        value: W,
        cause: CertificateError::Signature,
    };
    assert_eq!(four.refusal(&cert, foreign.as_unverified()), refused);
}

/// [FIN-6] People read who did what, with what stake, and what the report cannot say.
#[test]
fn a_report_is_text_for_people() {
    let four = Four::new();
    let fork = four.over_periods();
    assert_eq!(
        fork.to_string(),
        "fork in round 1: 01010101 certified in period 0 and 02020202 certified in period 2"
    );
    let next = four.certificate([0, 2, 3], (0, Step::Next(1)), BOTTOM);
    let text = fork.report(&[next]).to_string();
    let member = format!(
        "  member 2, {}, stake 1: in period 0 signed Cert for 01010101 and Next(1) for ⊥",
        "02".repeat(32)
    );
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("fork in round 1 of chain "));
    assert_eq!(lines[1], format!("  period 0 certified {}", "01".repeat(32)));
    assert_eq!(lines[3], "  made way for the second: Next(1) for ⊥");
    assert_eq!(lines[4], "2 culprits with 2 of 4 stake (50.0 %)");
    assert_eq!(lines[6], member);
    assert!(text.contains("at least 2 stake"));
    assert!(text.contains("others may be guilty too"));
    let unknown = fork.report(&[]).to_string();
    assert!(unknown.contains("0 culprits with 0 of 4 stake (0.0 %)"));
    assert!(unknown.contains("what let the second block past period 0"));
}
