//! When two worlds are the same: nothing that can happen next tells them apart.
//!
//! Times are not compared: whatever time may do next, it can do in both. Where looks again and
//! again bring a threshold nearer, the age is, in coarse steps.

use std::fmt::{self, Debug, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;
use std::time::Duration;

use kioskd::ids::ItemNumber;
use kioskd::sale::fact::Doubt;
use kioskd::sale::input::Refusal;
use kioskd::sale::{Phase, Sale};
use kioskd::time::Moment;

use crate::faults::Fault;
use crate::flights::{Daemon, Flight};
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

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
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
        let keys = self.stripe.keys.iter().map(|(key, intent, answer)| {
            let mut hasher = DefaultHasher::new();
            (key, intent, discriminant(answer)).hash(&mut hasher);
            hasher.finish()
        });
        keys.fold(0, |all, key| all ^ key).hash(state);
        (self.stripe.late_approval, self.stripe.slow_refunds).hash(state);
        (self.action, self.customer, &self.board).hash(state);
        self.daemon.is_some().hash(state);
        if let Some(daemon) = &self.daemon {
            hash_daemon(daemon, self.now(), state);
        }
        if let Some(sale) = &self.found {
            hash_sale(sale, self.now(), state);
        }
        self.disk.kept.is_some().hash(state);
        if let Some(sale) = &self.disk.kept {
            hash_sale(sale, self.now(), state);
        }
        for batch in &self.disk.batches {
            batch.committed.hash(state);
            batch.facts.iter().for_each(|fact| discriminant(fact).hash(state));
        }
        self.disk.lazy.iter().for_each(|fact| discriminant(fact).hash(state));
        for flight in &self.wire {
            (crate::stripe::key(flight.call), flight.intent).hash(state);
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

fn hash_daemon<H: Hasher>(daemon: &Daemon, now: Moment, state: &mut H) {
    hash_sale(&daemon.sale, now, state);
    for flight in &daemon.flights {
        hash_flight(flight, &daemon.sale, state);
    }
    daemon.known.map(|known| (known.foreign, known.ours)).hash(state);
    daemon.fired.is_some().hash(state);
}

fn hash_flight<H: Hasher>(flight: &Flight, sale: &Sale, state: &mut H) {
    (crate::stripe::key(flight.call), discriminant(&flight.call)).hash(state);
    (flight.own, flight.intent).hash(state);
    if let Some(half) = &flight.half {
        (&half.reader, &half.refunds).hash(state);
    }
    flight.answer.as_ref().map(discriminant).hash(state);
    if let Some(crate::stripe::Answer::Shown(shown)) = &flight.answer {
        (&shown.reader, &shown.refunds).hash(state);
        shown.intent.map(|(n, intent)| (n, intent.status)).hash(state);
    }
    // A look from before the prompt was confirmed counts less.
    let stale = match &sale.phase {
        Phase::Presenting { prompted, .. } => flight.asked < *prompted,
        Phase::Confirming { taken: Some(taken), .. } => flight.asked < *taken,
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { taken: None, .. }
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

fn hash_sale<H: Hasher>(sale: &Sale, now: Moment, state: &mut H) {
    hash_phase(sale, now, state);
    sale.intent.hash(state);
    print(&sale.keys, state);
    let young = sale.authorization_age(now).map(|age| age <= sale.opened.policy.resume_window);
    (sale.authorized.is_some(), young).hash(state);
    (sale.captured, sale.refunded, sale.refund_from, sale.payable).hash(state);
    print(&sale.vend(ItemNumber::FIRST), state);
    (sale.clear_tried, &sale.boot, sale.restarted, sale.interrupted, sale.power_cut).hash(state);
    (sale.cancel_unclear, sale.is_sought).hash(state);
    print(&sale.given_up, state);
}

fn age(since: Moment, now: Moment, step: u64) -> u64 {
    (now.since(since).as_secs() / step).min(OLD)
}

fn hash_phase<H: Hasher>(sale: &Sale, now: Moment, state: &mut H) {
    let phase = &sale.phase;
    discriminant(phase).hash(state);
    match phase {
        Phase::Prompting { prompt, doubt, doubted, .. } => {
            (prompt.attempt, prompt.n).hash(state);
            print(doubt, state);
            if *doubt == Some(Doubt::Refused(Refusal::ReaderTimeout)) {
                age(*doubted, now, 1).min(5).hash(state);
            }
        }
        Phase::Presenting { prompt, .. } | Phase::Collected { prompt, .. } => {
            (prompt.attempt, prompt.n).hash(state);
        }
        Phase::Confirming { prompt, n, taken, doubt, .. } => {
            (prompt.attempt, prompt.n, n, taken.is_some()).hash(state);
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
