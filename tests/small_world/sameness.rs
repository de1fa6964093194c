//! When two worlds are the same: nothing that can happen next tells them apart.
//!
//! Times are not compared: whatever time may do next, it can do in both. Where looks again and
//! again bring a threshold nearer, the age is, in coarse steps.
//!
//! Nor is it compared how many keys were spent: only which of them can still be used, counted back
//! from the newest. Else a prompt that is refused, cleared and repeated would never be the same
//! again.

use std::fmt::{self, Debug, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;
use std::time::Duration;

use kioskd::ids::ItemNumber;
use kioskd::sale::fact::Doubt;
use kioskd::sale::input::{Call, Refusal};
use kioskd::sale::key::KeyNumbers;
use kioskd::sale::phase::Prompt;
use kioskd::sale::{Phase, Sale};
use kioskd::time::Moment;

use crate::faults::Fault;
use crate::flights::{Daemon, Flight};
use crate::stripe::{Key, key};
use crate::world::World;

/// Beyond this age nothing changes any more that looks bring nearer.
const OLD: u64 = 31;

/// What is printed goes into the hash.
struct Ink<'a, H: Hasher>(&'a mut H);

impl<H: Hasher> Write for Ink<'_, H> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

fn print<H: Hasher>(what: &impl Debug, state: &mut H) {
    write!(Ink(state), "{what:?}").unwrap();
}

/// Keys further back than this from the newest one are all the same: only requests on the wire can
/// still have them.
const LONG_SPENT: u32 = 3;

/// Operations whose keys are compared by how far they are from the newest one.
const RENUMBERED: [Call; 5] = [
    Call::Prompt { n: 0 },
    Call::Confirm { n: 0 },
    Call::ClearReader { n: 0 },
    Call::Cancel { n: 0 },
    Call::Capture { n: 0 },
];

/// Of an operation, the oldest key that can still be used, by whatever is left after a crash, and
/// the newest.
#[derive(Clone, Copy)]
struct InUse {
    oldest: u32,
    newest: u32,
}

/// The keys of each operation that can still be used.
#[derive(Clone, Copy)]
struct Numbers([InUse; 8]);

impl Numbers {
    fn of(world: &World) -> Self {
        let mut numbers = Self([InUse { oldest: 0, newest: 0 }; 8]);
        for (operation, _) in RENUMBERED.into_iter().filter_map(key) {
            numbers.0[usize::from(operation)].oldest = u32::MAX;
        }
        let daemon = world.daemon.as_deref();
        let sales = [daemon.map(|daemon| &daemon.sale), world.found.as_ref()];
        for sale in sales.into_iter().flatten().chain(&world.disk.kept) {
            if let Some(n) = next_prompt(sale) {
                numbers.add(Call::Prompt { n });
            }
            if let Phase::Confirming { n, .. } = sale.phase {
                numbers.add(Call::Confirm { n });
            }
            for call in next_calls(&sale.keys) {
                numbers.add(call);
            }
        }
        let flights = daemon.into_iter().flat_map(|daemon| &daemon.flights);
        for flight in flights.chain(&world.wire) {
            numbers.add(flight.call);
        }
        numbers
    }

    fn add(&mut self, call: Call) {
        if let Some((operation, n)) = key(call) {
            let InUse { oldest, newest } = &mut self.0[usize::from(operation)];
            (*oldest, *newest) = (n.min(*oldest), n.max(*newest));
        }
    }

    /// How far a key is from the newest one, or, of what is not renumbered, its number. None if
    /// nobody uses it any more.
    fn count(self, (operation, n): Key) -> Option<Key> {
        let InUse { oldest, newest } = self.0[usize::from(operation)];
        if !RENUMBERED.into_iter().filter_map(key).any(|(known, _)| known == operation) {
            return Some((operation, n));
        }
        (n >= oldest).then(|| (operation, newest.saturating_sub(n).min(LONG_SPENT)))
    }

    fn count_call(self, call: Call) -> Option<Key> {
        key(call).and_then(|key| self.count(key))
    }
}

