//! `klero verify`: a light client that trusts a genesis and nothing else.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use klero_finality::{Age, FinalBlock, Genesis};
use klero_node::light::{
    self, FileSource, HopReport, Progress, Report, RpcSource, Source, SourceError, Start, VerifyError,
};
use serde::Serialize;
use serde_json::json;

use crate::genesis::now_ms;
use crate::output;

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["rpc", "chain"])))]
pub(crate) struct Args {
    /// The genesis file: all that is trusted
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// The HTTP address of a node, as in network.json
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// A chain in a file, as --save writes it
    #[arg(long, value_name = "FILE", visible_alias = "file")]
    chain: Option<PathBuf>,
    /// Stop after this round; without it, where the source ends
    #[arg(long, value_name = "ROUND", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,
    /// Hop from checkpoint to checkpoint, then walk by headers, signers and Merkle proofs: no block is read, and what is
    /// believed is the same
    #[arg(long, requires = "rpc", conflicts_with = "save")]
    checkpoints: bool,
    /// With --checkpoints: start at the checkpoint in this file, which --keep wrote or somebody trustworthy gave
    #[arg(long, value_name = "FILE", requires = "checkpoints")]
    from: Option<PathBuf>,
    /// With --from: how old that checkpoint may be. Choose less than the time for which stake that unbonds stays liable:
    /// who has withdrawn it can sign another history at no cost
    #[arg(long, value_name = "HOURS", requires = "from", default_value_t = 24)]
    max_age: u64,
    /// With --checkpoints: write the last checkpoint to a new file, for --from
    #[arg(long, value_name = "FILE", requires = "checkpoints")]
    keep: Option<PathBuf>,
    /// Keep what was verified in a new file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print {"valid":true} with the head, or {"valid":false} with round and cause, as one line of JSON
    #[arg(long)]
    json: bool,
}

/// The answer in JSON.
#[derive(Serialize)]
struct Accepted<'a, T> {
    valid: bool,
    #[serde(flatten)]
    report: &'a T,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let genesis = klero_node::read_genesis(&args.genesis)?;
    if let (true, Some(url)) = (args.checkpoints, &args.rpc) {
        return hop(args, &genesis, url);
    }
    let mut source = source(args)?;
    let mut copy = args.save.as_deref().map(CopyFile::create).transpose()?;
    let bar = bar(source.head());
    let mut progress = |progress: Progress| {
        if let Some(bar) = &bar {
            bar.set_length(progress.last.unwrap_or(progress.round));
            bar.set_position(progress.round);
        }
    };
    let verified = match &mut copy {
        Some(copy) => {
            let mut source = Copying {
                source: source.as_mut(),
                copy,
            };
            let verified = light::verify(&genesis, &mut source, args.to, &mut progress);
            copy.file.flush().context("the copy cannot be written")?;
            verified
        }
        None => light::verify(&genesis, source.as_mut(), args.to, &mut progress),
    };
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    match verified {
        Ok(report) => accepted(args, &report),
        Err(error) => Err(refused(args, &error)?),
    }
}

/// By checkpoints.
fn hop(args: &Args, genesis: &Genesis, url: &str) -> anyhow::Result<()> {
    let mut source = RpcSource::connect(url)?;
    let bar = bar(Source::head(&source));
    let mut progress = |progress: Progress| {
        if let Some(bar) = &bar {
            bar.set_length(progress.last.unwrap_or(progress.round));
            bar.set_position(progress.round);
        }
    };
    let start = start(args)?;
    let hopped = light::hop(genesis, &start, &mut source, args.to, &mut progress);
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let report = match hopped {
        Ok(report) => report,
        Err(error) => return Err(refused(args, &error)?),
    };
    if let (Some(path), Some(trusted)) = (&args.keep, &report.trusted) {
        output::new_file(path, &format!("{}\n", serde_json::to_string_pretty(trusted)?))?;
    }
    if args.json {
        return output::json_line(&Accepted {
            valid: true,
            report: &report,
        });
    }
    let HopReport {
        network,
        chain,
        round,
        block,
        checkpoints,
        steps,
        bytes,
        ..
    } = report;
    output::write(&format!(
        "the chain of {network} is valid up to round {round}\nchain id      {chain}\nhead          {block}\n\
         checkpoints   {checkpoints}, then {steps} rounds\nread          {bytes} bytes\n"
    ))
}

