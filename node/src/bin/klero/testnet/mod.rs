//! `klero testnet`: a network of real nodes on this machine.
//!
//! The launcher makes genesis, keys and configurations, starts one process a node, and listens to what the nodes
//! say. A round is printed when every node that runs has it.

mod child;
mod directory;
mod plan;
mod ports;
pub(crate) mod profile;
mod rounds;
mod screen;
mod stakes;
mod start;
mod summary;
mod watch;

use std::path::PathBuf;

use anyhow::Context;
use klero_committee::Step;

use crate::genesis::{self, Scheme};
use crate::output;
use child::Message;
use directory::{Directory, NetworkFile};
use plan::{Plan, Wish};
use ports::Ports;
use screen::Screen;
use start::Started;
use watch::Watch;

/// Messages that may wait for the launcher; when it is full, the nodes' pipes fill.
const MESSAGES: usize = 1024;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Node processes
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    nodes: u16,
    /// Validators, dealt over the nodes; their stakes are uneven unless everyone votes
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    validators: u16,
    /// End after so many rounds; without it, run until Ctrl-C
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rounds: Option<u64>,
    /// Where everything goes; must be empty or absent. Without it, a new directory among the temporary files,
    /// which stays
    #[arg(long)]
    dir: Option<PathBuf>,
    /// First of two ports a node: for peers (UDP) and the admin API (TCP), then for the HTTP API (TCP). Without it the
    /// system chooses
    #[arg(long, value_name = "PORT")]
    base_port: Option<u16>,
    /// Any text: the same one makes the same keys and stakes again. Without it, keys are random
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    /// Who votes; without it, everyone for up to 16 validators, and a drawn committee for more
    #[arg(long, value_enum)]
    scheme: Option<Scheme>,
    /// Nodes that sign two values wherever they vote, by their numbers from 1: to see their stake burnt for it
    #[arg(long, value_name = "N", value_delimiter = ',')]
    equivocate: Vec<u16>,
    /// Print one line of JSON a round, and the summary as the last line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let validators = usize::from(args.validators);
    let plan = Plan::new(&Wish {
        nodes: args.nodes.into(),
        validators,
        scheme: args.scheme.unwrap_or(profile::scheme_for(validators)),
        seed: args.seed.as_deref(),
        timestamp: genesis::now_ms()?,
        equivocate: &args.equivocate,
    })?;
    let ports = Ports::reserve(args.nodes.into(), args.base_port)?;
    let directory = Directory::new(args.dir.as_deref())?;
    let screen = Screen::new(args.json, args.rounds);
    directory.write(&plan)?;
    let (sender, messages) = std::sync::mpsc::sync_channel(MESSAGES);
    let interrupts = sender.clone();
    ctrlc::set_handler(move || {
        // When the launcher has ended there is nobody to tell.
        let _ended = interrupts.send(Message::Interrupted);
    })
    .context("cannot listen for Ctrl-C")?;
    screen.say(&format!(
        "starting {} nodes in {}\n",
        args.nodes,
        directory.path().display()
    ))?;
    let Some(started) = start::all(&plan, &directory, args.base_port, ports, (&sender, &messages))? else {
        return Ok(());
    };
    let network = started.network(&directory);
    directory.write_network(&network)?;
    screen.say(&welcome(&plan, &directory, &network)?)?;
    let Started {
        mut children, early, ..
    } = started;
    let mut watch = Watch::new(&plan, &directory, &screen);
    let outcome = watch.run(&mut children, early, &messages, args.rounds);
    let stopped = child::stop(&mut children);
    screen.summary(&watch.summary())?;
    outcome.and(stopped)
}

/// What a user wants to know of a network that has just started.
fn welcome(plan: &Plan, directory: &Directory, network: &NetworkFile) -> anyhow::Result<String> {
    let total = plan.total();
    let mut text = format!(
        "{} validators, {}\n",
        plan.genesis.validators.len(),
        genesis::committee(&plan.genesis.committees()?, Step::Cert)
    );
    for (node, entry) in plan.nodes.iter().zip(&network.nodes) {
        text.push_str(&format!(
            "  {:7} {}  {} of the validators, {:.1} % of the stake\n",
            node.name,
            entry.rpc,
            node.keys.validators.len(),
            node.stake as f64 * 100.0 / total as f64
        ));
    }
    let rpc = |place: usize| {
        network
            .nodes
            .get(place)
            .or(network.nodes.first())
            .map_or("", |node| &node.rpc)
    };
    text.push_str(&format!(
        "\nwrite   curl --data-binary 'set city athens' {}/v1/transactions\nread    curl {}/v1/kv/city\n\
         check   {} verify --genesis {} --rpc {}\nend     Ctrl-C\n\n",
        rpc(0),
        rpc(1),
        output::program(),
        output::shell(&directory.genesis()),
        rpc(0)
    ));
    Ok(text)
}
