//! How a node stands, for people and for scripts.

use std::fmt;

use klero_committee::Value;
use serde::Serialize;

use super::Simulation;
use super::node::Node;
use super::place::Slot;
use crate::Entry;

/// A node at one moment. Blocks are named by the first digits of their digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct State {
    /// The node.
    pub node: usize,
    /// Whether it runs; if not, the rest is what its log holds, or nothing.
    pub up: bool,
    /// The last final round.
    pub height: u64,
    /// The round that it is in.
    pub round: u64,
    /// The period.
    pub period: u32,
    /// How the period was entered.
    pub entry: String,
    /// k.
    pub k: u32,
    /// Whether the first deadline has passed.
    pub first_deadline_passed: bool,
    /// What was due in the period, by step.
    pub spoken: Vec<(String, String)>,
    /// The staged block, and whether its body was judged good.
    pub staged: Option<(String, bool)>,
    /// value(p − 1).
    pub previous_value: Option<String>,
    /// bottom(p − 1).
    pub previous_bottom: bool,
    /// Votes of the periods kept.
    pub votes: Vec<Count>,
    /// Bodies held.
    pub bodies: Vec<String>,
    /// Whether the alarm was raised [BA-13].
    pub alarm: bool,
}

/// What was counted for one value in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The period.
    pub period: u32,
    /// The step.
    pub step: String,
    /// The value.
    pub value: String,
    /// The weight of its votes.
    pub weight: u128,
    /// The weight that makes a quorum.
    pub quorum: u128,
}

impl Simulation {
    /// How a node stands; `None` if there is none of this number.
    pub fn state(&self, node: usize) -> Option<State> {
        let height = self.oracle.height(node);
        Some(match &self.places.get(node)?.slot {
            Slot::Up(up) => State::of(node, height, up),
            Slot::Down(log) => State {
                node,
                up: false,
                height,
                round: log.chain.round(),
                period: log.snapshot.as_ref().map_or(0, |known| known.period),
                entry: String::new(),
                k: log.snapshot.as_ref().map_or(0, |known| known.k),
                first_deadline_passed: false,
                spoken: Vec::new(),
                staged: None,
                previous_value: None,
                previous_bottom: false,
                votes: Vec::new(),
                bodies: log.bodies.keys().map(|block| block.short()).collect(),
                alarm: false,
            },
        })
    }
}

impl State {
    fn of(number: usize, height: u64, node: &Node) -> Self {
        let known = node.machine.snapshot();
        let thresholds = node.machine.thresholds();
        let votes = node.machine.weights().map(|(role, value, weight)| Count {
            period: role.period,
            step: format!("{:?}", role.step),
            value: value.to_string(),
            weight,
            quorum: thresholds.of_step(role.step).unwrap_or_default(),
        });
        let spoken = known.spoken.iter();
        Self {
            node: number,
            up: true,
            height,
            round: known.round,
            period: known.period,
            entry: match known.entry {
                Entry::RoundStart => "as the first of its round".to_owned(),
                Entry::Bottom => "by a Next quorum for ⊥".to_owned(),
                Entry::Carried(block) => format!("by a Next quorum for {}", block.short()),
                Entry::Staged => "by a Soft quorum of its own".to_owned(),
            },
            k: known.k,
            first_deadline_passed: known.first_deadline_passed,
            spoken: spoken
                .map(|(step, value)| (format!("{step:?}"), value.to_string()))
                .collect(),
            staged: known.staged.map(|(block, is_good)| (block.short(), is_good)),
            previous_value: known.previous_value.map(|block| Value::Block(block).to_string()),
            previous_bottom: known.previous_bottom,
            votes: votes.collect(),
            bodies: node.bodies.keys().map(|block| block.short()).collect(),
            alarm: known.alarm.is_some(),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            node,
            height,
            round,
            period,
            k,
            ..
        } = self;
        if !self.up {
            return write!(
                f,
                "node {node} is down; {height} rounds are final, round {round} is open"
            );
        }
        let passed = if self.first_deadline_passed {
            ", first deadline passed"
        } else {
            ""
        };
        writeln!(
            f,
            "node {node}: {height} rounds are final; round {round}, period {period}, k = {k}{passed}"
        )?;
        write!(f, "  entered {}", self.entry)?;
        if self.alarm {
            write!(f, "\n  ALARM: it votes no more")?;
        }
        for (step, value) in &self.spoken {
            match step.as_str() {
                "Propose" => write!(f, "\n  had its turn to propose")?,
                _ => write!(f, "\n  said {value} in {step}")?,
            }
        }
        if let Some((block, is_good)) = &self.staged {
            let body = if *is_good { "good" } else { "not known to be good" };
            write!(f, "\n  staged {block}, whose body is {body}")?;
        }
        let bottom = self.previous_bottom.then(|| "⊥".to_owned());
        for value in self.previous_value.iter().chain(&bottom) {
            write!(f, "\n  the period before ended with {value}")?;
        }
        for count in &self.votes {
            let Count {
                period,
                step,
                value,
                weight,
                quorum,
            } = count;
            write!(
                f,
                "\n  counted {weight} of {quorum} for {value} in period {period} {step}"
            )?;
        }
        write!(
            f,
            "\n  holds the bodies of {}",
            if self.bodies.is_empty() {
                "no block".to_owned()
            } else {
                self.bodies.join(", ")
            }
        )
    }
}
