//! What the node counts, for Prometheus: names begin with `klero_`, units are base units.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use klero_analysis::risk::ProfileRisk;
use klero_stake::evidence::OffenceKind;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry, Unit};

use crate::core::idle::REASONS;
use crate::events::FinalEvent;

/// One label with its value.
type Label = [(&'static str, &'static str); 1];
type Level = Gauge<u64, AtomicU64>;
type Real = Gauge<f64, AtomicU64>;

/// From 5 ms, a round among machines of one rack, to 60 s, a partition.
const FINALITY_SECONDS: [f64; 16] = [
    0.005, 0.01, 0.02, 0.035, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0, 60.0,
];
/// From 50 µs, a disk with a battery, to 1 s, one that is about to fail.
const LOG_SECONDS: [f64; 12] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.3, 1.0,
];
/// From a bit set and a signature to a certificate of proofs alone.
const CERTIFICATE_BYTES: [f64; 10] = [
    256.0,
    512.0,
    1024.0,
    2048.0,
    4096.0,
    8192.0,
    16_384.0,
    32_768.0,
    131_072.0,
    1_048_576.0,
];
/// What stands for the logarithm of 0: less likely than any bound that is computed.
const IMPOSSIBLE: f64 = -5000.0;
/// Transactions in a block.
const TRANSACTIONS: [f64; 10] = [0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0];

/// The counters of one node. Every method is cheap and may be called from any thread.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pool: Level,
    peers: Level,
    round: Level,
    period: Level,
    final_round: Level,
    alarms: Counter,
    refused: Family<Label, Counter>,
    votes_verified: Counter,
    votes_cast: Family<Label, Counter>,
    proposed: Counter,
    finalized: Family<Label, Counter>,
    transactions: Counter,
    block_transactions: Histogram,
    finality: Histogram,
    certificate_bytes: Histogram,
    votes_counted: Family<Label, Counter>,
    log: Histogram,
    answers: Family<Label, Counter>,
    bounds: Family<Label, Real>,
    targets_met: Level,
    duty: Duty,
}

/// What the operator owes the network, and what the node needs for it.
#[derive(Debug)]
struct Duty {
    silent: Family<Label, Level>,
    paused: Level,
    held: Level,
    drawing: Level,
    stall: Level,
    offences: Family<Label, Counter>,
    convictions: Counter,
    disk_free: Level,
    data: Level,
}

impl Duty {
    fn enter(enter: &mut Registrar) -> Self {
        Self {
            silent: enter.reasons(),
            paused: enter.enter(
                "voting_paused",
                "Whether the operator paused voting: 1 or 0",
                Level::default(),
            ),
            held: enter.enter(
                "validators_held",
                "Keys of validators that this node holds",
                Level::default(),
            ),
            drawing: enter.enter(
                "validators_drawing",
                "Keys of this node that the electorate of the round under way knows",
                Level::default(),
            ),
            stall: enter.amount(
                "stall",
                "How long nothing has become final here, from ten seconds on; else 0",
                Unit::Seconds,
            ),
            offences: enter.kinds(),
            convictions: enter.enter(
                "convictions",
                "Validators convicted in final blocks",
                Counter::default(),
            ),
            disk_free: enter.amount(
                "disk_free",
                "Free for this node on the disk of its data",
                Unit::Bytes,
            ),
            data: enter.amount("data", "Length of the files in the data directory", Unit::Bytes),
        }
    }
}

/// Makes metrics and enters them into a registry in one step.
struct Registrar(Registry);

