//! What must hold, at every step and in the end, each with its reason.

use kioskd::ids::ItemNumber;
use kioskd::sale::fact::{Attention, Outcome, UnknownVend};
use kioskd::sale::input::Call;
use kioskd::sale::{Fact, Phase, Sale};

use crate::board::Motor;
use crate::faults::Fault;
use crate::reader::State;
use crate::stripe::{Answer, Back, PRICE, Status, key};
use crate::world::World;

/// More facts than this no sale needs, whatever happens to it within the bounds of this world.
const MOST_FACTS: u32 = 400;

/// Stripe's clock counts whole seconds.
const ROUNDING: i64 = 1;

/// What the audit remembers. It sees the books, the board and the journal, never the sale's state.
#[derive(Clone, Default, Hash, Debug)]
pub struct Audit {
    /// The first invariant that was broken.
    pub broken: Option<&'static str>,
    /// Cards that were authorized.
    pub authorized: u8,
    /// Cards that were declined, by the issuer or by a reader whose PaymentIntent is over.
    pub declined_by_issuer: u8,
    /// Cards that the sale calls declined.
    pub declined: u8,
    /// Whether the grace was over and nobody knew.
    pub vend_unknown: bool,
    /// Keys of unknown fate, by operation.
    undecided: [Option<u32>; 8],
}

impl World {
    fn must(&mut self, holds: bool, invariant: &'static str) {
        if !holds && self.audit.broken.is_none() {
            self.audit.broken = Some(invariant);
        }
    }

    /// After every step.
    pub fn audit_step(&mut self) {
        self.must(self.charged_once(), "charged once");
        self.must(self.held_once(), "one authorization at a time");
        self.must(self.gives_back_what_it_took(), "refunds within what was taken");
        self.must(self.is_fenced_when_over(), "fenced before it is over");
        self.must(self.facts <= MOST_FACTS, "a bounded number of facts");
    }

    /// One sale moves money at most once: a second capture would charge the customer twice.
    fn charged_once(&self) -> bool {
        self.stripe.intents.iter().map(|intent| intent.received).sum::<u64>() <= PRICE
    }

    /// Two holds on one customer's card are two payments, even if one lapses.
    fn held_once(&self) -> bool {
        let live = |status| matches!(status, Status::Held | Status::Taken);
        self.stripe.intents.iter().filter(|intent| live(intent.status)).count() <= 1
    }

    /// A refund is the customer's money, and no more of it.
    fn gives_back_what_it_took(&self) -> bool {
        (0_u8..).zip(&self.stripe.intents).all(|(n, i)| self.stripe.given_back(n) <= i.received)
    }

    /// A sale that is over can never be paid any more: a prompt that still stands, a request that
    /// comes late or an approval that comes later finds a PaymentIntent in a final state.
    fn is_fenced_when_over(&self) -> bool {
        let over = self.daemon.as_ref().is_some_and(|daemon| !daemon.sale.is_open());
        let last = |status| matches!(status, Status::Taken | Status::Canceled);
        !over || self.stripe.intents.iter().filter(|i| i.prompted).all(|i| last(i.status))
    }

    /// The board carries out an order now.
    pub fn audit_pulse(&mut self) {
        // Goods that came out twice were paid once.
        self.must(self.board.pulses == 0, "fired once");
        self.must(self.fires_only_on_young_money(), "fired only on a young authorization");
        // After a crash nobody would know that goods may have left.
        let intended = self.disk.has(
            |sale| sale.vend(ItemNumber::FIRST).intended,
            |fact| matches!(fact, Fact::VendIntended { .. }),
        );
        self.must(intended, "a vend is on disk before it is fired");
    }

    /// Goods leave for money that is there and that nobody takes away: a hold, or what was taken and
    /// not given back, not older than the operator allows.
    fn fires_only_on_young_money(&self) -> bool {
        let window = i64::try_from(self.window.as_secs()).unwrap_or(i64::MAX);
        let date = self.date();
        (0_u8..).zip(&self.stripe.intents).any(|(n, intent)| {
            let paid = match intent.status {
                Status::Held => true,
                Status::Taken => self.stripe.given_back(n) == 0,
                Status::Unpaid | Status::Confirmable | Status::Pending | Status::Canceled => false,
            };
            let charge = intent.charge.filter(|charge| charge.authorized);
            paid && charge.is_some_and(|charge| date - charge.created <= window + ROUNDING)
        })
    }

