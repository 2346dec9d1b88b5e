//! The rules of section 9 once more, written plainly: lists that are searched from end to end, numbers with signs, and
//! everything computed anew each time. It shares no code with the registry but the ids that say who comes first.

use klero_stake::Parameters;

use crate::world::id;

/// What somebody asks for. Accounts are named by the index of their operator, keys by a number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Transfer {
        from: u8,
        to: u8,
        amount: u64,
    },
    Register {
        who: u8,
        keys: u16,
        bond: u64,
    },
    Bond {
        who: u8,
        amount: u64,
    },
    Unbond {
        who: u8,
        amount: u64,
    },
    Rotate {
        who: u8,
        keys: u16,
    },
    Leave {
        who: u8,
    },
    Heartbeat {
        who: u8,
    },
    /// Two Soft votes in a period, made with some keys by somebody who is said to be `whom`.
    Report {
        by: u8,
        whom: u8,
        keys: u16,
        round: u64,
        period: u32,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) who: u8,
    pub(crate) nonce: u64,
    pub(crate) free: i128,
    pub(crate) bonded: i128,
    pub(crate) leaving: Vec<(u64, i128)>,
    pub(crate) keys: Option<u16>,
    pub(crate) asleep: bool,
    pub(crate) seen: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    parameters: Parameters,
    lookback: u64,
    pub(crate) round: u64,
    pub(crate) people: Vec<Person>,
    used: Vec<u16>,
    punished: Vec<(u8, u64, u32)>,
    pub(crate) burnt: i128,
    /// After each block: who may draw, with what stake and keys, in the order of ids.
    pub(crate) electorates: Vec<Vec<(u8, i128, u16)>>,
}

impl Model {
    pub(crate) fn new(parameters: Parameters, lookback: u64, balances: &[(u64, u64)]) -> Self {
        let person = |(who, (bonded, free)): (u8, &(u64, u64))| Person {
            who,
            nonce: 0,
            free: i128::from(*free),
            bonded: i128::from(*bonded),
            leaving: Vec::new(),
            keys: (*bonded > 0).then_some(u16::from(who)),
            asleep: false,
            seen: 0,
        };
        let people: Vec<Person> = (0..).zip(balances).map(person).collect();
        let mut model = Self {
            parameters,
            lookback,
            round: 0,
            used: people.iter().filter_map(|person| person.keys).collect(),
            people,
            punished: Vec::new(),
            burnt: 0,
            electorates: Vec::new(),
        };
        model.electorates.push(model.awake());
        model
    }

    pub(crate) fn find(&self, who: u8) -> Option<Person> {
        self.people.iter().find(|person| person.who == who).cloned()
    }

    fn put(&mut self, person: Person) {
        self.people.retain(|other| other.who != person.who);
        self.people.push(person);
    }

    fn awake(&self) -> Vec<(u8, i128, u16)> {
        let mut all: Vec<_> = self
            .people
            .iter()
            .filter(|person| !person.asleep && person.bonded > 0)
            .filter_map(|person| Some((person.who, person.bonded, person.keys?)))
            .collect();
        all.sort_by_key(|(who, ..)| id(*who));
        all
    }

    /// Who may draw in a round, as far as it is known.
    pub(crate) fn electorate(&self, round: u64) -> &Vec<(u8, i128, u16)> {
        &self.electorates[round.saturating_sub(self.lookback) as usize]
    }

    pub(crate) const fn begin(&mut self) {
        self.round += 1;
    }

    /// Whether the action has an effect, which it then has.
    pub(crate) fn act(&mut self, action: Action) -> bool {
        let before = self.clone();
        let done = self.try_to(action).is_some();
        if !done {
            *self = before;
        }
        done
    }

    fn try_to(&mut self, action: Action) -> Option<()> {
        let (Action::Transfer { from: who, .. }
        | Action::Register { who, .. }
        | Action::Bond { who, .. }
        | Action::Unbond { who, .. }
        | Action::Rotate { who, .. }
        | Action::Leave { who }
        | Action::Heartbeat { who }
        | Action::Report { by: who, .. }) = action;
        let mut actor = self.find(who)?;
        actor.nonce += 1;
        self.put(actor.clone());
        match action {
            Action::Transfer { to, amount, .. } => self.transfer(actor, to, i128::from(amount)),
            Action::Register { keys, bond, .. } => {
                let is_first = actor.keys.is_none() && bond >= self.parameters.min_bond;
                let mut actor = is_first.then_some(actor)?;
                self.take_keys(&mut actor, keys)?;
                (actor.asleep, actor.seen) = (false, self.round);
                self.put_in_bond(actor, i128::from(bond))
            }
            Action::Bond { amount, .. } => {
                actor.keys?;
                self.put_in_bond(actor, i128::from(amount))
            }
            Action::Unbond { amount, .. } => {
                actor.keys?;
                let amount = i128::from(amount);
                let stays = actor.bonded - amount >= i128::from(self.parameters.min_bond);
                (amount > 0 && stays).then_some(())?;
                self.start_unbonding(actor, amount);
                Some(())
            }
            Action::Rotate { keys, .. } => {
                actor.keys?;
                self.take_keys(&mut actor, keys)?;
                self.put(actor);
                Some(())
            }
            Action::Leave { .. } => {
                actor.keys?;
                let others = self.awake().iter().any(|(other, ..)| *other != who);
                (actor.asleep || others).then_some(())?;
                let all = actor.bonded;
                (actor.keys, actor.asleep) = (None, false);
                self.start_unbonding(actor, all);
                Some(())
            }
            Action::Heartbeat { .. } => {
                actor.keys?;
                (actor.asleep, actor.seen) = (false, self.round);
                self.put(actor);
                Some(())
            }
            Action::Report {
                whom,
                keys,
                round,
                period,
                ..
            } => self.convict(whom, keys, round, period),
        }
    }

