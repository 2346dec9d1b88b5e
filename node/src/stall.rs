//! Why nothing becomes final, as a node sees it, in fields and in words.

use std::fmt;

use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is missing for a block to become final, as this node sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stall {
    /// Seconds since the last final block.
    pub seconds: u64,
    /// The round under way.
    pub round: u64,
    /// Its period.
    pub period: u32,
    /// The last Next step; 0 before the first deadline and until the second.
    pub k: u32,
    /// The step that waits: propose, soft, cert or next for its quorum, body for a block that is decided or staged.
    pub step: String,
    /// Seats counted there for the leading value.
    pub seats: u64,
    /// Seats needed.
    pub needed: u64,
    /// Soft, Cert and, after the first deadline, Next: what each has and needs.
    pub steps: Vec<StepCount>,
    /// What it comes from.
    pub cause: Cause,
    /// The values voted for in the step that waits, the leading one first; 3 at most.
    pub values: Vec<ValueCount>,
    /// Peers connected.
    pub peers: u64,
    /// Those that went shortly before the stall or during it and are not back, the last to go first; 8 at most.
    pub peers_gone: Vec<GonePeer>,
    /// Why this node itself casts no votes, if it holds stake and does not.
    pub silent: Option<String>,
    /// The share of the stake whose keys this node holds, in millionths.
    pub own_millionths: u32,
    /// Validators of others that were not heard lately.
    pub quiet_count: u64,
    /// Their share of the stake, in millionths.
    pub quiet_millionths: u32,
    /// The largest of them; 8 at most.
    pub quiet: Vec<Quiet>,
    /// All of this in words.
    pub explanation: String,
}

/// What a stall comes from, the first that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The block of a decision, or of a Soft quorum, is not here.
    Body,
    /// No peer is connected.
    NoPeers,
    /// Enough is heard in the step that waits, for different values.
    Split,
    /// Too little stake is heard lately, or this node does not vote with its own.
    Quiet,
    /// Nobody proposed.
    Proposal,
    /// Everybody is heard: messages come too late.
    #[default]
    Late,
}

/// The votes of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepCount {
    /// soft, cert or next.
    pub step: String,
    /// Which Next step; none in the others.
    pub k: Option<u32>,
    /// Seats counted for the leading value.
    pub seats: u64,
    /// Seats counted for any value.
    pub heard: u64,
    /// Seats needed.
    pub needed: u64,
}

/// A value that was voted for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValueCount {
    /// The block; none for no block.
    #[schema(value_type = Option<String>)]
    pub block: Option<Digest>,
    /// Seats counted for it.
    pub seats: u64,
}

/// A peer that is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GonePeer {
    /// The peer.
    pub peer: String,
    /// For how many seconds.
    pub seconds: u64,
    /// The share of the stake that is not heard and whose votes it was the last to bring, in millionths.
    pub quiet_millionths: u32,
}

/// A validator that was not heard lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quiet {
    /// The validator.
    #[schema(value_type = String)]
    pub validator: Digest,
    /// Its share of the stake, in millionths.
    pub share_millionths: u32,
    /// The last round in which this process heard it.
    pub last_heard: Option<u64>,
    /// How many seconds ago that was.
    pub silent_seconds: Option<u64>,
    /// The peer that brought its last vote: mostly that of its own node.
    pub peer: Option<String>,
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seconds,
            round,
            period,
            ..
        } = self;
        write!(
            f,
            "nothing became final for {seconds} s: round {round} period {period} "
        )?;
        self.write_steps(f)?;
        match self.cause {
            Cause::Body if self.step != "body" => {
                f.write_str("; the block with a Soft quorum is not here: nobody has sent it")?;
            }
            Cause::Proposal if self.step != "propose" => f.write_str("; no proposal is heard")?,
            Cause::Body | Cause::Proposal => {}
            Cause::NoPeers => f.write_str("; this node has no peers: it is cut off, or all of them are down")?,
            Cause::Split => self.write_values(f)?,
            Cause::Late if self.quiet_count == 0 => f.write_str(
                "; every validator was heard lately, so messages may come too late: look at delays and clocks",
            )?,
            Cause::Quiet | Cause::Late => {}
        }
        self.write_quiet(f)?;
        self.write_gone(f)?;
        if let Some(silent) = &self.silent {
            let percent = percent(self.own_millionths);
            write!(
                f,
                "; this node casts no votes with its own {percent} % of the stake: {silent}"
            )?;
        }
        Ok(())
    }
}

