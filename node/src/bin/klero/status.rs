//! `klero status`: where a running node stands.

use serde_json::Value;

use crate::output;
use crate::rpc::Rpc;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The node's HTTP address, as in network.json
    #[arg(long, value_name = "URL")]
    rpc: String,
    /// Print the node's answer as one line of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let status: Value = Rpc::new(&args.rpc).get("/v1/status")?;
    if args.json {
        return output::json_line(&status);
    }
    output::write(&page(&status))
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
            Value::Object(fields) => words(fields),
            Value::Array(pair) => pair.iter().map(Value::to_string).collect::<Vec<_>>().join(" of "),
            other => other.to_string(),
        };
        page.push_str(&format!("{name:width$}  {value}\n"));
    }
    page
}

/// What an object says in words, if it does.
fn words(fields: &serde_json::Map<String, Value>) -> String {
    let explanation = fields.get("explanation").and_then(Value::as_str);
    explanation.map_or_else(|| Value::Object(fields.clone()).to_string(), str::to_owned)
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
