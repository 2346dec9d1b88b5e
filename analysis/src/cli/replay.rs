//! Stepping through a run: a small language of commands, one a line.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use klero_agreement::sim::{Happening, Replay, Run};

const HELP: &str = "\
n [COUNT]  the next events; an empty line is the same as n
b [COUNT]  back
g EVENT    go to just after an event; g end goes to the end
f TEXT     find the next event with this text in it or in what it led to
s [NODE]   the state of a node, or of all
h          this list
q          end
";

/// Prints the nodes as they stand after an event.
pub(super) fn show(
    run: Run,
    event: usize,
    node: Option<usize>,
    json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut replay = Replay::new(run)?;
    if event > replay.len() {
        bail!("the run has {} events: ask for one --at 0 to {0}", replay.len());
    }
    replay.go_to(event)?;
    states(&replay, node, json, out)
}

fn states(replay: &Replay, node: Option<usize>, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let nodes = match node {
        Some(node) => node..node.saturating_add(1),
        None => 0..replay.nodes(),
    };
    for node in nodes {
        let last = replay.nodes().saturating_sub(1);
        let state = replay.state(node);
        let state = state.with_context(|| format!("there is no node {node}: the last one is {last}"))?;
        if json {
            writeln!(out, "{}", serde_json::to_string(&state)?)?;
        } else {
            writeln!(out, "{state}")?;
        }
    }
    Ok(())
}

/// Prints every event with what it led to, and whether the run went as it was recorded.
pub(super) fn list(run: Run, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut replay = Replay::new(run)?;
    while let Some(happening) = replay.step()? {
        if json {
            writeln!(out, "{}", serde_json::to_string(&happening)?)?;
        } else {
            writeln!(out, "{happening}")?;
        }
    }
    if replay.is_faithful() == Some(false) {
        bail!(
            "the run went otherwise than it was recorded: another version wrote the file, or it was changed"
        );
    }
    Ok(())
}

/// Reads commands and obeys them until there are no more. Errors in commands are printed; the run goes on.
pub(super) fn step_through(run: Run, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<()> {
    let prompts = std::io::stdin().is_terminal();
    let mut stepper = Stepper {
        replay: Replay::new(run)?,
    };
    let (events, nodes) = (stepper.replay.len(), stepper.replay.nodes());
    writeln!(out, "{events} events at {nodes} nodes; h lists the commands")?;
    let mut line = String::new();
    loop {
        if prompts {
            write!(out, "{}/{events}> ", stepper.replay.position())?;
            out.flush()?;
        }
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match stepper.obey(line.trim(), out) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => writeln!(out, "{error:#}")?,
        }
    }
}

struct Stepper {
    replay: Replay,
}

impl Stepper {
    /// Obeys one command; says whether more may follow.
    fn obey(&mut self, line: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command {
            "" | "n" => self.forward(count(rest)?, out)?,
            "b" => {
                let back = self.replay.position().saturating_sub(count(rest)?);
                self.go_to(back, out)?;
            }
            "g" if rest == "end" => self.go_to(self.replay.len(), out)?,
            "g" => {
                let event = rest.parse().context("g wants the number of an event, or end")?;
                self.go_to(event, out)?;
            }
            "f" if rest.is_empty() => bail!("f wants a text, for example: f finalizes"),
            "f" => self.find(rest, out)?,
            "s" if rest.is_empty() => states(&self.replay, None, false, out)?,
            "s" => {
                let node = rest.parse().context("s wants the number of a node")?;
                states(&self.replay, Some(node), false, out)?;
            }
            "h" => write!(out, "{HELP}")?,
            "q" => return Ok(false),
            _ => bail!("{command:?} is no command; h lists them"),
        }
        Ok(true)
    }

    fn forward(&mut self, count: usize, out: &mut dyn Write) -> anyhow::Result<()> {
        for _ in 0..count {
            match self.replay.step()? {
                Some(happening) => writeln!(out, "{happening}")?,
                None => return self.at_end(out),
            }
        }
        Ok(())
    }

    /// Goes to just after an event, and prints it.
    fn go_to(&mut self, event: usize, out: &mut dyn Write) -> anyhow::Result<()> {
        let event = event.min(self.replay.len());
        self.replay.go_to(event.saturating_sub(1))?;
        if event == 0 {
            writeln!(out, "nothing has happened yet")?;
            return Ok(());
        }
        self.forward(1, out)
    }

    fn find(&mut self, text: &str, out: &mut dyn Write) -> anyhow::Result<()> {
        let is_here = |happening: &Happening| happening.to_string().contains(text);
        while let Some(happening) = self.replay.step()? {
            if is_here(&happening) {
                writeln!(out, "{happening}")?;
                return Ok(());
            }
        }
        self.at_end(out)
    }

    fn at_end(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let verdict = match self.replay.is_faithful() {
            Some(true) => "; everything went as it was recorded",
            Some(false) => "; it went otherwise than it was recorded",
            None => "",
        };
        writeln!(out, "the end{verdict}")?;
        Ok(())
    }
}

fn count(text: &str) -> anyhow::Result<usize> {
    if text.is_empty() {
        return Ok(1);
    }
    text.parse().context("this wants a number of events")
}
