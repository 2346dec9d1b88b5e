//! Starting the nodes and waiting until all of them listen.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use anyhow::bail;
use klero_node::events::NodeEvent;

use super::child::{self, Child, Message};
use super::directory::{Directory, NetworkFile, NodeEntry};
use super::plan::Plan;
use super::ports::Ports;

/// How long the nodes may take until all of them listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nodes that listen.
#[derive(Debug)]
pub(crate) struct Started {
    /// Their processes.
    pub(crate) children: Vec<Child>,
    /// Where each one listens: HTTP API, admin API and peers.
    addresses: Vec<[String; 3]>,
    /// What they said while others still started.
    pub(crate) early: Vec<Message>,
}

impl Started {
    /// `network.json`.
    pub(crate) fn network(&self, directory: &Directory) -> NetworkFile {
        let nodes = self
            .children
            .iter()
            .zip(&self.addresses)
            .map(|(child, [rpc, admin, p2p])| NodeEntry {
                name: child.name.clone(),
                pid: child.pid(),
                dir: directory.node(&child.name),
                rpc: rpc.clone(),
                admin: admin.clone(),
                p2p: p2p.clone(),
            });
        NetworkFile {
            genesis: directory.genesis(),
            nodes: nodes.collect(),
        }
    }
}

/// How often all nodes are started anew because somebody took a port that had just been free.
const ATTEMPTS: usize = 3;

/// How starting went.
#[derive(Debug)]
enum Outcome {
    Started(Started),
    /// The user does not want to wait.
    Interrupted,
    /// A port that was reserved is no longer free.
    PortTaken(anyhow::Error),
}

/// Starts all nodes; `None` when the user does not want to wait. Between the launcher's reservation and the
/// node's start a port is nobody's: where the system chose it, it is asked for another one.
pub(crate) fn all(
    plan: &Plan,
    directory: &Directory,
    base_port: Option<u16>,
    mut ports: Vec<Ports>,
    channel: (&SyncSender<Message>, &Receiver<Message>),
) -> anyhow::Result<Option<Started>> {
    for attempt in 1.. {
        directory.configure(plan, &ports)?;
        match start(plan, directory, ports, channel)? {
            Outcome::Started(started) => return Ok(Some(started)),
            Outcome::Interrupted => break,
            Outcome::PortTaken(error) if base_port.is_some() || attempt >= ATTEMPTS => return Err(error),
            Outcome::PortTaken(_) => ports = Ports::reserve(plan.nodes.len(), None)?,
        }
    }
    Ok(None)
}

fn start(
    plan: &Plan,
    directory: &Directory,
    ports: Vec<Ports>,
    (sender, messages): (&SyncSender<Message>, &Receiver<Message>),
) -> anyhow::Result<Outcome> {
    let mut children = Vec::new();
    for (place, (node, ports)) in plan.nodes.iter().zip(ports).enumerate() {
        // From here on the ports are the node's.
        drop(ports);
        children.push(Child::start(
            &node.name,
            &directory.config(&node.name),
            place,
            node.equivocates,
            sender.clone(),
        )?);
    }
    let mut addresses: Vec<Option<[String; 3]>> = vec![None; children.len()];
    let mut early = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while addresses.contains(&None) {
        match messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Message::Event(place, event)) => match *event {
                NodeEvent::Ready { rpc, admin, p2p } => {
                    let peers = p2p.into_iter().next().unwrap_or_default();
                    addresses[place] = Some([rpc, admin.unwrap_or_default(), peers]);
                }
                other => early.push(Message::Event(place, Box::new(other))),
            },
            Ok(Message::Ended(place)) => {
                let error = ended(&mut children[place])?;
                let lacks_a_port = children[place].lacks_a_port();
                child::stop(&mut children)?;
                let is_interrupted = child::hear_out(&children, messages);
                return match (lacks_a_port, is_interrupted) {
                    (_, true) => Ok(Outcome::Interrupted),
                    (true, false) => Ok(Outcome::PortTaken(error)),
                    (false, false) => Err(error),
                };
            }
            Ok(Message::Interrupted) => {
                child::stop(&mut children)?;
                return Ok(Outcome::Interrupted);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                bail!("{}", silent(&children, &addresses));
            }
        }
    }
    let addresses = addresses.into_iter().flatten().collect();
    Ok(Outcome::Started(Started {
        children,
        addresses,
        early,
    }))
}

fn ended(child: &mut Child) -> anyhow::Result<anyhow::Error> {
    let status = child.end()?;
    Ok(anyhow::anyhow!(
        "{} did not start ({status}); {}",
        child.name,
        child.last_words()
    ))
}

fn silent(children: &[Child], addresses: &[Option<[String; 3]>]) -> String {
    let late = children
        .iter()
        .zip(addresses)
        .filter(|(_, address)| address.is_none());
    let words = late.map(|(child, _)| format!("{}; {}", child.name, child.last_words()));
    format!(
        "not listening after {} s: {}",
        PATIENCE.as_secs(),
        words.collect::<Vec<_>>().join("\n")
    )
}
