//! Random forks: the report names those whose own votes would convict them, and nobody who kept the rules.

use std::collections::BTreeSet;

use klero_finality::Fork;
use klero_finality::stake::Evidence;
use klero_finality::stake::committee::certificate::assemble;
use klero_finality::stake::committee::sampling::SeatScheme;
use klero_finality::stake::committee::{QuorumCertificate, RoundContext, Step, Value, Vote};

use crate::forks::{V, W, vote};
use crate::network::Network;

/// A stream of choices that depends on its seed alone.
struct Choices(blake3::OutputReader);

impl Choices {
    fn new(seed: u64) -> Self {
        Self(blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof())
    }

    fn below(&mut self, bound: u8) -> u8 {
        let mut byte = [0];
        self.0.fill(&mut byte);
        byte[0] % bound
    }
}

/// What one member signs in the round.
type Speech = Vec<((u32, Step), Value)>;

/// A member that keeps the rules. In period 0 it staged `V` with a chance of `staging` in 4, or not; then period 0 ended for it with ⊥, and in the last
/// period it stages `W`, or sees that too late.
fn honest(choices: &mut Choices, last: u32, staging: u8) -> Speech {
    let mut speech = vec![((0, Step::Soft), V)];
    let staged = choices.below(4) < staging;
    if staged {
        speech.push(((0, Step::Cert), V));
    }
    let closing = if staged { V } else { Value::Bottom };
    speech.extend((0..2).map(|k| ((0, Step::Next(k)), closing)));
    for period in 1..last {
        let soft = if choices.below(2) == 0 { V } else { W };
        speech.push(((period, Step::Soft), soft));
        // Of different k the values may be different.
        let values = [Value::Bottom, soft];
        let pick = |k, place: u8| ((period, Step::Next(k)), values[usize::from(place)]);
        speech.extend([pick(0, choices.below(2)), pick(1, choices.below(2))]);
    }
    speech.push(((last, Step::Soft), W));
    if choices.below(8) > 0 {
        speech.extend([((last, Step::Cert), W), ((last, Step::Next(0)), W)]);
    } else {
        speech.push(((last, Step::Next(0)), Value::Bottom));
    }
    speech
}

/// A member that signs most of what could be signed.
fn adversarial(choices: &mut Choices, last: u32) -> Speech {
    let mut speech = Speech::new();
    for period in 0..=last {
        for step in [Step::Soft, Step::Cert, Step::Next(0), Step::Next(1)] {
            let values = [V, W, Value::Bottom];
            let blocks = if matches!(step, Step::Next(_)) { 3 } else { 2 };
            let said = values.into_iter().take(blocks);
            let kept = said.filter(|_| choices.below(16) > 0);
            speech.extend(kept.map(|value| ((period, step), value)));
        }
    }
    speech
}

/// A network in which a round was voted on, by honest members and others.
struct Storm {
    context: RoundContext,
    is_honest: Vec<bool>,
    votes: Vec<Vote>,
    quorums: Vec<QuorumCertificate>,
}

impl Storm {
    fn new(network: &Network, seed: u64) -> Self {
        let mut choices = Choices::new(seed);
        let context = network.chain.context(1).unwrap();
        let last = u32::from(choices.below(3));
        let staging = 1 + choices.below(4);
        let is_honest: Vec<bool> = network.keys.iter().map(|_| choices.below(2) > 0).collect();
        let mut votes = Vec::new();
        for (voter, is_honest) in (0_u32..).zip(&is_honest) {
            let speech = match is_honest {
                true if last > 0 => honest(&mut choices, last, staging),
                // In one period an honest member certifies one of the two, and stays with it.
                true => {
                    let value = [V, W][usize::from(choices.below(2))];
                    [Step::Soft, Step::Cert, Step::Next(0)]
                        .map(|step| ((0, step), value))
                        .to_vec()
                }
                false => adversarial(&mut choices, last),
            };
            votes.extend(
                speech
                    .into_iter()
                    .filter_map(|(place, value)| vote(network, &context, voter, place, value)),
            );
        }
        let said: BTreeSet<_> = votes.iter().map(|vote| (vote.role(), vote.value())).collect();
        let quorums = said
            .into_iter()
            .filter_map(|(role, value)| assemble(&context, role, value, &votes))
            .collect();
        Self {
            context,
            is_honest,
            votes,
            quorums,
        }
    }