    /// A call leaves the driver.
    pub fn audit_call(&mut self, call: Call) {
        let opened = self.disk.has(|_| true, |fact| matches!(fact, Fact::Opened(_)));
        let decided = self.disk.has(is_decided, |fact| {
            matches!(fact, Fact::SettlementDecided { .. } | Fact::AttentionNeeded { .. })
        });
        match call {
            Call::Prompt { .. } => {
                // A sale that nobody remembers after a crash could be paid.
                self.must(opened, "a sale is on disk before it is prompted");
                // A prompt of a sale that does not ask for a card is paid by the wrong person.
                let daemon = self.daemon.as_ref();
                let asks = daemon.is_some_and(|d| matches!(d.sale.phase, Phase::Prompting { .. }));
                self.must(asks, "only a sale that wants a card prompts");
            }
            // A decision that a crash can take away would be made again, and otherwise.
            Call::Capture { .. } | Call::Refund { .. } | Call::RefundInPerson { .. } => {
                self.must(decided, "a settlement is on disk before it is asked for");
            }
            Call::Create { .. }
            | Call::Confirm { .. }
            | Call::ClearReader { .. }
            | Call::Cancel { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::Look
            | Call::Inspect
            | Call::ListRefunds
            | Call::AssignReader
            | Call::ReadLocation
            | Call::TryAccount
            | Call::List => {}
        }
        if let Some((operation, n)) = key(call) {
            let before = self.audit.undecided[usize::from(operation)];
            // The request of unknown fate may have run: with a new key it would run again.
            self.must(before.is_none_or(|before| n <= before), "a new key only after a look");
        }
    }

    /// A reply reaches the driver.
    pub fn audit_answer(&mut self, call: Call, answer: &Answer) {
        match (key(call), answer) {
            (Some((operation, n)), Answer::Silence) => {
                self.audit.undecided[usize::from(operation)] = Some(n);
            }
            (Some((operation, _)), Answer::Shown(_) | Answer::Refused(_)) => {
                self.audit.undecided[usize::from(operation)] = None;
            }
            (None, Answer::Shown(_)) => self.audit.undecided = [None; 8],
            (None, Answer::Refused(_) | Answer::Silence)
            | (_, Answer::NotSent | Answer::TooMany) => {}
        }
    }

    /// The daemon has died: what it knew of its keys stands in the journal alone.
    pub fn audit_crash(&mut self) {
        self.audit.undecided = [None; 8];
    }

    /// The sale decides something.
    pub fn audit_facts(&mut self, facts: &[Fact]) {
        for fact in facts {
            self.facts += 1;
            self.audit.vend_unknown |= matches!(fact, Fact::VendUnknown { .. });
            self.audit.declined += u8::from(matches!(fact, Fact::Declined { .. }));
        }
        // A customer who is told so tries another card: nobody may say it but the issuer.
        let said = self.audit.declined <= self.audit.declined_by_issuer;
        self.must(said, "a decline is the issuer's");
        self.tell(|| format!("    {facts:?}"));
    }

    /// The sale is closed, or waits for a person, and nothing is under way.
    pub fn audit_end(&mut self) {
        let Some(daemon) = &self.daemon else {
            // Nobody remembers it: nobody was asked to pay.
            let prompted = self.stripe.intents.iter().any(|intent| intent.prompted);
            self.must(!prompted, "a sale that left no record was never prompted");
            return;
        };
        let phase = daemon.sale.phase.clone();
        match phase {
            Phase::Closed { outcome } => {
                self.must(self.goods_are_paid(), "what came out is paid for");
                self.must(self.money_is_for_goods(), "what is kept is paid for goods");
                self.must(self.agrees_with_the_books(outcome), "the outcome agrees with the books");
            }
            Phase::NeedsAttention { why } => {
                self.must(self.nobody_could_know(&why), "a person is asked only where needed");
            }
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Retracting { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. }
            | Phase::Settling { .. }
            | Phase::Refunding(_) => self.must(false, "the sale ends"),
        }
    }

    /// What the operator keeps of the sale.
    pub fn kept(&self) -> u64 {
        let taken: u64 = self.stripe.intents.iter().map(|intent| intent.received).sum();
        let done = self.stripe.refunds.iter().filter(|refund| refund.state == Back::Done);
        taken.saturating_sub(done.map(|_| PRICE).sum())
    }

    /// Goods for nothing: only where nobody could know and the policy gives the customer the
    /// benefit of the doubt, or where the hold was gone before it could be captured.
    fn goods_are_paid(&self) -> bool {
        let may_be_given = self.audit.vend_unknown && self.unknown_vend == UnknownVend::Release;
        let forgotten = self.has_struck(Fault::PowerCut) || self.has_struck(Fault::LyingCard);
        let expired = self.has_struck(Fault::DaysPass);
        !self.board.gave || self.kept() == PRICE || may_be_given || forgotten || expired
    }

    /// Money for nothing: only where nobody could know and the operator has written so.
    fn money_is_for_goods(&self) -> bool {
        let may_be_kept = self.audit.vend_unknown && self.unknown_vend == UnknownVend::Capture;
        self.kept() == 0 || self.board.gave || may_be_kept
    }

    /// The journal says what Stripe says: from it people are answered and books are kept.
    fn agrees_with_the_books(&self, outcome: Outcome) -> bool {
        let taken = self.stripe.intents.iter().any(|intent| intent.received > 0);
        match outcome {
            // A decision that a card has lost after its flush was carried out all the same.
            Outcome::Sold => self.kept() == PRICE || self.has_struck(Fault::LyingCard),
            Outcome::Declined | Outcome::Abandoned | Outcome::Released => !taken,
            Outcome::Lost => !taken && self.board.gave,
            Outcome::Refunded => taken && self.kept() == 0,
            Outcome::PartlySold | Outcome::Dismissed => false,
        }
    }

    /// People cost a visit: they are asked only for what neither Stripe nor the board can say.
    fn nobody_could_know(&self, why: &Attention) -> bool {
        match why {
            Attention::VendUnknown => self.unknown_vend == UnknownVend::Hold,
            Attention::RefundNeedsCard { .. } => self.rules.interac,
            Attention::RefundFailed { .. } => self.has_struck(Fault::RefundFails),
            Attention::IntentUnknown => self.has_struck(Fault::StripeFails),
            Attention::CapturedElsewhere => self.has_struck(Fault::LyingCard),
            // Two PaymentIntents, and a crash that forgot which of them was to be cancelled.
            Attention::KeyClash => self.stripe.intents.len() > 1,
            Attention::NotRecorded
            | Attention::NotOurs
            | Attention::NothingToCapture
            | Attention::Unreadable { .. } => false,
        }
    }

    /// Whether nothing is left to happen to the sale.
    pub fn is_over(&self) -> bool {
        let authorizing = self.action.is_some_and(|a| matches!(a.state, State::Authorizing(_)));
        let settled = self.wire.is_empty()
            && self.stripe.late_approval.is_none()
            && !authorizing
            && self.board.motor != Motor::Turns
            && !self.board.ordered;
        match &self.daemon {
            None => self.found.is_none() && settled,
            Some(daemon) => {
                let rests = match daemon.sale.phase {
                    Phase::Closed { .. } => true,
                    Phase::NeedsAttention { .. } => !daemon.sale.payable,
                    Phase::Opening { .. }
                    | Phase::Prompting { .. }
                    | Phase::Presenting { .. }
                    | Phase::Collected { .. }
                    | Phase::Confirming { .. }
                    | Phase::Retracting { .. }
                    | Phase::Vending { .. }
                    | Phase::Doubtful { .. }
                    | Phase::Settling { .. }
                    | Phase::Refunding(_) => false,
                };
                rests && settled && self.disk.is_clean()
            }
        }
    }
}

fn is_decided(sale: &Sale) -> bool {
    match sale.phase {
        Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => true,
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. } => false,
    }
}