    fn pay(&mut self, person: &mut Person, amount: i128, entries: i128) -> Option<()> {
        let price = entries * i128::from(self.parameters.entry_price);
        person.free -= amount + price;
        self.burnt += price;
        (person.free >= 0).then_some(())
    }

    fn transfer(&mut self, mut from: Person, to: u8, amount: i128) -> Option<()> {
        let known = self.find(to).is_some();
        self.pay(&mut from, amount, i128::from(!known))?;
        self.put(from);
        let mut to = self.find(to).unwrap_or(Person {
            who: to,
            nonce: 0,
            free: 0,
            bonded: 0,
            leaving: Vec::new(),
            keys: None,
            asleep: false,
            seen: 0,
        });
        to.free += amount;
        self.put(to);
        (amount > 0).then_some(())
    }

    fn take_keys(&mut self, person: &mut Person, keys: u16) -> Option<()> {
        let fresh = !self.used.contains(&keys);
        self.used.push(keys);
        person.keys = Some(keys);
        self.pay(person, 0, 2)?;
        fresh.then_some(())
    }

    fn put_in_bond(&mut self, mut person: Person, amount: i128) -> Option<()> {
        self.pay(&mut person, amount, 0)?;
        person.bonded += amount;
        self.put(person);
        (amount > 0).then_some(())
    }

    fn start_unbonding(&mut self, mut person: Person, amount: i128) {
        person.bonded -= amount;
        person
            .leaving
            .push((self.round + self.parameters.unbonding_rounds, amount));
        self.put(person);
    }

    fn convict(&mut self, whom: u8, keys: u16, round: u64, period: u32) -> Option<()> {
        let current = round >= 1 && round <= self.round && self.round - round <= self.parameters.evidence_age;
        current.then_some(())?;
        let sat = self.electorate(round).iter().find(|(who, ..)| *who == whom)?;
        let new = !self.punished.contains(&(whom, round, period));
        (sat.2 == keys && new).then_some(())?;
        self.punished.push((whom, round, period));
        let others = self.awake().iter().any(|(other, ..)| *other != whom);
        let mut person = self.find(whom)?;
        let liable = person.bonded + person.leaving.iter().map(|(_, amount)| amount).sum::<i128>();
        let share = i128::from(self.parameters.slash_millionths);
        let mut slash = (liable * share + 999_999) / 1_000_000;
        self.burnt += slash;
        // First what is bonded, then what leaves last.
        let from_bond = slash.min(person.bonded);
        person.bonded -= from_bond;
        slash -= from_bond;
        while slash > 0 {
            let (matures, amount) = person.leaving.pop()?;
            let taken = slash.min(amount);
            slash -= taken;
            if amount > taken {
                person.leaving.push((matures, amount - taken));
            }
        }
        if others || person.asleep || person.bonded == 0 {
            let rest = person.bonded;
            (person.keys, person.asleep) = (None, false);
            self.start_unbonding(person, rest);
        } else {
            self.put(person);
        }
        Some(())
    }

    /// The end of the block, with those who left a trace in it.
    pub(crate) fn end(&mut self, traces: &[u8]) {
        let round = self.round;
        for person in &mut self.people {
            if traces.contains(&person.who) {
                person.seen = round;
            }
            let ripe = |(matures, _): &&(u64, i128)| *matures <= round;
            person.free += person
                .leaving
                .iter()
                .filter(ripe)
                .map(|(_, amount)| amount)
                .sum::<i128>();
            person
                .leaving
                .retain(|(matures, amount)| *matures > round && *amount > 0);
        }
        let mut passed_over = Vec::new();
        while let Some(next) = self.longest_absent(&passed_over) {
            let asleep = |person: &&Person| person.asleep || person.who == next;
            let all: i128 = self
                .people
                .iter()
                .filter(|person| person.keys.is_some())
                .map(|person| person.bonded)
                .sum();
            let out: i128 = self
                .people
                .iter()
                .filter(asleep)
                .map(|person| person.bonded)
                .sum();
            let share = self.parameters.least_active_share;
            let enough = (all - out) * i128::from(share.denominator) >= all * i128::from(share.numerator);
            if enough && all > out {
                let mut person = self.find(next).unwrap();
                person.asleep = true;
                self.put(person);
            } else {
                passed_over.push(next);
            }
        }
        let awake = self.awake();
        let last = self.electorates.last().unwrap().clone();
        self.electorates.push(if awake.is_empty() { last } else { awake });
    }

    fn longest_absent(&self, but: &[u8]) -> Option<u8> {
        let absent = self.people.iter().filter(|person| {
            let gone = self.round - person.seen >= self.parameters.activity_window;
            person.keys.is_some() && !person.asleep && gone && !but.contains(&person.who)
        });
        absent
            .min_by_key(|person| (person.seen, id(person.who)))
            .map(|person| person.who)
    }
}