/// Where a light client starts.
fn start(args: &Args) -> anyhow::Result<Start> {
    let Some(path) = &args.from else {
        return Ok(Start::Genesis);
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}; --keep writes one", path.display()))?;
    let trusted = serde_json::from_str(&text)
        .with_context(|| format!("{} is no checkpoint; --keep writes one", path.display()))?;
    let age = Age {
        now: now_ms()?,
        limit: args.max_age.saturating_mul(3_600_000),
    };
    Ok(Start::Checkpoint(Box::new(trusted), age))
}

fn source(args: &Args) -> anyhow::Result<Box<dyn Source>> {
    if let Some(url) = &args.rpc {
        return Ok(Box::new(RpcSource::connect(url)?));
    }
    let path = args.chain.as_deref().context("give --rpc or --chain")?;
    let file =
        File::open(path).with_context(|| format!("cannot read {}; --save writes one", path.display()))?;
    Ok(Box::new(FileSource::new(BufReader::new(file))))
}

/// A progress bar where a terminal is attached; without a known end, a count.
fn bar(head: Option<u64>) -> Option<ProgressBar> {
    std::io::stderr().is_terminal().then(|| {
        let template = match head {
            Some(_) => "{bar:40} {pos}/{len} rounds, {eta} to go",
            None => "{pos} rounds, {elapsed}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(head.unwrap_or_default()).with_style(style)
    })
}

fn accepted(args: &Args, report: &Report) -> anyhow::Result<()> {
    if args.json {
        return output::json_line(&Accepted { valid: true, report });
    }
    let mean = report.certificate_bytes / report.certificates.max(1);
    output::write(&format!(
        "the chain of {} is valid up to round {}\nchain id      {}\nhead          {}\ntimestamp     {}\n\
         certificates  {}, {mean} bytes each on average\n",
        report.network, report.round, report.chain, report.block, report.timestamp, report.certificates
    ))
}

fn refused(args: &Args, error: &VerifyError) -> anyhow::Result<anyhow::Error> {
    if args.json {
        let line = json!({ "valid": false, "round": error.round(), "cause": error.to_string() });
        output::json_line(&line)?;
    }
    Ok(match error {
        VerifyError::Source { .. } | VerifyError::Ended { .. } => anyhow!("{error}"),
        VerifyError::Genesis(_) => anyhow!("{}: {error}", args.genesis.display()),
        VerifyError::Light { .. } | VerifyError::Refused { .. } => {
            anyhow!(
                "{error}; do not trust this source: ask another one, and see that the genesis is the network's"
            )
        }
    })
}

/// What was read, in a file that [`FileSource`] reads.
struct CopyFile {
    file: BufWriter<File>,
}

impl CopyFile {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create_new(path);
        let file = file.with_context(|| format!("cannot write {}; choose another --save", path.display()))?;
        Ok(Self {
            file: BufWriter::new(file),
        })
    }
}

/// A source whose blocks are written down as they are read.
struct Copying<'a> {
    source: &'a mut dyn Source,
    copy: &'a mut CopyFile,
}

impl Source for Copying<'_> {
    fn head(&self) -> Option<u64> {
        self.source.head()
    }

    fn final_block(&mut self, round: u64) -> Result<Option<FinalBlock>, SourceError> {
        let found = self.source.final_block(round)?;
        if let Some(block) = &found {
            FileSource::append(&mut self.copy.file, block)
                .map_err(|error| SourceError::Unavailable(format!("the copy cannot be written: {error}")))?;
        }
        Ok(found)
    }
}
