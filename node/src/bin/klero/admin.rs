//! `klero admin`: what the operator does at a running node, by its configuration.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use klero_node::{AdminConfig, NodeConfig};
use serde_json::{Value, json};

use crate::{output, rpc};

/// For one answer, from the connection's start to its last byte.
const TIMEOUT: Duration = Duration::from_secs(15);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The node's configuration: its table `[admin]` names the address and the token
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Print the node's answer as one line of JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the peers that are connected
    Peers,
    /// Show what is logged, or change it until the node is started again
    Log {
        /// A level such as `info`, or directives such as `klero_node=debug,warn`
        filter: Option<String>,
    },
    /// Cast no vote and propose nothing, until voting is resumed or the node is started again
    Pause,
    /// Vote again
    Resume {
        /// Vote without waiting for rounds to be seen, although the vote log is missing or may be old. A second process with
        /// these keys, or votes that this log lacks, would then cost the stake
        #[arg(long)]
        trust_log: bool,
    },
    /// Show the offences that were seen
    Evidence,
    /// Print status, configuration, counters, log and peers, without any secret, as JSON
    Diagnostics,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let office = Office::of(&args.config)?;
    let answer = match &args.command {
        Command::Peers => office.ask("peers", None)?,
        Command::Log { filter: None } => office.ask("log", None)?,
        Command::Log { filter: Some(filter) } => office.ask("log", Some(json!({ "filter": filter })))?,
        Command::Pause => office.ask("voting", Some(json!({ "paused": true })))?,
        Command::Resume { trust_log } => {
            let wish = json!({ "paused": false, "trust_log": trust_log });
            office.ask("voting", Some(wish))?
        }
        Command::Evidence => office.ask("evidence", None)?,
        Command::Diagnostics => office.ask("diagnostics", None)?,
    };
    if args.json {
        return output::json_line(&answer);
    }
    match &args.command {
        Command::Peers => output::write(&peers(&answer)),
        Command::Log { .. } => output::write(&format!("logs {}\n", text(&answer["filter"]))),
        Command::Pause | Command::Resume { .. } => output::write(&voting(&answer)),
        Command::Evidence | Command::Diagnostics => {
            output::write(&format!("{}\n", serde_json::to_string_pretty(&answer)?))
        }
    }
}

/// The admin API of a node.
struct Office {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Office {
    fn of(path: &std::path::Path) -> anyhow::Result<Self> {
        let config = NodeConfig::load(path)?;
        let Some(AdminConfig { listen, token: file }) = config.admin else {
            bail!(
                "{} has no admin API: add the line [admin] at its end and start the node again",
                path.display()
            );
        };
        let token = std::fs::read_to_string(&file).with_context(|| {
            format!(
                "cannot read the token {}: the node makes it at its first start, for its own user",
                file.display()
            )
        })?;
        Ok(Self {
            agent: rpc::agent(TIMEOUT),
            url: format!("http://{listen}"),
            token: token.trim().to_owned(),
        })
    }

    /// The answer of a route, to a body if there is one.
    fn ask(&self, route: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = format!("{}/v1/admin/{route}", self.url);
        let bearer = format!("Bearer {}", self.token);
        let answer = match body {
            None => self.agent.get(url).header("authorization", bearer).call(),
            Some(body) => self
                .agent
                .put(url)
                .header("authorization", bearer)
                .header("content-type", "application/json")
                .send(body.to_string()),
        };
        rpc::page(&self.url, answer, "is the node running?")
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn peers(answer: &Value) -> String {
    let items = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut page = format!("{} connected\n", items.len());
    for item in items {
        let [peer, seconds, round, messages] =
            ["peer", "connected_seconds", "round", "messages"].map(|field| text(&item[field]));
        page.push_str(&format!(
            "{peer}  connected for {seconds} s, round {round}, {messages} messages\n"
        ));
    }
    page
}

fn voting(answer: &Value) -> String {
    match (&answer["paused"], answer["silent"].as_str()) {
        (Value::Bool(true), _) => "paused: this node casts no votes until `klero admin resume`\n".into(),
        (_, Some(silent)) => format!("resumed, but this node does not vote: {silent}\n"),
        (_, None) => "resumed: this node votes\n".into(),
    }
}
