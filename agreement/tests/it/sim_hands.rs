//! Networks whose validators are handed out, and whose committees are those of a profile.

use klero_agreement::sim::{BuildError, Builder, Replay, Run, Simulation};
use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile, Step, Timing};

const STAKES: [u64; 6] = [500, 400, 300, 300, 200, 100];

fn handed(hands: &[usize]) -> Builder {
    let builder = Simulation::builder()
        .nodes(3)
        .stakes(STAKES)
        .hands(hands.iter().copied());
    builder.hashed().seed(8)
}

#[test]
fn every_node_has_the_validators_that_it_is_given() {
    let network = handed(&[2, 0, 0, 2, 1, 0]).build().unwrap();
    let stakes = |node| {
        let mut stakes = network.stakes(node);
        stakes.sort_unstable();
        stakes
    };
    assert_eq!(
        (stakes(0), stakes(1), stakes(2)),
        (vec![100, 300, 400], vec![200], vec![300, 500])
    );
}

#[test]
fn validators_for_nobody_are_refused() {
    for (hands, nodes) in [(&[0, 1, 2][..], 3), (&[0, 1, 2, 3, 0, 1], 3)] {
        let refused = BuildError::Hands {
            hands: hands.len(),
            nodes,
            stakes: STAKES.len(),
        };
        assert_eq!(handed(hands).build().err(), Some(refused));
    }
}

/// Soft always has a quorum, and Cert, of which everyone would be needed who is never drawn together, hardly ever.
#[test]
fn every_step_has_the_committee_of_its_own() {
    let size = |expected, threshold| CommitteeSize { expected, threshold };
    let profile = Profile {
        scheme: SeatScheme::Quota,
        soft: size(18, 9),
        cert: size(17, 17),
        next: size(18, 9),
        catch_up: 5,
        timing: Timing {
            filter_min: Timing::DEFAULT.filter_max,
            ..Timing::DEFAULT
        },
        ..Profile::full()
    };
    let builder = handed(&[0, 1, 2, 0, 1, 2])
        .profile(profile)
        .delay(10, 10)
        .unchecked();
    let mut network = builder.build().unwrap();
    network.run_until_round(10, u64::MAX).unwrap();
    let missed = |step| {
        network
            .outcomes()
            .filter(|outcome| outcome.role.step == step && !outcome.is_quorum)
            .count()
    };
    assert_eq!(missed(Step::Soft), 0);
    assert!(missed(Step::Cert) > 0);
}

#[test]
fn a_recorded_run_keeps_both() {
    let profile = Profile {
        propose: 40,
        ..Profile::full()
    };
    let mut network = handed(&[2, 0, 0, 2, 1, 0]).profile(profile).build().unwrap();
    network.run_until_round(2, 600_000).unwrap();
    let text = network.run().to_string();
    assert!(text.contains("\"hands\":[2,0,0,2,1,0]"), "{text}");
    let mut replay = Replay::new(Run::read(&text).unwrap()).unwrap();
    replay.go_to(replay.len()).unwrap();
    assert_eq!(replay.is_faithful(), Some(true));
}
