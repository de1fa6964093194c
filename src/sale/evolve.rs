//! How a fact changes a sale: total, and without a decision.

use crate::ids::{BootId, ItemNumber};
use crate::money::Money;
use crate::sale::cards::CardSeen;
use crate::sale::fact::{CardAway, Decision, Doubt, Fact, Retraction, Settlement, VendDoubt};
use crate::sale::goods::{LATE_DELIVERED, VendEnd};
use crate::sale::input::Refusal;
use crate::sale::key::Operation;
use crate::sale::phase::{
    Phase, Prompt, RETRACTING_PATIENCE, Refunding, RefundingStep, RetractStep, Sale,
};
use crate::time::Moment;

impl Sale {
    /// Applies one fact. Never fails: a fact that does not fit the phase changes what it can.
    #[expect(clippy::too_many_lines, reason = "a closed list: an arm for each fact")]
    pub fn evolve(&mut self, fact: &Fact) {
        match fact {
            Fact::Opened(opened) => *self = Self::open((**opened).clone()),
            Fact::IntentCreated { intent } => self.intent = Some(intent.clone()),
            Fact::PromptIntended { attempt, n, at } => self.prompt_intended(*attempt, *n, *at),
            Fact::PromptDoubted { why, at, .. } => self.prompt_doubted(why, *at),
            Fact::PromptMissing { .. } | Fact::SettlementMissing => self.doubt_settled(),
            Fact::Prompted { at, .. } => self.prompted(*at),
            Fact::Declined { decline, .. } => {
                self.decline = Some(decline.clone());
                self.not_taken = None;
            }
            Fact::Collected { card, at, .. } => self.collected(card, *at),
            Fact::CardRefused { why, .. } => {
                self.not_taken = Some(why.clone());
                self.decline = None;
            }
            Fact::ConfirmIntended { n, at } => self.confirm_intended(*n, *at),
            Fact::ConfirmDoubted { why, at, .. } => self.confirm_doubted(why, *at),
            Fact::ConfirmMissing { .. } => self.confirm_state(None),
            Fact::ConfirmTaken { at } => self.confirm_state(Some(*at)),
            Fact::RetractionDecided { why, at } => self.retraction_decided(why, *at),
            Fact::PromptFound => self.retract_step(RetractStep::Clear),
            Fact::PromptCleared | Fact::ClearDoubted { .. } => {
                self.clear_tried = true;
                self.retract_step(RetractStep::Look);
            }
            Fact::FenceDoubted { why, .. } => {
                // What Stripe failed it may have carried out, and a look from before shows a hold.
                if matches!(why, Doubt::Unanswered | Doubt::Refused(Refusal::StripeFailed)) {
                    self.cancel_unclear.get_or_insert(self.keys.cancel);
                }
                self.payable = false;
                self.retract_step(RetractStep::Look);
            }
            Fact::FoundUnpaid => {
                self.payable = matches!(self.phase, Phase::NeedsAttention { .. });
                self.retract_step(RetractStep::Fence);
            }
            Fact::Authorized(authorized) => {
                self.let_go |= self.is_let_go(authorized.at);
                self.authorized = Some((**authorized).clone());
            }
            Fact::VendIntended { item, at, .. } => self.vend_intended(*item, *at),
            Fact::VendSent { item, at } => self.vend_sent(*item, *at),
            Fact::VendDoubted { item, why, at } => {
                let (item, why, since) = (*item, why.clone(), *at);
                self.phase = Phase::Doubtful { item, why, since, busy: false };
            }
            Fact::VendBusy { .. } => {
                if let Phase::Doubtful { busy, .. } = &mut self.phase {
                    *busy = true;
                }
            }
            Fact::Delivered { item } => self.vend_ended(*item, VendEnd::Delivered),
            Fact::VendFailed { item, .. } => self.vend_ended(*item, VendEnd::Failed),
            Fact::VendUnknown { item } => self.vend_ended(*item, VendEnd::Unknown),
            Fact::VendSkipped { item, .. } => self.vend_ended(*item, VendEnd::Skipped),
            // Notes for people: what changes the phase follows in the same transaction.
            Fact::Fenced => self.payable = false,
            Fact::AnsweredLate { item, answer } => {
                self.vends.entry(*item).or_default().came_late |= answer == LATE_DELIVERED;
            }
            Fact::Released | Fact::SettledElsewhere { .. } | Fact::NeverCreated => {}
            Fact::SettlementDecided { settlement, .. } => self.settle(*settlement, None),
            Fact::SettlementDoubted { why, .. } => self.settlement_doubted(why),
            Fact::KeySpent { operation, n } => self.key_spent(*operation, *n),
            Fact::KeyTooOld { operation: Operation::Create, .. } => self.is_sought = true,
            Fact::KeyTooOld { operation, n } => {
                self.keys.spend(*operation, *n);
                self.doubt_settled();
            }
            Fact::Adopted { first_key, boot, at } => self.adopted(*first_key, boot, *at),
            Fact::Captured { amount, receipt_url } => self.captured(*amount, receipt_url.as_ref()),
            Fact::Resolved { decision, by, .. } => self.resolved(*decision, *by),
            Fact::RefundAsked { amount, .. } => {
                self.settle(Settlement::Refund { amount: *amount }, Some(Doubt::Decided));
            }
            Fact::RefundPromptIntended { amount, n, at } => self.refund_prompt(*amount, *n, *at),
            Fact::RefundPrompted { at } => self.refund_step(RefundingStep::Watch { prompted: *at }),
            Fact::RefundPromptGone => self.refund_step(RefundingStep::List),
            Fact::RefundGivenUp { why, .. } => self.refund_given_up(why),
            Fact::RefundConfirmed { n, amount, .. } => self.refund_confirmed(*n, *amount),
            Fact::Restarted { boot, at } => self.restarted(boot, *at),
            Fact::AttentionNeeded { why } => {
                self.phase = Phase::NeedsAttention { why: why.clone() };
            }
            Fact::Closed { outcome } => self.phase = Phase::Closed { outcome: *outcome },
        }
    }

