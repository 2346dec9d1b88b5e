//! `klero status`: where a running node stands.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The node's HTTP address, as in network.json
    #[arg(long, value_name = "URL")]
    rpc: String,
    /// Print the node's answer as one line of JSON
    #[arg(long)]
    json: bool,
}

const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let status = fetch(&args.rpc).with_context(|| {
        format!(
            "no status from {}: is the node running, and is this the rpc address that its configuration gives?",
            args.rpc
        )
    })?;
    if args.json {
        return output::json_line(&status);
    }
    output::write(&page(&status))
}

fn fetch(rpc: &str) -> anyhow::Result<Value> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .build();
    let url = format!("{}/v1/status", rpc.trim_end_matches('/'));
    let text = ureq::Agent::new_with_config(config)
        .get(&url)
        .call()?
        .body_mut()
        .read_to_string()?;
    serde_json::from_str(&text).context("the answer is not JSON")
}

/// One line a field, in the alphabet's order.
fn page(status: &Value) -> String {
    let Value::Object(fields) = status else {
        return format!("{status}\n");
    };
    let width = fields.keys().map(String::len).max().unwrap_or_default();
    let mut page = String::new();
    for (name, value) in fields {
        let name = name.replace('_', " ");
        let value = match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            Value::Array(pair) => pair.iter().map(Value::to_string).collect::<Vec<_>>().join(" of "),
            other => other.to_string(),
        };
        page.push_str(&format!("{name:width$}  {value}\n"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_as_a_table() {
        let status = serde_json::json!({ "final_round": 7, "name": "node1", "silent": null, "soft": [3, 5] });
        let expected = "final round  7\nname         node1\nsilent       -\nsoft         3 of 5\n";
        assert_eq!(page(&status), expected);
    }
}