fn next_calls(keys: &KeyNumbers) -> [Call; 4] {
    let KeyNumbers { create: _, clear, cancel, capture, confirm, refund: _ } = *keys;
    [
        Call::ClearReader { n: clear },
        Call::Cancel { n: cancel },
        Call::Capture { n: capture },
        Call::Confirm { n: confirm },
    ]
}

/// The number of the prompt that stands or comes next; none comes once the sale no longer asks.
fn next_prompt(sale: &Sale) -> Option<u32> {
    match &sale.phase {
        Phase::Opening { .. } => Some(1),
        Phase::Prompting { prompt, .. }
        | Phase::Presenting { prompt, .. }
        | Phase::Collected { prompt, .. }
        | Phase::Confirming { prompt, .. } => Some(prompt.n),
        Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => None,
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let numbers = Numbers::of(self);
        (self.left, self.faults_left, self.crashes_left).hash(state);
        // What the audit excuses in the end.
        let excuses = [
            Fault::PowerCut,
            Fault::LyingCard,
            Fault::DaysPass,
            Fault::StripeFails,
            Fault::RefundFails,
        ];
        excuses.map(|fault| self.has_struck(fault)).hash(state);
        self.stripe.intents.len().hash(state);
        for intent in &self.stripe.intents {
            (intent.status, intent.received, intent.prompted).hash(state);
            let charge = intent.charge.map(|charge| {
                let young = self.date() - charge.created <= 31;
                (charge.n, charge.authorized, charge.interac, young)
            });
            charge.hash(state);
            (self.date() - intent.created >= 82_800).hash(state);
        }
        self.stripe.refunds.hash(state);
        // In whatever order they came.
        let keys = self.stripe.keys.iter().filter_map(|(key, intent, answer)| {
            let mut hasher = DefaultHasher::new();
            (numbers.count(*key)?, intent, discriminant(answer)).hash(&mut hasher);
            Some(hasher.finish())
        });
        keys.fold(0, |all, key| all ^ key).hash(state);
        (self.stripe.late_approval, self.stripe.slow_refunds).hash(state);
        (self.action, self.customer, &self.board).hash(state);
        self.daemon.is_some().hash(state);
        if let Some(daemon) = &self.daemon {
            hash_daemon(daemon, numbers, self.now(), state);
        }
        if let Some(sale) = &self.found {
            hash_sale(sale, numbers, self.now(), state);
        }
        self.disk.kept.is_some().hash(state);
        if let Some(sale) = &self.disk.kept {
            hash_sale(sale, numbers, self.now(), state);
        }
        for batch in &self.disk.batches {
            batch.committed.hash(state);
            batch.facts.iter().for_each(|fact| discriminant(fact).hash(state));
        }
        self.disk.lazy.iter().for_each(|fact| discriminant(fact).hash(state));
        for flight in &self.wire {
            (numbers.count_call(flight.call), flight.intent).hash(state);
        }
        self.audit.broken.hash(state);
        self.audit.vend_unknown.hash(state);
    }
}

/// What tells a world from others, in short.
pub fn fingerprint(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        fingerprint(self) == fingerprint(other)
    }
}

impl Eq for World {}

fn hash_daemon<H: Hasher>(daemon: &Daemon, numbers: Numbers, now: Moment, state: &mut H) {
    hash_sale(&daemon.sale, numbers, now, state);
    for flight in &daemon.flights {
        hash_flight(flight, &daemon.sale, numbers, state);
    }
    daemon.known.map(|known| (known.foreign, known.ours)).hash(state);
    daemon.fired.is_some().hash(state);
}

