//! Storms: networks with random faults of every kind at once, which calm down and must then go on.

use std::fmt;

use super::random::Random;
use super::{Behaviour, BuildError, Builder, Delay, Failure, Simulation};

/// After the calm every live node finalizes so many rounds more …
const ROUNDS: u64 = 10;
/// … within so many virtual milliseconds.
const WITHIN: u64 = 30_000;
/// … or within so many, if somebody goes on showing two blocks, proposing at the last moment or choosing the seed: each
/// period that he wins is lost, and with it the first deadline and more.
const WITHIN_BESIDE_A_LIAR: u64 = 180_000;

/// Whether a node that behaves like this can cost the others a period each time it wins the draw.
const fn slows_down(behaviour: Behaviour) -> bool {
    matches!(
        behaviour,
        Behaviour::Equivocating
            | Behaviour::TwoBlocks
            | Behaviour::TwoFaced
            | Behaviour::Delaying
            | Behaviour::SeedChoosing
    )
}

/// A network, its faults, and the moment from which there are none but slow links, wrong clocks, and in one half of the
/// plans the lies of less than a third of the stake. All of it follows from one seed.
#[derive(Debug, Clone)]
pub struct Plan {
    seed: u64,
    nodes: usize,
    calm: u64,
    within: u64,
    builder: Builder,
}

