//! The processes of a test network.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use klero_node::events::NodeEvent;

/// How long the nodes may take to end after they were told to, all together.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a process that is to end is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What the launcher hears.
#[derive(Debug)]
pub(crate) enum Message {
    /// A node, by its place, says something.
    Event(usize, Box<NodeEvent>),
    /// A node's output ended: it ends or has ended.
    Ended(usize),
    /// The user wants the network to end.
    Interrupted,
}

/// One node process. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Child {
    /// The node's name.
    pub(crate) name: String,
    log: PathBuf,
    process: std::process::Child,
    /// A node ends when this pipe closes, so that no node outlives its launcher.
    lifeline: Option<ChildStdin>,
    /// Passes on what the node says.
    listener: Option<JoinHandle<()>>,
}

impl Child {
    /// Starts a node; what it says goes to `messages` under its place.
    pub(crate) fn start(
        name: &str,
        config: &Path,
        place: usize,
        equivocates: bool,
        messages: SyncSender<Message>,
    ) -> anyhow::Result<Self> {
        let log = config.with_file_name("node.log");
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let program = std::env::current_exe().context("cannot find this program")?;
        let mut process = Command::new(program)
            .arg("node")
            .arg("--config")
            .arg(config)
            .args(["--json", "--exit-with-parent"])
            .args(equivocates.then_some("--equivocate"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log_file)
            // Ctrl-C is for the launcher, which then ends the nodes in good order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let lifeline = process.stdin.take();
        let output = process.stdout.take().map(BufReader::new);
        let listener = output.map(|output| std::thread::spawn(move || listen(output, place, &messages)));
        Ok(Self {
            name: name.to_owned(),
            log,
            process,
            lifeline,
            listener,
        })
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The exit status of a process whose output has ended; one that goes on nevertheless is killed.
    pub(crate) fn end(&mut self) -> anyhow::Result<ExitStatus> {
        self.lifeline = None;
        Ok(match self.ended_by(Instant::now() + PATIENCE)? {
            Some(status) => status,
            None => self.kill()?,
        })
    }

    /// Whether its log ends with a port that somebody else has.
    pub(crate) fn lacks_a_port(&self) -> bool {
        self.last_words().contains("Address already in use")
    }

    /// The last lines of the node's log.
    pub(crate) fn last_words(&self) -> String {
        const LINES: usize = 8;
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return format!("its log {} is empty", self.log.display());
        }
        let last = lines[lines.len().saturating_sub(LINES)..].join("\n  ");
        format!("its log {} ends with\n  {last}", self.log.display())
    }

    fn ended_by(&mut self, deadline: Instant) -> anyhow::Result<Option<ExitStatus>> {
        loop {
            let status = self
                .process
                .try_wait()
                .with_context(|| format!("cannot wait for {}", self.name))?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn kill(&mut self) -> anyhow::Result<ExitStatus> {
        // A process that is gone already needs no killing.
        let _gone = self.process.kill();
        self.process
            .wait()
            .with_context(|| format!("cannot wait for {}", self.name))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.lifeline = None;
        if !matches!(self.process.try_wait(), Ok(Some(_))) {
            // Nothing more can be done for a process that cannot be killed.
            let _killed = self.kill();
        }
    }
}

/// Ends all nodes at once; one that takes too long is killed, and that is an error.
pub(crate) fn stop(children: &mut [Child]) -> anyhow::Result<()> {
    for child in &mut *children {
        child.lifeline = None;
    }
    let deadline = Instant::now() + PATIENCE;
    let mut late = Vec::new();
    for child in children {
        if child.ended_by(deadline)?.is_none() {
            child.kill()?;
            late.push(child.name.clone());
        }
    }
    ensure!(
        late.is_empty(),
        "did not end within {} s and was killed: {}",
        PATIENCE.as_secs(),
        late.join(", ")
    );
    Ok(())
}

/// Takes what nodes that have ended still had to say; tells whether the user interrupted meanwhile.
pub(crate) fn hear_out(children: &[Child], messages: &Receiver<Message>) -> bool {
    let is_heard = |child: &Child| child.listener.as_ref().is_none_or(JoinHandle::is_finished);
    let mut is_interrupted = false;
    loop {
        let is_over = children.iter().all(is_heard);
        while let Ok(message) = messages.recv_timeout(LOOK_AGAIN) {
            is_interrupted |= matches!(message, Message::Interrupted);
        }
        if is_over {
            return is_interrupted;
        }
    }
}

/// Passes a node's events on until its output ends. When the launcher is slow the node's pipe fills, and the
/// node's own queue of events grows.
fn listen(output: impl BufRead, place: usize, messages: &SyncSender<Message>) {
    for line in output.lines() {
        let Ok(line) = line else { break };
        // A line that is no event is for people.
        let Ok(event) = serde_json::from_str(&line) else {
            continue;
        };
        if messages.send(Message::Event(place, Box::new(event))).is_err() {
            return;
        }
    }
    // The launcher may have ended, then it needs no news.
    let _ended = messages.send(Message::Ended(place));
}
