//! What proofs cost: a thousand verified together, beside the same thousand one by one, for each suite.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use klero_sampling::vrf::{VrfClaim, VrfInput, VrfProof, VrfPublicKey, VrfSecretKey, VrfSuite, verify_batch};
use klero_sampling::{Digest, Domain};

const CLAIMS: u64 = 1000;
const ENTROPY: [u8; 32] = [7; 32];

fn suites() -> Vec<VrfSuite> {
    let mut suites = vec![VrfSuite::Sr25519, VrfSuite::Bls12381];
    if cfg!(feature = "ecvrf") {
        suites.push(VrfSuite::EcvrfP256);
    }
    suites
}

fn key(suite: VrfSuite, number: u64) -> VrfSecretKey {
    let seed = Domain::Keys.digest(&("bench", number));
    VrfSecretKey::from_seed(suite, seed.as_bytes()).unwrap()
}

/// The committee of one role: a thousand keys, one input.
fn proofs(suite: VrfSuite, input: &VrfInput) -> Vec<(VrfPublicKey, VrfProof)> {
    let proof = |number| {
        let key = key(suite, number);
        (key.public(), key.prove(input).unwrap())
    };
    (0..CLAIMS).map(proof).collect()
}

fn verify(criterion: &mut Criterion) {
    let input = VrfInput::role(&Digest([1; 32]), &Digest([2; 32]), 7, 0, [1, 0, 0, 0, 0]);
    for suite in suites() {
        let proofs = proofs(suite, &input);
        let claims: Vec<VrfClaim<'_>> = proofs
            .iter()
            .map(|(key, proof)| VrfClaim {
                key,
                input: &input,
                proof,
            })
            .collect();
        let mut group = criterion.benchmark_group(format!("{suite} of 1000"));
        group.throughput(Throughput::Elements(CLAIMS));
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        group.measurement_time(Duration::from_secs(10));
        group.bench_function("one by one", |bench| {
            bench.iter(|| {
                proofs
                    .iter()
                    .all(|(key, proof)| key.verify(&input, proof).is_ok())
            });
        });
        group.bench_function("in a batch", |bench| {
            bench.iter(|| verify_batch(&claims, &ENTROPY).iter().all(Result::is_ok));
        });
        group.finish();
    }
}

fn prove(criterion: &mut Criterion) {
    let input = VrfInput::role(&Digest([1; 32]), &Digest([2; 32]), 7, 0, [1, 0, 0, 0, 0]);
    for suite in suites() {
        let key = key(suite, 0);
        let mut group = criterion.benchmark_group(format!("{suite} key"));
        group.bench_function("evaluate", |bench| bench.iter(|| key.evaluate(&input)));
        group.bench_function("prove", |bench| bench.iter(|| key.prove(&input)));
        group.finish();
    }
}

criterion_group!(benches, verify, prove);
criterion_main!(benches);