    fn vend_intended(&mut self, item: ItemNumber, at: Moment) {
        self.vends.entry(item).or_default().intended = true;
        let goes_on = !self.interrupted && !item.is_first();
        self.interrupted = false;
        self.phase = Phase::Vending { item, since: at, sent: None, goes_on };
    }

    fn vend_sent(&mut self, item: ItemNumber, at: Moment) {
        self.vends.entry(item).or_default().sent = true;
        if let Phase::Vending { sent, .. } = &mut self.phase {
            *sent = Some(at);
        }
    }

    fn vend_ended(&mut self, item: ItemNumber, end: VendEnd) {
        self.vends.entry(item).or_default().end = Some(end);
    }

    fn settle(&mut self, settlement: Settlement, doubt: Option<Doubt>) {
        if let Settlement::Refund { amount } = settlement {
            self.to_refund = Some(amount);
        }
        self.refund_from = self.keys.refund;
        self.phase = Phase::Settling { settlement, doubt };
    }

    fn resolved(&mut self, decision: Decision, by: u32) {
        self.resolved = Some((decision, by));
        self.payable = false;
        let settlement = match decision {
            Decision::Capture { amount } => Settlement::Capture { amount },
            Decision::Release => Settlement::Release,
            Decision::Refund { amount } => Settlement::Refund { amount },
            // The end follows in the same transaction.
            Decision::Dismiss => return,
        };
        self.settle(settlement, Some(Doubt::Decided));
    }

    fn settlement_doubted(&mut self, why: &Doubt) {
        match &mut self.phase {
            Phase::Settling { doubt, .. } => *doubt = Some(why.clone()),
            // Stripe has it: neither reader nor card is needed any more.
            Phase::Refunding(Refunding { amount, .. }) if *why == Doubt::Pending => {
                let settlement = Settlement::Refund { amount: *amount };
                self.phase = Phase::Settling { settlement, doubt: Some(Doubt::Pending) };
            }
            Phase::Refunding(refunding) => {
                refunding.doubt = Some(why.clone());
                refunding.step = RefundingStep::Look;
            }
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Retracting { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. }
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => {}
        }
    }

