//! The committees of an electorate: what can be said of them before a seed is known.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use klero_sampling::{Draw, Holder, Ladder, Lottery, LotteryError, SeatScheme, Seats};

use crate::{Electorate, Profile, Step};

/// The lottery of each kind of step over one electorate. Rounds share it while their electorate is the same: it
/// keeps the members' places in stake order and, under schemes with costly draws, what was prepared for their
/// stakes [SEAT-2] [SEAT-3].
#[derive(Debug)]
pub struct Committees {
    electorate: Arc<Electorate>,
    profile: Arc<Profile>,
    places: Vec<u32>,
    propose: Arc<Committee>,
    soft: Arc<Committee>,
    cert: Arc<Committee>,
    next: Arc<Committee>,
}

/// The most steps of ladders that one committee keeps: 48 MiB. Members that are asked about later draw without one.
const MAX_STEPS: usize = 1 << 21;

/// One kind of step: its lottery, and a ladder for each member that was ever asked about.
#[derive(Debug)]
struct Committee {
    lottery: Lottery,
    ladders: Vec<OnceLock<Box<Ladder>>>,
    steps: AtomicUsize,
}

impl Committees {
    /// The committees that a profile gives an electorate.
    ///
    /// # Errors
    /// [`LotteryError`] when the profile does not suit the electorate.
    pub fn new(electorate: Arc<Electorate>, profile: Arc<Profile>) -> Result<Self, LotteryError> {
        let (places, stakes) = stake_order(&electorate);
        let mut made: Vec<Arc<Committee>> = Vec::new();
        let mut committee = |step| {
            let lottery = profile.lottery(step, &stakes)?;
            // Steps of one size share what is prepared.
            let known = made.iter().find(|committee| committee.lottery == lottery);
            let committee = known
                .cloned()
                .unwrap_or_else(|| Arc::new(Committee::new(lottery, electorate.len())));
            made.push(Arc::clone(&committee));
            Ok(committee)
        };
        let propose = committee(Step::Propose)?;
        let soft = committee(Step::Soft)?;
        let cert = committee(Step::Cert)?;
        let next = committee(Step::Next(0))?;
        Ok(Self {
            electorate,
            profile,
            places,
            propose,
            soft,
            cert,
            next,
        })
    }

    /// Who may draw.
    pub const fn electorate(&self) -> &Arc<Electorate> {
        &self.electorate
    }

    /// The committees' sizes.
    pub const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// The members' places in the order of descending stake, equal stakes by ascending id; from 1, in the order
    /// of their indices [SEAT-3].
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// The lottery of a step.
    pub fn lottery(&self, step: Step) -> &Lottery {
        &self.committee(step).lottery
    }

    /// What a member holds in a step without a proof; `None` for an index beyond the electorate.
    pub fn guaranteed(&self, step: Step, member: u32) -> Option<u64> {
        self.lottery(step).guaranteed(self.holder(member)?).ok()
    }

    /// Whether a draw can add anything to it.
    pub fn draws(&self, step: Step, member: u32) -> bool {
        self.holder(member)
            .is_some_and(|holder| self.lottery(step).draws(holder))
    }

    /// A member's seats in a step with a draw; `None` for an index beyond the electorate.
    ///
    /// # Errors
    /// [`LotteryError::Undecided`], see there.
    pub fn seats(&self, step: Step, member: u32, draw: &Draw) -> Result<Option<Seats>, LotteryError> {
        let Some(holder) = self.holder(member) else {
            return Ok(None);
        };
        let committee = self.committee(step);
        let seats = match committee.ladder(member, holder)? {
            Some(ladder) => ladder.seats(draw)?,
            None => committee.lottery.seats(draw, holder)?,
        };
        Ok(Some(seats))
    }

    const fn committee(&self, step: Step) -> &Arc<Committee> {
        match step {
            Step::Propose => &self.propose,
            Step::Soft => &self.soft,
            Step::Cert => &self.cert,
            Step::Next(_) => &self.next,
        }
    }

    fn holder(&self, member: u32) -> Option<Holder> {
        let index = usize::try_from(member).ok()?;
        let (place, known) = (self.places.get(index)?, self.electorate.member(member)?);
        Some(Holder::at(*place, known.stake))
    }
}

impl Committee {
    fn new(lottery: Lottery, members: usize) -> Self {
        let ladders = match lottery.scheme() {
            // A quota takes less time than looking up what was prepared.
            SeatScheme::Quota | SeatScheme::Full => 0,
            SeatScheme::Binomial | SeatScheme::FaitAccompli => members,
        };
        Self {
            lottery,
            ladders: (0..ladders).map(|_| OnceLock::new()).collect(),
            steps: AtomicUsize::new(0),
        }
    }

    /// A member's ladder, made when it is first asked for; `None` where none is kept.
    fn ladder(&self, member: u32, holder: Holder) -> Result<Option<&Ladder>, LotteryError> {
        let Some(kept) = usize::try_from(member).ok().and_then(|at| self.ladders.get(at)) else {
            return Ok(None);
        };
        if let Some(ladder) = kept.get() {
            return Ok(Some(ladder));
        }
        if self.steps.load(Ordering::Relaxed) >= MAX_STEPS {
            return Ok(None);
        }
        let ladder = Box::new(self.lottery.ladder(holder)?);
        self.steps.fetch_add(ladder.steps(), Ordering::Relaxed);
        Ok(Some(kept.get_or_init(|| ladder)))
    }
}

/// The members' places by index, and the stakes in descending order.
fn stake_order(electorate: &Electorate) -> (Vec<u32>, Vec<u64>) {
    let mut order: Vec<(u32, u64)> = (0..)
        .zip(electorate.members().iter().map(|member| member.stake))
        .collect();
    // The members stand by ascending id, and sorting keeps equals in their order.
    order.sort_by_key(|(_, stake)| Reverse(*stake));
    let mut places: Vec<(u32, u32)> = order
        .iter()
        .zip(1..)
        .map(|((index, _), place)| (*index, place))
        .collect();
    places.sort_unstable();
    let places = places.into_iter().map(|(_, place)| place).collect();
    (places, order.into_iter().map(|(_, stake)| stake).collect())
}