fn hash_flight<H: Hasher>(flight: &Flight, sale: &Sale, numbers: Numbers, state: &mut H) {
    (numbers.count_call(flight.call), discriminant(&flight.call)).hash(state);
    (flight.own, flight.intent).hash(state);
    if let Some(half) = &flight.half {
        (&half.reader, &half.refunds).hash(state);
    }
    flight.answer.as_ref().map(discriminant).hash(state);
    if let Some(crate::stripe::Answer::Shown(shown)) = &flight.answer {
        (&shown.reader, &shown.refunds).hash(state);
        shown.intent.map(|(n, intent)| (n, intent.status)).hash(state);
    }
    // A look from before the prompt was confirmed, or refused, counts less.
    let stale = match &sale.phase {
        Phase::Presenting { prompted, .. } => flight.asked < *prompted,
        Phase::Confirming { taken: Some(taken), .. } => flight.asked < *taken,
        Phase::Prompting { doubt: Some(_), doubted, .. }
        | Phase::Confirming { doubt: Some(_), doubted, .. } => flight.asked < *doubted,
        Phase::Opening { .. }
        | Phase::Prompting { doubt: None, .. }
        | Phase::Collected { .. }
        | Phase::Confirming { taken: None, doubt: None, .. }
        | Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => false,
    };
    stale.hash(state);
}

fn hash_sale<H: Hasher>(sale: &Sale, numbers: Numbers, now: Moment, state: &mut H) {
    hash_phase(sale, numbers, now, state);
    sale.intent.hash(state);
    (sale.keys.create, sale.keys.refund).hash(state);
    next_calls(&sale.keys).map(|call| numbers.count_call(call)).hash(state);
    let young = sale.authorization_age(now).map(|age| age <= sale.opened.policy.resume_window);
    (sale.authorized.is_some(), young).hash(state);
    (sale.captured, sale.refunded, sale.refund_from, sale.payable).hash(state);
    print(&sale.vend(ItemNumber::FIRST), state);
    (sale.clear_tried, &sale.boot, sale.restarted, sale.interrupted, sale.power_cut).hash(state);
    let unclear = sale.cancel_unclear.map(|n| n == sale.keys.cancel);
    (unclear, sale.is_sought).hash(state);
    (sale.let_go, sale.is_let_go(now)).hash(state);
    print(&sale.given_up, state);
}

fn age(since: Moment, now: Moment, step: u64) -> u64 {
    (now.since(since).as_secs() / step).min(OLD)
}

fn hash_phase<H: Hasher>(sale: &Sale, numbers: Numbers, now: Moment, state: &mut H) {
    let phase = &sale.phase;
    let count = |prompt: Prompt| numbers.count_call(Call::Prompt { n: prompt.n });
    discriminant(phase).hash(state);
    match phase {
        Phase::Prompting { prompt, doubt, doubted, .. } => {
            (prompt.attempt, count(*prompt)).hash(state);
            print(doubt, state);
            if *doubt == Some(Doubt::Refused(Refusal::ReaderTimeout)) {
                age(*doubted, now, 1).min(5).hash(state);
            }
        }
        Phase::Presenting { prompt, .. } | Phase::Collected { prompt, .. } => {
            (prompt.attempt, count(*prompt)).hash(state);
        }
        Phase::Confirming { prompt, n, taken, doubt, .. } => {
            let confirm = numbers.count_call(Call::Confirm { n: *n });
            (prompt.attempt, count(*prompt), confirm, taken.is_some()).hash(state);
            print(doubt, state);
        }
        Phase::Retracting { why, since, step } => {
            print(&(why, step), state);
            // Until when a creation that is refused is repeated.
            if sale.intent.is_none() {
                age(*since, now, 15).min(9).hash(state);
            }
        }
        Phase::Vending { sent, .. } => sent.is_some().hash(state),
        Phase::Doubtful { why, since, busy, .. } => {
            print(&(why, busy), state);
            age(*since, now, 1).hash(state);
        }
        Phase::Settling { settlement, doubt } => print(&(settlement, doubt), state),
        Phase::Refunding(refunding) => {
            (refunding.n, refunding.since.max(now) > now).hash(state);
            discriminant(&refunding.step).hash(state);
            print(&(&refunding.doubt, &refunding.given_up), state);
            let over = now.since(refunding.since) >= Duration::from_mins(1);
            over.hash(state);
        }
        Phase::NeedsAttention { why } => print(why, state),
        Phase::Closed { outcome } => print(outcome, state),
        Phase::Opening { .. } => {}
    }
}
