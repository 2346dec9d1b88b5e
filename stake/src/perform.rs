//! What each operation does [STK-3]. Every function checks all before it changes anything.

use klero_committee::sampling::Digest;

use crate::account::{Account, MAX_UNBONDING, Status, Validator};
use crate::evidence::{Conviction, Evidence, EvidenceError};
use crate::keys::{self, KeyPair};
use crate::operation::{Operation, OperationError, VerifiedOperation};
use crate::registry::{MAX_ACCOUNTS, MAX_USED_KEYS};
use crate::transition::{Receipt, Transition};

type Outcome<T = ()> = Result<T, OperationError>;

/// How many entries that stay for ever an operation that registers keys makes.
const KEY_ENTRIES: u64 = 2;

impl Transition<'_> {
    /// Carries an operation out. The account's nonce moves with it and not otherwise.
    pub(crate) fn perform(&mut self, verified: &VerifiedOperation) -> Outcome {
        let id = verified.account();
        let signed = verified.signed();
        let known = self.registry.account(id);
        let mut account = known.ok_or(OperationError::UnknownAccount(*id))?.clone();
        if signed.nonce != account.nonce {
            return Err(OperationError::Nonce {
                found: signed.nonce,
                expected: account.nonce,
            });
        }
        account.nonce = account.nonce.checked_add(1).ok_or(OperationError::Exhausted)?;
        let nonce = signed.nonce;
        let mut convicted = None;
        match (&signed.operation, verified.keys()) {
            (Operation::Transfer { to, amount }, _) => self.transfer(id, &mut account, to, *amount)?,
            (Operation::Register { bond, .. }, Some(keys)) => self.register(&mut account, keys, *bond)?,
            (Operation::Rotate { .. }, Some(keys)) => self.rotate(&mut account, keys)?,
            (Operation::Bond { amount }, _) => bond(&mut account, *amount)?,
            (Operation::Unbond { amount }, _) => self.unbond(&mut account, *amount)?,
            (Operation::Leave, _) => self.leave(id, &mut account)?,
            (Operation::Report { evidence }, _) => convicted = Some(self.judge(evidence)?),
            (Operation::Heartbeat, _) => self.heartbeat(id, &mut account)?,
            // Verifying an operation with keys yields them.
            (Operation::Register { .. } | Operation::Rotate { .. }, None) => {
                return Err(OperationError::Signature);
            }
        }
        self.registry.accounts.insert(*id, account);
        self.receipts.push(Receipt::Applied { account: *id, nonce });
        if let Some(conviction) = convicted {
            self.punish(&conviction);
        }
        Ok(())
    }

    fn transfer(&mut self, id: &Digest, account: &mut Account, to: &Digest, amount: u64) -> Outcome {
        at_least_one(amount)?;
        let is_new = self.registry.account(to).is_none();
        if is_new && self.registry.accounts.len() >= MAX_ACCOUNTS {
            return Err(OperationError::Full("account"));
        }
        let price = self.price(u64::from(is_new));
        pay(account, amount, price)?;
        // No sum exceeds the supply.
        if to == id {
            account.free = account.free.saturating_add(amount);
        } else {
            let receiver = self.registry.accounts.entry(*to).or_default();
            receiver.free = receiver.free.saturating_add(amount);
        }
        self.burn(price);
        Ok(())
    }

    fn register(&mut self, account: &mut Account, keys: &KeyPair, amount: u64) -> Outcome {
        let least = self.rules.parameters.min_bond;
        if account.validator.is_some() {
            return Err(OperationError::IsValidator);
        }
        if amount < least {
            let bonded = amount;
            return Err(OperationError::BelowMinBond { bonded, least });
        }
        if !self.registry.has_room_for_validator() {
            return Err(OperationError::Full("validator"));
        }
        let used = self.unused(keys)?;
        let price = self.price(KEY_ENTRIES);
        pay(account, amount, price)?;
        account.bonded = account.bonded.saturating_add(amount);
        account.validator = Some(Validator {
            vote_key: keys.vote,
            vrf_key: keys.vrf,
            status: Status::Active,
            last_trace: self.registry.round,
        });
        self.registry.used_keys.extend(used);
        self.burn(price);
        Ok(())
    }

    fn rotate(&mut self, account: &mut Account, keys: &KeyPair) -> Outcome {
        let validator = account.validator.ok_or(OperationError::NotValidator)?;
        let used = self.unused(keys)?;
        let price = self.price(KEY_ENTRIES);
        pay(account, 0, price)?;
        account.validator = Some(Validator {
            vote_key: keys.vote,
            vrf_key: keys.vrf,
            ..validator
        });
        self.registry.used_keys.extend(used);
        self.burn(price);
        Ok(())
    }

    fn unbond(&self, account: &mut Account, amount: u64) -> Outcome {
        at_least_one(amount)?;
        if account.validator.is_none() {
            return Err(OperationError::NotValidator);
        }
        let least = self.rules.parameters.min_bond;
        let bonded = account.bonded;
        let rest = bonded.checked_sub(amount).filter(|rest| *rest >= least);
        let rest = rest.ok_or(OperationError::BelowMinBond { bonded, least })?;
        let matures = self.maturity(account)?;
        account.bonded = rest;
        account.unbond(amount, matures);
        Ok(())
    }

    fn leave(&self, id: &Digest, account: &mut Account) -> Outcome {
        if account.validator.is_none() {
            return Err(OperationError::NotValidator);
        }
        if account.is_active() && !self.registry.has_other_active(id) {
            return Err(OperationError::LastValidator);
        }
        let matures = self.maturity(account)?;
        account.unbond(account.bonded, matures);
        account.bonded = 0;
        account.validator = None;
        Ok(())
    }

    fn heartbeat(&mut self, id: &Digest, account: &mut Account) -> Outcome {
        let validator = account.validator.as_mut().ok_or(OperationError::NotValidator)?;
        if validator.status == Status::Suspended {
            self.receipts.push(Receipt::Returned { account: *id });
        }
        validator.status = Status::Active;
        validator.last_trace = self.registry.round;
        Ok(())
    }

    /// Judges evidence: what costs nothing first, then by the electorate of its round, the signatures last.
    fn judge(&self, evidence: &Evidence) -> Outcome<Conviction> {
        let (found, now) = (evidence.round, self.registry.round);
        let limit = self.rules.parameters.evidence_age;
        let age = now
            .checked_sub(found)
            .ok_or(EvidenceError::Future { found, now })?;
        if age > limit {
            return Err(EvidenceError::TooOld { found, now, limit }.into());
        }
        let accusation = evidence.accusation(self.courts)?;
        let offence = *accusation.offence();
        if self.registry.is_convicted(&offence) {
            return Err(EvidenceError::Convicted(offence).into());
        }
        if self.registry.account(&offence.offender).is_none() {
            return Err(OperationError::UnknownAccount(offence.offender));
        }
        Ok(accusation.prove(&self.rules.chain)?)
    }

    /// Slashes, and ends the validator: what is left of its bond unbonds, and stays liable for what its keys may still
    /// do until the electorates without them are in force. The last active validator stays, with what it has left: an
    /// electorate is never empty.
    fn punish(&mut self, conviction: &Conviction) {
        let offence = *conviction.offence();
        let id = offence.offender;
        let others = self.registry.has_other_active(&id);
        let matures = self.matures();
        let Some(account) = self.registry.accounts.get_mut(&id) else {
            return;
        };
        let burnt = account.slash(self.rules.parameters.slash_millionths);
        if others || !account.is_active() {
            account.unbond(account.bonded, matures);
            account.bonded = 0;
            account.validator = None;
        }
        self.registry.offences.insert(offence);
        self.burn(burnt);
        self.receipts.push(Receipt::Convicted {
            offence,
            kind: conviction.kind(),
            burnt,
        });
    }

    /// What the registry will remember of keys, if it does not yet [STK-4].
    fn unused(&self, keys: &KeyPair) -> Outcome<[Digest; 2]> {
        let used = &self.registry.used_keys;
        let (vote, vrf) = (keys::of_vote_key(&keys.vote), keys::of_vrf_key(&keys.vrf));
        if used.len().saturating_add(2) > MAX_USED_KEYS {
            return Err(OperationError::Full("key"));
        }
        if used.contains(&vote) {
            return Err(OperationError::KeyUsed("vote"));
        }
        if used.contains(&vrf) || vrf == vote {
            return Err(OperationError::KeyUsed("VRF"));
        }
        Ok([vote, vrf])
    }

    fn price(&self, entries: u64) -> u64 {
        self.rules.parameters.entry_price.saturating_mul(entries)
    }

    fn burn(&mut self, amount: u64) {
        self.registry.burnt = self.registry.burnt.saturating_add(amount);
    }

    fn matures(&self) -> u64 {
        let rounds = self.rules.parameters.unbonding_rounds;
        self.registry.round.saturating_add(rounds)
    }

    /// When what unbonds now becomes free, if the account can keep it apart.
    fn maturity(&self, account: &Account) -> Outcome<u64> {
        let matures = self.matures();
        let last = account.unbonding.last();
        let joins = last.is_some_and(|last| last.matures == matures);
        if account.unbonding.len() >= MAX_UNBONDING && !joins {
            return Err(OperationError::TooManyUnbonding);
        }
        Ok(matures)
    }
}

fn bond(account: &mut Account, amount: u64) -> Outcome {
    at_least_one(amount)?;
    if account.validator.is_none() {
        return Err(OperationError::NotValidator);
    }
    pay(account, amount, 0)?;
    account.bonded = account.bonded.saturating_add(amount);
    Ok(())
}

const fn at_least_one(amount: u64) -> Outcome {
    match amount {
        0 => Err(OperationError::NoAmount),
        _ => Ok(()),
    }
}

/// Takes an amount and a price from the free balance.
fn pay(account: &mut Account, amount: u64, price: u64) -> Outcome {
    let free = account.free;
    let needed = amount.saturating_add(price);
    account.free = free
        .checked_sub(needed)
        .ok_or(OperationError::NotEnoughFree { needed, free })?;
    Ok(())
}