    fn refund_prompt(&mut self, amount: Money, n: u32, at: Moment) {
        // A repeat gives the customer no more time.
        let since = if let Phase::Refunding(before) = &self.phase { before.since } else { at };
        self.keys.refund = self.keys.refund.max(n);
        let step = RefundingStep::Ask;
        self.phase =
            Phase::Refunding(Refunding { amount, n, since, step, doubt: None, given_up: None });
    }

    fn refund_step(&mut self, next: RefundingStep) {
        if let Phase::Refunding(refunding) = &mut self.phase {
            refunding.step = next;
            if matches!(next, RefundingStep::Watch { .. }) {
                refunding.doubt = None;
            }
        }
    }

    fn refund_given_up(&mut self, why: &CardAway) {
        if let Phase::Refunding(refunding) = &mut self.phase {
            refunding.given_up = Some(why.clone());
            refunding.step = RefundingStep::Look;
        }
    }

    fn captured(&mut self, amount: Money, receipt_url: Option<&String>) {
        self.captured = Some(amount);
        self.receipt_url = receipt_url.cloned();
    }

    fn refund_confirmed(&mut self, n: u32, amount: Money) {
        self.keys.spend(Operation::Refund, n);
        self.refunded = self.refunded.saturating_add(amount.amount);
    }

    /// The current prompt, where there is one.
    fn prompt(&self) -> Option<Prompt> {
        match &self.phase {
            Phase::Prompting { prompt, .. }
            | Phase::Presenting { prompt, .. }
            | Phase::Collected { prompt, .. }
            | Phase::Confirming { prompt, .. } => Some(*prompt),
            Phase::Opening { .. }
            | Phase::Retracting { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. }
            | Phase::Settling { .. }
            | Phase::Refunding(_)
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => None,
        }
    }

    /// Since when the kiosk has been trying to get a prompt onto the reader, if it is.
    fn prompting_since(&self) -> Option<Moment> {
        if let Phase::Prompting { since, .. } = &self.phase { Some(*since) } else { None }
    }

    fn prompt_intended(&mut self, attempt: u32, n: u32, at: Moment) {
        // A repeat for the same card gives neither the customer nor the reader more time.
        let before = self.prompt().filter(|before| before.attempt == attempt);
        let prompt = Prompt { attempt, n, since: before.map_or(at, |before| before.since) };
        let since = self.prompting_since().filter(|_| before.is_some()).unwrap_or(at);
        self.clear_tried = false;
        self.phase = Phase::Prompting { prompt, since, doubt: None, doubted: at };
    }

    fn prompt_doubted(&mut self, why: &Doubt, at: Moment) {
        if let Some(prompt) = self.prompt() {
            let since = self.prompting_since().unwrap_or(at);
            self.phase = Phase::Prompting { prompt, since, doubt: Some(why.clone()), doubted: at };
        }
    }

    fn prompted(&mut self, at: Moment) {
        if let Some(prompt) = self.prompt() {
            self.phase = Phase::Presenting { prompt, prompted: at };
        }
    }

    fn collected(&mut self, card: &CardSeen, at: Moment) {
        self.card = Some(card.clone());
        if let Some(prompt) = self.prompt() {
            self.phase = Phase::Collected { prompt, since: at };
        }
    }

    fn confirm_intended(&mut self, n: u32, at: Moment) {
        self.keys.spend(Operation::Confirm, n);
        let since = match &self.phase {
            Phase::Collected { since, .. } | Phase::Confirming { since, .. } => *since,
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Retracting { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. }
            | Phase::Settling { .. }
            | Phase::Refunding(_)
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => at,
        };
        if let Some(prompt) = self.prompt() {
            let (taken, doubt) = (None, None);
            self.phase = Phase::Confirming { prompt, n, since, taken, doubt, doubted: at };
        }
    }

    fn confirm_state(&mut self, since: Option<Moment>) {
        if let Phase::Confirming { taken, doubt, .. } = &mut self.phase {
            (*taken, *doubt) = (since, None);
        }
    }

    fn confirm_doubted(&mut self, why: &Doubt, at: Moment) {
        if let Phase::Confirming { taken, doubt, doubted, .. } = &mut self.phase {
            (*taken, *doubt, *doubted) = (None, Some(why.clone()), at);
        }
    }