impl Registrar {
    fn enter<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }

    fn amount(&mut self, name: &str, help: &str, unit: Unit) -> Level {
        let gauge = Level::default();
        self.0.register_with_unit(name, help, unit, gauge.clone());
        gauge
    }

    /// A gauge for each reason of silence, so that none is missing while it is 0.
    fn reasons(&mut self) -> Family<Label, Level> {
        let family = Family::<Label, Level>::default();
        for reason in REASONS {
            family.get_or_create(&[("reason", reason)]).set(0);
        }
        self.enter(
            "silent",
            "Whether this node casts no votes, and why: 1 or 0",
            family,
        )
    }

    fn kinds(&mut self) -> Family<Label, Counter> {
        let family = Family::<Label, Counter>::default();
        for kind in [OffenceKind::Equivocation, OffenceKind::Abandonment] {
            let _at_zero = family.get_or_create(&[("kind", name_of(kind))]);
        }
        self.enter(
            "offences",
            "Offences seen, not necessarily convicted, by kind",
            family,
        )
    }

    fn measure(&mut self, name: &str, help: &str, unit: Unit, buckets: &[f64]) -> Histogram {
        let histogram = Histogram::new(buckets.iter().copied());
        self.0.register_with_unit(name, help, unit, histogram.clone());
        histogram
    }
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Arc<Self> {
        let mut enter = Registrar(Registry::with_prefix("klero"));
        let transactions_help = "Transactions of a final block";
        let block_transactions = Histogram::new(TRANSACTIONS);
        enter.0.register(
            "block_transactions",
            transactions_help,
            block_transactions.clone(),
        );
        Arc::new(Self {
            pool: enter.enter("pool_transactions", "Transactions that wait to be ordered", Level::default()),
            peers: enter.enter("peers", "Peers connected", Level::default()),
            round: enter.enter("round", "Round under way", Level::default()),
            period: enter.enter("period", "Period of the round under way", Level::default()),
            final_round: enter.enter("final_round", "Last final round stored", Level::default()),
            alarms: enter.enter(
                "alarms",
                "Pairs of quorums that cannot both be; the node votes no more",
                Counter::default(),
            ),
            refused: enter.enter("refused", "Messages of peers not used, by reason", Family::default()),
            votes_verified: enter.enter("votes_verified", "Votes of peers checked", Counter::default()),
            votes_cast: enter.enter("votes_cast", "Votes of this node's validators, by step", Family::default()),
            proposed: enter.enter("proposed", "Proposals of this node's validators", Counter::default()),
            finalized: enter.enter(
                "finalized",
                "Blocks that became final here, by where the certificate came from",
                Family::default(),
            ),
            transactions: enter.enter("transactions", "Transactions in final blocks", Counter::default()),
            block_transactions,
            finality: enter.measure(
                "finality",
                "From the round's start at this node to the block's finality; rounds learnt from peers' stores excluded",
                Unit::Seconds,
                &FINALITY_SECONDS,
            ),
            certificate_bytes: enter.measure(
                "certificate",
                "Length of the certificates that made blocks final here",
                Unit::Bytes,
                &CERTIFICATE_BYTES,
            ),
            votes_counted: enter.enter(
                "votes_counted",
                "Votes of the Cert step counted when rounds were decided, by whether they carried a proof",
                Family::default(),
            ),
            log: enter.measure(
                "log_write",
                "To append to the vote log and sync it, before votes leave",
                Unit::Seconds,
                &LOG_SECONDS,
            ),
            answers: enter.enter("http_answers", "Answers of the HTTP API, by class of status", Family::default()),
            bounds: enter.enter(
                "failure_bound_log2",
                "Base-2 logarithm of the chance of an event of one committee at most, by event; -5000 is impossible",
                Family::default(),
            ),
            targets_met: enter.enter(
                "targets_met",
                "Whether the committees in force keep the targets of the genesis: 1 or 0",
                Level::default(),
            ),
            duty: Duty::enter(&mut enter),
            registry: enter.0,
        })
    }

    /// The page for Prometheus, in the OpenMetrics text format.
    pub fn encode(&self) -> String {
        let mut page = String::new();
        // Writing into a String never fails.
        let _infallible = text::encode(&mut page, &self.registry);
        page
    }

    /// Transactions that wait.
    pub fn set_pool(&self, transactions: u64) {
        self.pool.set(transactions);
    }

    /// Peers connected.
    pub fn set_peers(&self, peers: u64) {
        self.peers.set(peers);
    }

    /// The round under way and its period.
    pub fn set_position(&self, round: u64, period: u32) {
        self.round.set(round);
        self.period.set(u64::from(period));
    }

    /// A peer's message was not used; reasons are few and fixed, since each is a time series.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    /// Votes went through the verification pool.
    pub fn votes_verified(&self, votes: u64) {
        self.votes_verified.inc_by(votes);
    }

    /// Validators of this node voted in a step: `"soft"`, `"cert"` or `"next"`.
    pub fn votes_cast(&self, step: &'static str, votes: u64) {
        self.votes_cast.get_or_create(&[("step", step)]).inc_by(votes);
    }

    /// A validator of this node proposed.
    pub fn proposed(&self) {
        self.proposed.inc();
    }

    /// A block became final here; `finality` is the time from the round's start, if this node saw it.
    pub fn finalized(&self, event: &FinalEvent, finality: Option<Duration>) {
        let source = if event.synced { "sync" } else { "votes" };
        self.finalized.get_or_create(&[("source", source)]).inc();
        self.final_round.set(event.round);
        self.transactions.inc_by(event.transactions);
        self.block_transactions.observe(event.transactions as f64);
        self.certificate_bytes.observe(event.certificate_bytes as f64);
        let with_proof = event.votes_with_proof.min(event.votes);
        self.votes_counted
            .get_or_create(&[("proof", "yes")])
            .inc_by(with_proof);
        self.votes_counted
            .get_or_create(&[("proof", "no")])
            .inc_by(event.votes - with_proof);
        if let Some(finality) = finality {
            self.finality.observe(finality.as_secs_f64());
        }
    }

    /// The vote log was written and synced.
    pub fn log_written(&self, took: Duration) {
        self.log.observe(took.as_secs_f64());
    }

    /// What the committees in force keep.
    pub fn set_bounds(&self, risk: &ProfileRisk, targets_met: bool) {
        for (event, bound) in [
            ("live", risk.live),
            ("split", risk.split),
            ("take", risk.take),
            ("fork_by_cert", risk.fork_by_cert),
            ("fork_by_soft", risk.fork_by_soft),
            ("catch_up_forged", risk.catch_up_forged),
            ("catch_up_missed", risk.catch_up_missed),
        ] {
            let gauge = self.bounds.get_or_create(&[("event", event)]);
            gauge.set(bound.log2().max(IMPOSSIBLE));
        }
        self.targets_met.set(u64::from(targets_met));
    }

    /// Why this node casts no votes, as one of the reasons that the core knows; and whether the operator paused it.
    pub fn set_silent(&self, reason: Option<&'static str>, paused: bool) {
        for known in REASONS {
            let gauge = self.duty.silent.get_or_create(&[("reason", known)]);
            gauge.set(u64::from(reason == Some(known)));
        }
        self.duty.paused.set(u64::from(paused));
    }

    /// Keys of validators that the node holds, and those of them that the electorate knows.
    pub fn set_validators(&self, held: u64, drawing: u64) {
        self.duty.held.set(held);
        self.duty.drawing.set(drawing);
    }

    /// Seconds since the last final block, if that is a stall; else 0.
    pub fn set_stall(&self, seconds: u64) {
        self.duty.stall.set(seconds);
    }

    /// An offence was seen for the first time.
    pub fn offence(&self, kind: OffenceKind) {
        self.duty.offences.get_or_create(&[("kind", name_of(kind))]).inc();
    }

    /// A validator was convicted in a final block.
    pub fn convicted(&self) {
        self.duty.convictions.inc();
    }

    /// Bytes free on the disk, and bytes of the data directory.
    pub fn set_disk(&self, free: u64, data: u64) {
        self.duty.disk_free.set(free);
        self.duty.data.set(data);
    }

    /// Two quorums that cannot both be were seen.
    pub fn alarm(&self) {
        self.alarms.inc();
    }

    /// The HTTP API answered with a status.
    pub fn answered(&self, status: u16) {
        let class = match status {
            200..=299 => "2xx",
            400..=499 => "4xx",
            500..=599 => "5xx",
            _ => "other",
        };
        self.answers.get_or_create(&[("status", class)]).inc();
    }
}

const fn name_of(kind: OffenceKind) -> &'static str {
    match kind {
        OffenceKind::Equivocation => "equivocation",
        OffenceKind::Abandonment => "abandonment",
    }
}
