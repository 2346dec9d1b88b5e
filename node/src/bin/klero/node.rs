//! `klero node`: runs one node until it is told to stop.

use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use anyhow::{Context, bail};
use klero_node::events::NodeEvent;
use klero_node::keys::Password;
use klero_node::{Interrupt, Logs, Node, NodeBuilder, NodeConfig, NodeError};
use klero_stake::Receipt;

use crate::output;
use crate::password::PasswordArgs;

/// How often the node is asked whether it goes on.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The node's configuration, as `klero init` and `klero testnet` write it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Print one line of JSON for each event: ready, proposed, final, stake, checkpoint, evidence, stall, stall_over,
    /// voting, fork, alarm
    #[arg(long)]
    json: bool,
    /// Stop when standard input ends: with the process that started this one
    #[arg(long)]
    exit_with_parent: bool,
    /// For testnets: sign two values wherever these validators vote, to see their stake burnt for it
    #[arg(long)]
    equivocate: bool,
}

/// That the node is to stop.
struct Stop;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let logs = write_logs();
    let (stop, stopped) = channel();
    let interrupt = Interrupt::default();
    stop_on_signal(stop.clone(), interrupt.clone())?;
    if args.exit_with_parent {
        stop_with_parent(stop.clone(), interrupt.clone());
    }
    let (events, told) = channel();
    let config = NodeConfig::load(&args.config)?;
    let name = config.name.clone();
    let password = password_of(&config)?;
    let builder = NodeBuilder::with_password(&config, password.as_ref())?
        .key_value()?
        .logs(logs)
        .interrupt(interrupt)
        .events(events);
    let builder = if args.equivocate {
        builder.equivocating()
    } else {
        builder
    };
    let node = match builder.start() {
        Err(NodeError::Interrupted) => return Ok(()),
        started => started?,
    };
    print_events(told, name, args.json, stop);
    wait(&node, &stopped)?;
    node.stop().context("the node did not stop in good order")
}

/// The password of keys that are encrypted, where the configuration names no file that holds it.
fn password_of(config: &NodeConfig) -> anyhow::Result<Option<Password>> {
    match &config.keys {
        Some(keys) if keys.password_file.is_none() => PasswordArgs::default().of(&keys.file),
        _ => Ok(None),
    }
}

/// Logs go to standard error; `KLERO_LOG` says which, `info` and above without it.
fn write_logs() -> Logs {
    Logs::install(&std::env::var("KLERO_LOG").unwrap_or_default())
}

/// SIGINT, SIGTERM and SIGHUP stop the node.
fn stop_on_signal(stop: Sender<Stop>, interrupt: Interrupt) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        interrupt.now();
        // A node that stops already needs no telling.
        let _stops = stop.send(Stop);
    })
    .context("cannot listen for signals")
}

/// Standard input is a pipe that only the parent holds open.
fn stop_with_parent(stop: Sender<Stop>, interrupt: Interrupt) {
    std::thread::spawn(move || {
        let mut ignored = [0; 256];
        while std::io::stdin().read(&mut ignored).is_ok_and(|length| length > 0) {}
        interrupt.now();
        let _stops = stop.send(Stop);
    });
}

/// Prints events on a thread of its own, so that a slow reader does not hold up the node. Nobody waits for the
/// thread at the end: a reader that does not read would hold up stopping.
fn print_events(events: Receiver<NodeEvent>, name: String, json: bool, stop: Sender<Stop>) {
    std::thread::spawn(move || {
        for event in events {
            let printed = if json {
                output::json_line(&event)
            } else {
                tell(&name, &event)
            };
            if printed.is_err() {
                // Whoever read the events is gone.
                let _stops = stop.send(Stop);
                return;
            }
        }
    });
}

/// What people want to know; the log has the rest.
fn tell(name: &str, event: &NodeEvent) -> anyhow::Result<()> {
    match event {
        NodeEvent::Ready { rpc, admin, p2p } => {
            let admin = admin
                .as_ref()
                .map_or_else(String::new, |url| format!("  admin  {url}\n"));
            let peers = p2p.join(" ");
            output::write(&format!("{name} runs\n  page   {rpc}\n{admin}  peers  {peers}\n"))
        }
        NodeEvent::Alarm { cause } => output::write(&format!("alarm: {cause}; {name} votes no more\n")),
        NodeEvent::Stake {
            round,
            receipt: Receipt::Convicted { offence, burnt, .. },
            // What has nothing left to lose may be convicted in every round until its removal.
        } if *burnt > 0 => output::write(&format!(
            "round {round}: {} was convicted of what it signed in round {}; {burnt} burnt\n",
            offence.offender, offence.round
        )),
        NodeEvent::Fork { report, .. } => output::write(&format!("{report}\n")),
        NodeEvent::Proposed { .. }
        | NodeEvent::Final(_)
        | NodeEvent::Checkpoint { .. }
        | NodeEvent::Stake { .. }
        | NodeEvent::Evidence(_)
        | NodeEvent::Stall(_)
        | NodeEvent::StallOver { .. }
        | NodeEvent::Voting { .. } => Ok(()),
    }
}

/// Waits until the node is to stop or cannot go on.
fn wait(node: &Node, stopped: &Receiver<Stop>) -> anyhow::Result<()> {
    loop {
        if let Some(cause) = node.wait_failed(LOOK) {
            bail!("{cause}");
        }
        if stopped.try_recv().is_ok() {
            return Ok(());
        }
    }
}
