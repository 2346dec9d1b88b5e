//! What every test does: run well for a while, be in trouble, heal, and tell how long it took.

use std::time::Duration;

use klero_node::events::now_us;

use super::figures::{pace, round_times, seconds};
use super::hosts::Hosts;
use super::nodes::Nodes;
use super::say;

/// Finality is back within so long of healing, in microseconds.
const BACK: u64 = 15_000_000;
/// How long a test waits for it, to tell the figure even where it is too large.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long rounds are timed before the trouble begins.
const CALM: Duration = Duration::from_secs(10);

/// What happened.
pub(super) struct Story {
    /// Round times at each node while the trouble lasted, ascending, in microseconds.
    pub(super) during: Vec<Vec<u64>>,
    /// Rounds that became final at each node while it lasted.
    pub(super) rounds: Vec<usize>,
    /// Microseconds from healing to the first round at each node that is new to the whole network.
    pub(super) back: Vec<u64>,
}

/// Runs a network through trouble that lasts so long; `look` is called shortly before it ends.
pub(super) fn endure(
    title: &str,
    nodes: &mut Nodes,
    lasts: Duration,
    begin: impl FnOnce(&mut Hosts),
    look: impl FnOnce(&Nodes),
) -> Story {
    assert!(
        nodes.wait(PATIENCE, |nodes| least(nodes) >= 10),
        "{:?}",
        nodes.heads()
    );
    let start = now_us();
    std::thread::sleep(CALM);
    let before = round_times(&nodes.finals(0), start, now_us());
    say(&format!(
        "netns: {title}: before: {} rounds, {}",
        before.len() + 1,
        pace(&before)
    ));

    let bytes = traffic(nodes);
    let begun = now_us();
    begin(&mut nodes.hosts);
    std::thread::sleep(lasts * 4 / 5);
    look(nodes);
    let passed = Duration::from_micros(now_us().saturating_sub(begun));
    std::thread::sleep(lasts.saturating_sub(passed));
    let most = nodes.heads().into_iter().max().unwrap_or(0);
    nodes.hosts.heal();
    let healed = now_us();

    let is_back = nodes.wait(PATIENCE, |nodes| least(nodes) > most);
    let story = tell(nodes, begun, healed, most);
    report(title, nodes, &story, healed - begun);
    let kilobytes = traffic(nodes)
        .into_iter()
        .zip(bytes)
        .map(|(now, then)| (now - then) * 1_000 / (healed - begun).max(1));
    say(&format!(
        "netns: {title}: kilobytes a second received and sent by each node {:?}",
        kilobytes.collect::<Vec<_>>()
    ));
    assert!(
        is_back,
        "no new round within {PATIENCE:?} of healing: {:?}, were {most}",
        nodes.heads()
    );
    let goal = most + 20;
    assert!(
        nodes.wait(PATIENCE, |nodes| least(nodes) >= goal),
        "it goes on: {:?}",
        nodes.heads()
    );
    nodes.agree();
    story
}

impl Story {
    /// [D13] Finality is back everywhere within fifteen seconds.
    pub(super) fn assert_back_in_time(&self) {
        assert!(self.back.iter().all(|back| *back <= BACK), "{:?}", self.back);
    }
}

/// The bytes that each host has received and sent.
fn traffic(nodes: &Nodes) -> Vec<u64> {
    let each = (0..nodes.count()).map(|node| nodes.hosts.bytes(node));
    each.map(|(received, sent)| received + sent).collect()
}

fn least(nodes: &Nodes) -> u64 {
    nodes.heads().into_iter().min().unwrap_or(0)
}

fn tell(nodes: &Nodes, begun: u64, healed: u64, most: u64) -> Story {
    let mut story = Story {
        during: Vec::new(),
        rounds: Vec::new(),
        back: Vec::new(),
    };
    for node in 0..nodes.count() {
        let finals = nodes.finals(node);
        story.during.push(round_times(&finals, begun, healed));
        let is_within = |at: u64| (begun..healed).contains(&at);
        story
            .rounds
            .push(finals.iter().filter(|event| is_within(event.at_us)).count());
        let first = finals.iter().find(|event| event.round > most);
        story
            .back
            .push(first.map_or(u64::MAX, |first| first.at_us.saturating_sub(healed)));
    }
    story
}

fn report(title: &str, nodes: &Nodes, story: &Story, lasted: u64) {
    let times: Vec<String> = story.back.iter().map(|back| seconds(*back)).collect();
    say(&format!(
        "netns: {title}: {} s of it: final rounds at each node {:?}",
        seconds(lasted),
        story.rounds
    ));
    for (node, during) in story
        .during
        .iter()
        .enumerate()
        .filter(|(_, during)| during.len() > 1)
    {
        let most = during.last().copied().unwrap_or_default();
        say(&format!(
            "netns: {title}: node{}: {}, longest {} s",
            node + 1,
            pace(during),
            seconds(most)
        ));
    }
    say(&format!(
        "netns: {title}: healed: a new final round after {} s",
        times.join(", ")
    ));
    say(&format!("netns: {title}: last rounds {:?}", nodes.heads()));
}
