//! What a node spends on the votes of one step: drawing and signing its own, verifying those of others, making
//! and verifying the certificate. 200 members with stakes like 1/i and 1000 seats by quota; 50 keys are the node's.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use klero_committee::{
    CommitteeSize, Electorate, Member, Profile, Role, RoundContext, Step, UnverifiedVote, ValidatorKeys,
    Value, Vote, cast_vote, certificate, make_proposal, verify_votes,
};
use klero_sampling::vrf::VrfSuite;
use klero_sampling::{Digest, Domain, SeatScheme};

const MEMBERS: u64 = 200;
const OWN: usize = 50;

struct World {
    context: RoundContext,
    keys: Vec<ValidatorKeys>,
}

fn world() -> World {
    let mut members: Vec<(Member, ValidatorKeys)> = (0..MEMBERS).map(member).collect();
    members.sort_by_key(|(member, _)| member.id);
    let (members, keys): (Vec<Member>, Vec<ValidatorKeys>) = members.into_iter().unzip();
    let committee = CommitteeSize {
        expected: 1000,
        threshold: 712,
    };
    let profile = Profile {
        scheme: SeatScheme::Quota,
        soft: committee,
        cert: committee,
        next: committee,
        catch_up: 370,
        ..Profile::full()
    };
    let electorate = Arc::new(Electorate::new(members).unwrap());
    let context =
        RoundContext::new(Digest([1; 32]), 7, Digest([2; 32]), electorate, Arc::new(profile)).unwrap();
    World { context, keys }
}

fn member(number: u64) -> (Member, ValidatorKeys) {
    let seed = Domain::Keys.digest(&("bench", number));
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, seed.as_bytes()).unwrap();
    let member = Member {
        id: Domain::Genesis.digest(&("bench", number)),
        stake: 170_000_000 / (number + 1),
        vote_key: keys.vote.public(),
        vrf_key: keys.vrf.public(),
    };
    (member, keys)
}

impl World {
    fn cast(&self, members: std::ops::Range<usize>) -> Vec<Vote> {
        let role = Role::new(7, 0, Step::Cert);
        let value = Value::Block(Digest([3; 32]));
        let cast = |index: usize| cast_vote(&self.context, role, value, index as u32, &self.keys[index]);
        members.filter_map(cast).collect()
    }
}

fn unverified(votes: &[Vote]) -> Vec<UnverifiedVote> {
    let vote = |vote: &Vote| UnverifiedVote {
        role: vote.role(),
        value: vote.value(),
        voter: vote.voter(),
        proof: vote.proof().cloned(),
        signature: vote.signature().to_bytes(),
    };
    votes.iter().map(vote).collect()
}

fn votes(criterion: &mut Criterion) {
    let world = world();
    let all = world.cast(0..200);
    let context = &world.context;
    let (role, value) = (all[0].role(), all[0].value());
    criterion.bench_function("cast with 50 keys", |bench| {
        bench.iter(|| world.cast(black_box(0..OWN)));
    });
    let bundle = unverified(&world.cast(OWN..2 * OWN));
    let name = format!("verify a bundle of {}", bundle.len());
    criterion.bench_function(&name, |bench| {
        bench.iter(|| verify_votes(context, &bundle, &[7; 32]));
    });
    let others = unverified(&world.cast(OWN..200));
    let name = format!("verify {} votes together", others.len());
    criterion.bench_function(&name, |bench| {
        bench.iter(|| verify_votes(context, &others, &[7; 32]));
    });
    criterion.bench_function("assemble a certificate", |bench| {
        bench.iter(|| certificate::assemble(context, role, value, &all));
    });
    let made = certificate::assemble(context, role, value, &all).unwrap();
    let certificate = made.as_unverified();
    let name = format!("verify a certificate with {} proofs", certificate.proofs.len());
    criterion.bench_function(&name, |bench| bench.iter(|| certificate.verify(context).unwrap()));
    let fresh = |index: usize| {
        make_proposal(context, 0, index as u32, &world.keys[index], |_| {
            Some((Digest([3; 32]), 0, index as u32))
        })
    };
    let proposal = (0..200).find_map(fresh).unwrap();
    criterion.bench_function("verify a proposal", |bench| {
        bench.iter(|| proposal.as_unverified().verify(context));
    });
}

criterion_group!(benches, votes);
criterion_main!(benches);