/// Why a storm was not weathered.
#[derive(Debug, thiserror::Error)]
pub enum StormError {
    /// The plan makes no network.
    #[error("{0}")]
    Build(#[from] BuildError),
    /// A promise was broken, or the rounds after the calm did not come in time.
    #[error("{0}")]
    Failure(#[from] Failure),
}

impl Plan {
    /// The plan of a seed, with hashed cryptography.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed, 0x5707);
        let nodes = random.between(4, 10) as usize;
        let calm = random.between(4_000, 20_000);
        let builder = Simulation::builder()
            .hashed()
            .seed(seed)
            .nodes(nodes)
            .calm_from(calm);
        let mut plan = Self {
            seed,
            nodes,
            calm,
            within: WITHIN,
            builder,
        };
        plan.shake(&mut random);
        for _ in 0..random.between(0, 3) {
            plan.cut(&mut random);
        }
        for node in 0..nodes {
            plan.trouble(node, &mut random);
        }
        let faulty = random.between(0, (nodes as u64 - 1) / 3);
        for node in 0..faulty as usize {
            let for_good = random.chance(500);
            plan.corrupt(node, for_good, &mut random);
        }
        plan
    }

    fn alter(&mut self, change: impl FnOnce(Builder) -> Builder) {
        self.builder = change(std::mem::take(&mut self.builder));
    }

    fn node(&self, random: &mut Random) -> usize {
        random.between(0, self.nodes as u64 - 1) as usize
    }

    /// Loss, repetition, delays that reorder, slow links.
    fn shake(&mut self, random: &mut Random) {
        let (loss, duplication) = (random.between(0, 400) as u32, random.between(0, 400) as u32);
        let most = random.between(20, 1_500);
        let delay = match random.between(0, 3) {
            0 => Delay::Constant(most / 4),
            1 => Delay::Uniform(1, most),
            2 => Delay::Exponential {
                least: 1,
                mean: most / 4,
                cap: 3_000,
            },
            _ => Delay::HeavyTail { least: 5, cap: 3_000 },
        };
        self.alter(|builder| builder.loss(loss).duplication(duplication).stormy_delays(delay));
        for _ in 0..random.between(0, 2) {
            let (from, to) = (self.node(random), self.node(random));
            let times = random.between(2, 4);
            self.alter(|builder| builder.slow_link(from, to, times));
        }
    }

    /// A cut between groups that drew lots, at once or step by step, or a way that is closed in one direction.
    fn cut(&mut self, random: &mut Random) {
        let begins = random.between(0, self.calm);
        let ends = random.between(begins, self.calm);
        if random.chance(300) {
            let (silenced, deaf) = (self.node(random), self.node(random));
            return self.alter(|builder| builder.one_way(begins, ends, silenced, deaf));
        }
        let parts = random.between(2, 4);
        let stepwise = random.chance(300);
        let mut groups = vec![Vec::new(); parts as usize];
        for node in 0..self.nodes {
            if let Some(group) = groups.get_mut(random.between(0, parts - 1) as usize) {
                group.push(node);
            }
        }
        let groups: Vec<&[usize]> = groups.iter().map(Vec::as_slice).collect();
        if stepwise {
            let step = (ends - begins) / (parts - 1);
            let joins: Vec<u64> = (1..parts).map(|join| begins + join * step).collect();
            return self.alter(|builder| builder.heal_stepwise(begins, &groups, &joins));
        }
        self.alter(|builder| builder.partition(begins, ends, &groups));
    }

    /// A late start, a wrong clock, crashes.
    fn trouble(&mut self, node: usize, random: &mut Random) {
        if random.chance(100) {
            let at = random.between(0, self.calm);
            self.alter(|builder| builder.starts(node, at));
        }
        if random.chance(500) {
            let (per_mille, late) = (random.between(900, 1_100) as u32, random.between(0, 50));
            self.alter(|builder| builder.clock(node, per_mille, late));
        }
        for _ in 0..random.between(0, 3) {
            let at = random.between(0, self.calm);
            let restart = random.between(at, self.calm);
            self.alter(|builder| builder.crash(node, at, restart));
        }
    }

    /// A node that lies or stops for good; all nodes have the same stake.
    fn corrupt(&mut self, node: usize, for_good: bool, random: &mut Random) {
        let kinds = Behaviour::ADVERSARIES;
        let chosen = kinds.get(random.between(0, kinds.len() as u64) as usize).copied();
        let chosen = chosen.map(|behaviour| match behaviour {
            // Any nodes: itself, other adversaries, a majority.
            Behaviour::Withholding { .. } => Behaviour::Withholding {
                victims: random.between(1, (1 << self.nodes) - 1),
            },
            other => other,
        });
        let (at, calm) = (random.between(0, self.calm), self.calm);
        if for_good && chosen.is_some_and(slows_down) {
            self.within = WITHIN_BESIDE_A_LIAR;
        }
        self.alter(|builder| match chosen {
            Some(behaviour) if !for_good => builder.behaviour_until(node, behaviour, calm),
            Some(behaviour) => builder.behaviour(node, behaviour),
            None => builder.stop(node, at),
        });
    }

    /// The command that runs the plan again and writes its run to a file, to be stepped through.
    pub fn command(&self) -> String {
        let seed = self.seed;
        let program = "cargo run --release -p klero-analysis --features simulate -- simulate";
        format!("{program} --plan {seed} --record plan-{seed}.run")
    }

    /// The network, before anything has happened in it.
    ///
    /// # Errors
    /// [`BuildError`] when the plan contradicts itself.
    pub fn network(&self) -> Result<Simulation, BuildError> {
        self.builder.clone().build()
    }

    /// Runs through the storm and the calm after it; the rounds that the network finalized.
    ///
    /// # Errors
    /// [`StormError`] when a promise is broken or the rounds after the calm take too long.
    pub fn run(&self) -> Result<u64, StormError> {
        self.run_in(&mut self.network()?)
    }

    /// The same in a network that [`Plan::network`] made, which can be looked at afterwards.
    ///
    /// # Errors
    /// As [`Plan::run`].
    pub fn run_in(&self, network: &mut Simulation) -> Result<u64, StormError> {
        network.run_for(self.calm)?;
        let highest = network.heights().into_iter().max().unwrap_or(0);
        network.promise_progress(ROUNDS, self.within);
        network.run_until_kept()?;
        Ok(highest + ROUNDS)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed, nodes, calm, ..
        } = self;
        write!(f, "plan {seed}: {nodes} nodes, calm from {calm} ms")
    }
}