    fn forks(&self) -> Vec<Fork> {
        let certs: Vec<_> = self
            .quorums
            .iter()
            .filter(|it| it.role().step == Step::Cert)
            .collect();
        let pairs = certs
            .iter()
            .flat_map(|one| certs.iter().map(move |other| (one, other)));
        pairs
            .filter(|(one, other)| one.value() < other.value())
            .map(|(one, other)| {
                Fork::detect(&self.context, one.as_unverified(), other.as_unverified()).unwrap()
            })
            .collect()
    }

    /// Whether a member's own votes, of those that are in certificates of the fork's periods, are evidence against it.
    fn is_convicted(&self, fork: &Fork, voter: u32) -> bool {
        let periods = fork.first().role().period..=fork.second().role().period;
        let is_shown = |vote: &&Vote| {
            periods.contains(&vote.role().period)
                && self.quorums.iter().any(|quorum| {
                    (quorum.role(), quorum.value()) == (vote.role(), vote.value())
                        && quorum.as_unverified().signers.contains(voter)
                })
        };
        let own = self.votes.iter().filter(|vote| vote.voter() == voter);
        let own: Vec<&Vote> = own.filter(is_shown).collect();
        own.iter()
            .any(|one| own.iter().any(|other| Evidence::of_votes(one, other).is_some()))
    }

    /// Checks the reports of all forks; how many there are, how many culprits, and how often honest members stood in both
    /// Cert certificates.
    fn check(&self) -> [usize; 3] {
        let (mut culprits, mut spared) = (0, 0);
        let forks = self.forks();
        for fork in &forks {
            let report = fork.report(&self.quorums);
            let named: Vec<u32> = report.culprits.iter().map(|culprit| culprit.index).collect();
            let members = 0..self.is_honest.len() as u32;
            let expected: Vec<u32> = members.filter(|it| self.is_convicted(fork, *it)).collect();
            assert_eq!(named, expected);
            assert!(named.iter().all(|index| !self.is_honest[*index as usize]));
            let member = |index: &u32| self.context.electorate().member(*index).unwrap().stake;
            assert_eq!(report.stake, named.iter().map(member).sum::<u64>());
            assert!(report.bound.is_none_or(|bound| report.stake >= bound));
            // The certificates of the fork alone name no more.
            let alone = fork.report(&[]);
            assert!(alone.culprits.iter().all(|it| named.contains(&it.index)));
            let [first, second] = [fork.first(), fork.second()].map(|it| &it.as_unverified().signers);
            let in_both = first.iter().filter(|index| second.contains(*index));
            spared += in_both.filter(|index| self.is_honest[*index as usize]).count();
            culprits += named.len();
        }
        [forks.len(), culprits, spared]
    }
}

fn storms(network: &Network, seeds: u64) -> [usize; 3] {
    let checked = (0..seeds).map(|seed| Storm::new(network, seed).check());
    checked.fold([0; 3], |[a, b, c], [d, e, f]| [a + d, b + e, c + f])
}

/// [FIN-6] Honest members that signed Cert in two periods are never named, culprits always, where everyone is a
/// member.
#[test]
fn where_all_are_members_the_report_is_right() {
    let network = Network::of_stakes(SeatScheme::Full, &[9, 7, 7, 5, 4, 4, 3, 2, 1, 1]);
    let [forks, culprits, spared] = storms(&network, 60);
    assert!(forks > 20 && culprits > 50 && spared > 20);
}

/// [FIN-6] The same with sampled committees, where members have seats in some roles and not in others.
#[test]
fn in_sampled_committees_the_report_is_right() {
    let [forks, culprits, spared] = storms(&Network::of_twenty(0), 120);
    assert!(forks > 20 && culprits > 50 && spared > 20);
}

/// [FIN-6] Where everyone is a member, two quorums that exclude each other share more than a third of the stake.
#[test]
fn the_bound_is_more_than_a_third_where_all_are_members() {
    for stakes in [&[1; 4][..], &[1; 7], &[9, 7, 7, 5, 4, 4, 3, 2, 1, 1]] {
        let network = Network::of_stakes(SeatScheme::Full, stakes);
        let total: u64 = stakes.iter().sum();
        let forks = (0..20).flat_map(|seed| {
            let storm = Storm::new(&network, seed);
            let within = storm.forks().into_iter();
            let within = within.filter(|it| it.first().role() == it.second().role());
            within.map(|fork| fork.report(&[])).collect::<Vec<_>>()
        });
        let forks: Vec<_> = forks.collect();
        assert!(!forks.is_empty());
        for report in forks {
            assert_eq!(report.total, total);
            assert!(report.bound.unwrap() * 3 > total);
            assert!(report.stake * 3 > total);
        }
    }
}