    /// A look has shown where things stand: no doubt is left.
    fn doubt_settled(&mut self) {
        if let Phase::Prompting { doubt, .. } | Phase::Settling { doubt, .. } = &mut self.phase {
            *doubt = None;
        }
        if let Phase::Refunding(refunding) = &mut self.phase {
            refunding.doubt = None;
            refunding.step = RefundingStep::Ask;
        }
    }

    fn key_spent(&mut self, operation: Operation, n: u32) {
        self.keys.spend(operation, n);
        // What was asked with an earlier key may still run.
        if operation == Operation::Cancel && self.cancel_unclear == Some(n) {
            self.cancel_unclear = None;
        }
        if matches!(operation, Operation::Capture | Operation::Cancel | Operation::Refund) {
            self.doubt_settled();
        }
    }

    fn retraction_decided(&mut self, why: &Retraction, at: Moment) {
        self.given_up = Some(why.clone());
        // Another reason to take it back gives nobody more time.
        self.let_go_at.get_or_insert(at + RETRACTING_PATIENCE);
        let step = RetractStep::Look;
        self.phase = Phase::Retracting { why: why.clone(), since: at, step };
    }

    fn retract_step(&mut self, next: RetractStep) {
        if let Phase::Retracting { step, .. } = &mut self.phase {
            *step = next;
        }
        if let Phase::Refunding(refunding) = &mut self.phase {
            refunding.step = match next {
                RetractStep::Look => RefundingStep::Look,
                RetractStep::Clear => RefundingStep::Clear,
                RetractStep::Fence => RefundingStep::List,
            };
        }
    }

    /// Whatever was left behind is taken back first: the look that begins it tells whether there is
    /// something to settle.
    fn adopted(&mut self, first_key: u32, boot: &BootId, at: Moment) {
        let why = Retraction::LeftBehind;
        self.is_adopted = true;
        self.boot = boot.clone();
        self.keys.begin_at(first_key);
        self.given_up = Some(why.clone());
        self.phase = Phase::Retracting { why, since: at, step: RetractStep::Look };
    }

    /// What a restart makes of each phase: whatever was under way is doubtful now.
    fn restarted(&mut self, boot: &BootId, at: Moment) {
        self.restarted = true;
        self.interrupted = true;
        if self.boot != *boot {
            self.power_cut = true;
            self.boot = boot.clone();
            // Moments of another boot say nothing in this one.
            if let Some(let_go_at) = &mut self.let_go_at {
                *let_go_at = at + RETRACTING_PATIENCE;
            }
        }
        let doubt = if self.power_cut { VendDoubt::PowerCut } else { VendDoubt::Restarted };
        match &mut self.phase {
            Phase::Opening { since } => *since = at,
            Phase::Settling { doubt, .. } => *doubt = Some(Doubt::Restarted),
            Phase::Confirming { taken, doubt, doubted, .. } => {
                (*taken, *doubt, *doubted) = (None, Some(Doubt::Restarted), at);
            }
            Phase::Refunding(refunding) => {
                refunding.doubt = Some(Doubt::Restarted);
                refunding.step = RefundingStep::Look;
                if self.power_cut && refunding.given_up.is_none() {
                    refunding.given_up = Some(CardAway::Restarted);
                }
            }
            Phase::Prompting { prompt, .. } | Phase::Presenting { prompt, .. } => {
                let (prompt, doubt) = (*prompt, Some(Doubt::Restarted));
                self.phase = Phase::Prompting { prompt, since: at, doubt, doubted: at };
            }
            Phase::Retracting { since, step, .. } => {
                *since = at;
                // Beside a prompt that owes its answer, the fence goes out before the reader is cleared.
                if *step != RetractStep::Look {
                    self.cancel_unclear.get_or_insert(self.keys.cancel);
                }
                *step = RetractStep::Look;
            }
            Phase::Vending { item, .. } => {
                let (item, why) = (*item, doubt);
                self.phase = Phase::Doubtful { item, why, since: at, busy: false };
            }
            Phase::Doubtful { why, since, .. } => {
                *since = at;
                if *why == VendDoubt::Restarted {
                    *why = doubt;
                }
            }
            Phase::Collected { .. } | Phase::NeedsAttention { .. } | Phase::Closed { .. } => {}
        }
    }
}
