//! A run, written to a file, happens again.

use klero_agreement::sim::{Behaviour, Builder, Replay, ReplayError, Run, RunError, Simulation, Stop};

/// Everything at once: loss, repetition, a cut, crashes, a liar who reforms, a wrong clock, a late start.
fn stormy(seed: u64) -> Builder {
    Simulation::builder()
        .nodes(5)
        .seed(seed)
        .hashed()
        .loss(100)
        .duplication(200)
        .partition(1_000, 4_000, &[&[0, 1, 2], &[3, 4]])
        .crash(1, 2_000, 3_000)
        .forget(2, 5_000, 5_500)
        .behaviour_until(4, Behaviour::TwoFaced, 6_000)
        .clock(3, 1_100, 20)
        .starts(0, 700)
}

fn again(run: &Run) -> Replay {
    Replay::new(Run::read(&run.to_string()).unwrap()).unwrap()
}

#[test]
fn every_event_happens_again_and_leads_to_the_same_state() {
    for builder in [stormy(1), stormy(2), Simulation::builder().seed(3).twin(0)] {
        let mut network = builder.build().unwrap();
        // Who forgets its log may break its word: that ends the run, and the file with it.
        let ended = network.run_for(9_000);
        let mut replay = again(&network.run());
        replay.go_to(usize::MAX).unwrap();
        assert_eq!(replay.is_faithful(), Some(true), "{ended:?}");
        assert!(replay.len() > 300, "{}", replay.len());
        for node in 0..replay.nodes() {
            assert_eq!(replay.state(node), network.state(node));
        }
    }
}

#[test]
fn one_can_go_back_and_forth() {
    let mut network = stormy(4).build().unwrap();
    network.run_for(12_000).unwrap();
    let mut replay = again(&network.run());
    let middle = replay.len() / 2;
    replay.go_to(middle).unwrap();
    let state = replay.state(2).unwrap();
    let next = replay.step().unwrap().unwrap();
    assert_eq!(next.number, middle + 1);
    replay.go_to(10).unwrap();
    assert_eq!(replay.position(), 10);
    assert_ne!(replay.state(2).unwrap(), state);
    replay.go_to(middle).unwrap();
    assert_eq!(replay.state(2).unwrap(), state);
    assert_eq!(replay.step().unwrap().unwrap(), next);
}

#[test]
fn a_broken_promise_is_broken_again_at_the_last_event() {
    let doubled = Simulation::builder().hashed().seed(1).twin(2).twin(3);
    let torn = doubled.partition(0, 60_000, &[&[0, 2, 3], &[1, 4, 5]]);
    let failure = torn.build().unwrap().run_for(60_000).unwrap_err();
    let Stop::Breach(breach) = &failure.stop else {
        panic!("{failure}");
    };
    let mut replay = again(&failure.run);
    replay.go_to(replay.len() - 1).unwrap();
    let last = replay.step().unwrap().unwrap();
    assert_eq!((last.at, last.breach), (failure.at, Some(breach.to_string())));
    assert_eq!(replay.is_faithful(), Some(true));
}

#[test]
fn a_file_may_end_anywhere() {
    let mut network = stormy(5).build().unwrap();
    network.run_for(2_000).unwrap();
    let text = network.run().to_string();
    let lines: Vec<&str> = text.lines().take(60).collect();
    let mut replay = Replay::new(Run::read(&lines.join("\n")).unwrap()).unwrap();
    replay.go_to(usize::MAX).unwrap();
    assert_eq!((replay.position(), replay.is_faithful()), (58, None));
}

#[test]
fn what_cannot_be_read_is_named() {
    let network = Simulation::builder().hashed().build().unwrap();
    let text = network.run().to_string();
    let head: Vec<&str> = text.lines().take(2).collect();
    let with = |line: &str| Run::read(&format!("{}\n{line}\n", head.join("\n"))).map(|run| run.len());
    assert_eq!(with("5 start 1 # a remark"), Ok(1));
    assert_eq!(with("5 jump 1"), Err(RunError::Line(3)));
    assert_eq!(with("5 message 1"), Err(RunError::Line(3)));
    assert_eq!(with("start 1"), Err(RunError::Line(3)));
    assert_eq!(with("5 start 1 2"), Err(RunError::Line(3)));
    assert_eq!(with("5 start 1\n4 start 2"), Err(RunError::Order(4)));
    assert_eq!(with("trace 5"), Err(RunError::Line(3)));
    assert_eq!(Run::read("").err(), Some(RunError::Head));
    assert_eq!(Run::read("{}").err(), Some(RunError::Head));
    assert!(matches!(
        Run::read("klero-run 1\nnetwork {}"),
        Err(RunError::Network(_))
    ));
    let huge = text.replace("\"nodes\":4", "\"nodes\":4000000000");
    assert_eq!(Run::read(&huge).err(), Some(RunError::TooLarge(4_000_000_000)));
}

#[test]
fn events_about_what_never_was_are_refused() {
    let network = Simulation::builder().hashed().build().unwrap();
    let text = network.run().to_string();
    let head: Vec<&str> = text.lines().take(2).collect();
    for line in ["5 message 900 1", "5 clock 900", "5 start 9"] {
        let run = Run::read(&format!("{}\n{line}", head.join("\n"))).unwrap();
        let refused = Replay::new(run).unwrap().step();
        assert!(
            matches!(refused, Err(ReplayError::Unknown { number: 1, .. })),
            "{line}"
        );
    }
}

#[test]
fn what_is_not_recorded_leaves_no_events() {
    let mut network = stormy(6).unrecorded().build().unwrap();
    network.run_for(1_000).unwrap();
    assert!(network.run().is_empty());
    assert_eq!(again(&network.run()).is_faithful(), None);
}