fn percent(millionths: u32) -> String {
    format!("{:.1}", f64::from(millionths) / 10_000.0)
}

impl Stall {
    fn write_steps(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step.as_str() {
            "propose" => f.write_str("has no proposal"),
            "body" => f.write_str("has a block that is voted for, but nobody has sent it"),
            waiting => {
                let is_waiting = |count: &&StepCount| count.step == waiting;
                let others = self.steps.iter().filter(|count| !is_waiting(count));
                for (place, count) in self.steps.iter().filter(is_waiting).chain(others).enumerate() {
                    let StepCount {
                        step, seats, needed, ..
                    } = count;
                    f.write_str(if place == 0 { "has " } else { ", " })?;
                    let kind = if place == 0 { "seats in " } else { "in " };
                    write!(f, "{seats} of {needed} {kind}{step}")?;
                    if let Some(k) = count.k {
                        write!(f, " {k}")?;
                    }
                }
                Ok(())
            }
        }
    }

    fn write_values(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("; enough votes are heard, but for different values:")?;
        for (place, ValueCount { block, seats }) in self.values.iter().enumerate() {
            let mark = if place == 0 { "" } else { "," };
            let block = block.map_or_else(
                || "no block".into(),
                |block| format!("block {}", short(&block.to_string())),
            );
            write!(f, "{mark} {seats} seats for {block}")?;
        }
        Ok(())
    }

    fn write_quiet(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quiet_count == 0 {
            return Ok(());
        }
        let (count, percent_of_all) = (self.quiet_count, percent(self.quiet_millionths));
        let plural = if count == 1 { "" } else { "s" };
        write!(
            f,
            "; not heard lately: {count} validator{plural} with {percent_of_all} % of the stake"
        )?;
        let together = self.silent_together();
        if let Some(seconds) = together {
            write!(f, ", for {seconds} s")?;
        }
        for (place, quiet) in self.quiet.iter().enumerate() {
            let (mark, id) = (if place == 0 { ":" } else { "," }, quiet.validator.to_string());
            write!(f, "{mark} {} {} %", short(&id), percent(quiet.share_millionths))?;
            match quiet.silent_seconds {
                _ if together.is_some() => {}
                Some(seconds) => write!(f, " for {seconds} s")?,
                None => f.write_str(" ever")?,
            }
        }
        if self.quiet.len() < usize::try_from(count).unwrap_or(usize::MAX) {
            f.write_str(", …")?;
        }
        Ok(())
    }

    /// For how long those named have been silent, if they fell silent within two seconds.
    fn silent_together(&self) -> Option<u64> {
        let seconds = || self.quiet.iter().map(|quiet| quiet.silent_seconds);
        let (least, most) = (seconds().min()??, seconds().max()??);
        (most - least <= 2).then_some(most)
    }

    fn write_gone(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.peers_gone.len();
        if count == 0 {
            return Ok(());
        }
        let (verb, left) = (if count == 1 { "peer is" } else { "peers are" }, self.peers);
        write!(f, "; {count} {verb} gone and {left} left:")?;
        for (place, gone) in self.peers_gone.iter().enumerate() {
            let mark = if place == 0 { "" } else { "," };
            // All ids begin alike.
            let tail = gone.peer.len().saturating_sub(8);
            let name = gone.peer.get(tail..).unwrap_or(&gone.peer);
            write!(f, "{mark} …{name} for {} s", gone.seconds)?;
            if gone.quiet_millionths > 0 {
                write!(f, " (brought {} %)", percent(gone.quiet_millionths))?;
            }
        }
        Ok(())
    }
}

fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(step: &str, k: Option<u32>, seats: u64, needed: u64) -> StepCount {
        let step = step.to_owned();
        let heard = seats;
        StepCount {
            step,
            k,
            seats,
            heard,
            needed,
        }
    }

    fn stall(cause: Cause) -> Stall {
        Stall {
            seconds: 32,
            round: 743,
            k: 4,
            step: "next".into(),
            steps: vec![
                count("soft", None, 1052, 1530),
                count("cert", None, 0, 1079),
                count("next", Some(4), 752, 1079),
            ],
            cause,
            peers: 1,
            ..Stall::default()
        }
    }

    const HEAD: &str = "nothing became final for 32 s: round 743 period 0 has 752 of 1079 seats in next 4, 1052 of 1530 in \
                        soft, 0 of 1079 in cert";

    #[test]
    fn who_is_quiet_is_named_with_its_peer() {
        let quiet = Quiet {
            validator: Digest([0xab; 32]),
            share_millionths: 170_000,
            last_heard: Some(743),
            silent_seconds: Some(31),
            peer: None,
        };
        let said = Stall {
            quiet_count: 100,
            quiet_millionths: 500_000,
            quiet: vec![quiet],
            peers_gone: vec![GonePeer {
                peer: "12D3KooWabcdefgh".into(),
                seconds: 24,
                quiet_millionths: 250_000,
            }],
            ..stall(Cause::Quiet)
        };
        let tail = "; not heard lately: 100 validators with 50.0 % of the stake, for 31 s: abababab 17.0 %, …; 1 peer is gone \
                    and 1 left: …abcdefgh for 24 s (brought 25.0 %)";
        assert_eq!(said.to_string(), format!("{HEAD}{tail}"));
    }

    #[test]
    fn who_fell_silent_at_another_time_is_named_with_it() {
        let quiet = |number, silent_seconds| Quiet {
            validator: Digest([number; 32]),
            share_millionths: 250_000,
            silent_seconds,
            ..Quiet::default()
        };
        let said = Stall {
            quiet_count: 2,
            quiet_millionths: 500_000,
            quiet: vec![quiet(1, Some(700)), quiet(2, Some(31))],
            ..stall(Cause::Quiet)
        };
        let tail = "of the stake: 01010101 25.0 % for 700 s, 02020202 25.0 % for 31 s";
        assert!(said.to_string().ends_with(tail), "{said}");
        let quiet = vec![quiet(1, Some(31)), quiet(2, None)];
        let said = Stall { quiet, ..said }.to_string();
        assert!(
            said.ends_with("01010101 25.0 % for 31 s, 02020202 25.0 % ever"),
            "{said}"
        );
    }

    #[test]
    fn a_split_names_the_values() {
        let value = |block, seats| ValueCount { block, seats };
        let values = vec![value(None, 752), value(Some(Digest([1; 32])), 700)];
        let said = Stall {
            values,
            ..stall(Cause::Split)
        };
        let tail = "; enough votes are heard, but for different values: 752 seats for no block, 700 seats for block 01010101";
        assert_eq!(said.to_string(), format!("{HEAD}{tail}"));
    }

    #[test]
    fn a_node_that_does_not_vote_says_why() {
        let said = Stall {
            silent: Some("the operator paused voting".into()),
            own_millionths: 250_000,
            ..stall(Cause::Quiet)
        };
        let tail = "; this node casts no votes with its own 25.0 % of the stake: the operator paused voting";
        assert_eq!(said.to_string(), format!("{HEAD}{tail}"));
    }

    #[test]
    fn nobody_is_blamed_for_delays() {
        let said = stall(Cause::Late).to_string();
        assert!(said.ends_with("look at delays and clocks"), "{said}");
        let step = "propose".to_owned();
        let said = Stall {
            step,
            ..stall(Cause::Proposal)
        }
        .to_string();
        assert!(said.ends_with("round 743 period 0 has no proposal"), "{said}");
    }
}
