//! The reader with its one action, the customer before it, and the issuer behind it.

use kioskd::sale::cards::CardSeen;
use kioskd::sale::fact::{CaptureMode, Flow};
use kioskd::sale::input::Call;

use crate::stripe::{Answer, Charge, OnReader, PRICE, Refund, Snapshot, Status, Why};
use crate::world::World;

/// What the reader is at, or was last.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Action {
    /// What.
    pub kind: Kind,
    /// The PaymentIntent; none of ours if another system's.
    pub intent: Option<u8>,
    /// How far.
    pub state: State,
}

/// What a reader can be at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Asks for a card and authorizes it.
    Process,
    /// Reads a card.
    Collect,
    /// Authorizes the card that it has read.
    Confirm,
    /// Asks for the card again: the number of the refund.
    Refund(u32),
}

/// How far an action is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Asks for a card.
    Asks,
    /// Asks, and takes none any more.
    Stuck,
    /// The issuer is asked; whether the card is an Interac card.
    Authorizing(bool),
    /// A card was read, and whether it is a prepaid one.
    Read(bool),
    /// It went well.
    Done,
    /// The issuer declined.
    Declined,
    /// The customer pressed cancel on the reader.
    Canceled,
    /// The reader lost its link.
    NoLink,
}

impl Action {
    /// Whether it is in progress.
    pub fn is_living(&self) -> bool {
        matches!(self.state, State::Asks | State::Stuck | State::Authorizing(_))
    }

    /// Whether it keeps the reader from other commands.
    fn is_busy(&self) -> bool {
        matches!(self.state, State::Authorizing(_)) || (self.intent.is_none() && self.is_living())
    }

    /// In Stripe's words.
    pub fn word(&self) -> &'static str {
        match self.kind {
            Kind::Process => "process_payment_intent",
            Kind::Collect => "collect_payment_method",
            Kind::Confirm => "confirm_payment_intent",
            Kind::Refund(_) => "refund_payment",
        }
    }

    /// Its failure code.
    pub fn failure(&self) -> Option<&'static str> {
        match self.state {
            State::Declined => Some("card_declined"),
            State::Canceled => Some("customer_canceled"),
            State::NoLink => Some("connection_error"),
            State::Asks | State::Stuck | State::Authorizing(_) | State::Read(_) | State::Done => {
                None
            }
        }
    }

    /// The card that it has read.
    pub fn card(&self) -> Option<CardSeen> {
        let State::Read(prepaid) = self.state else { return None };
        let funding = if prepaid { "prepaid" } else { "credit" };
        Some(CardSeen { funding: Some(funding.to_owned()), ..CardSeen::default() })
    }
}

impl World {
    /// A request reaches Stripe and runs, or its first answer is replayed.
    pub fn execute(&mut self, call: Call, intent: u8) -> Answer {
        if let Some(stored) = self.stripe.stored(call, intent) {
            return stored;
        }
        let answer = self.execute_anew(call, intent);
        self.stripe.store(call, intent, &answer);
        answer
    }

    fn execute_anew(&mut self, call: Call, intent: u8) -> Answer {
        let date = self.date();
        match call {
            Call::Create { .. } => {
                let made = self.stripe.create(date);
                self.stripe.shown(made, date)
            }
            Call::Prompt { .. } => self.prompt(intent),
            Call::Confirm { .. } => self.confirm(intent),
            Call::RefundInPerson { n } => self.put(Kind::Refund(n), intent),
            Call::ClearReader { .. } => {
                if self.action.as_ref().is_some_and(Action::is_busy) {
                    return Answer::Refused(Why::Busy);
                }
                self.action = None;
                self.reader_shown()
            }
            Call::Look => self.reader_shown(),
            Call::ListRefunds => {
                let refunds = self.stripe.refunds.iter().filter(|r| r.intent == intent);
                let refunds = Some(refunds.copied().collect());
                Answer::Shown(Snapshot { date, reader: None, intent: None, refunds })
            }
            // The one that was paid, else the newest.
            Call::List => {
                let all = &self.stripe.intents;
                let paid = all.iter().rposition(|intent| intent.prompted);
                let found = paid.or(all.len().checked_sub(1)).and_then(|n| u8::try_from(n).ok());
                found.map_or_else(
                    || Answer::Shown(Snapshot { date, reader: None, intent: None, refunds: None }),
                    |n| self.stripe.shown(n, date),
                )
            }
            Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::Refund { .. }
            | Call::Inspect
            | Call::AssignReader
            | Call::ReadLocation
            | Call::TryAccount => self.stripe.run(call, intent, date),
        }
    }

    fn prompt(&mut self, intent: u8) -> Answer {
        let kind = match self.rules.flow {
            Flow::Process => Kind::Process,
            Flow::CollectConfirm => Kind::Collect,
        };
        let open = self
            .stripe
            .intent(intent)
            .is_some_and(|i| matches!(i.status, Status::Unpaid | Status::Confirmable));
        if !open {
            return Answer::Refused(Why::WrongState);
        }
        let answer = self.put(kind, intent);
        if matches!(answer, Answer::Shown(_))
            && let Some(intent) = self.stripe.intent_mut(intent)
        {
            intent.prompted = true;
        }
        answer
    }

    fn confirm(&mut self, intent: u8) -> Answer {
        let status = self.stripe.intent(intent).map(|intent| intent.status);
        let read = self.action.is_some_and(|action| {
            action.intent == Some(intent) && matches!(action.state, State::Read(_))
        });
        if status != Some(Status::Confirmable) || !read {
            return Answer::Refused(Why::WrongState);
        }
        let answer = self.put(Kind::Confirm, intent);
        if let (Some(action), Answer::Shown(_)) = (&mut self.action, &answer) {
            action.state = State::Authorizing(self.rules.interac && self.customer.interac);
        }
        answer
    }

    /// Puts an action of ours on the reader.
    fn put(&mut self, kind: Kind, intent: u8) -> Answer {
        if self.action.as_ref().is_some_and(Action::is_busy) {
            return Answer::Refused(Why::Busy);
        }
        self.action = Some(Action { kind, intent: Some(intent), state: State::Asks });
        self.reader_shown()
    }

    fn reader_shown(&self) -> Answer {
        let action = self.action.map(|action| {
            let of = action.intent.and_then(|n| self.stripe.intent(n));
            (action, of.map(|intent| intent.status))
        });
        let ours = self.action.and_then(|action| action.intent);
        // A refund's action brings no PaymentIntent.
        let ours = ours.filter(|_| !self.action.is_some_and(|a| matches!(a.kind, Kind::Refund(_))));
        let intent = ours.and_then(|n| self.stripe.intent(n).map(|intent| (n, *intent)));
        let reader = Some(OnReader(action));
        Answer::Shown(Snapshot { date: self.date(), reader, intent, refunds: None })
    }

    /// A card is presented: whether Stripe then says `processing`, whether it is prepaid.
    pub fn tap(&mut self, pending: bool, prepaid: bool) {
        let Some(action) = &mut self.action else { return };
        let Some(n) = action.intent else { return };
        let interac = self.rules.interac && self.customer.interac;
        let Some(intent) = self.stripe.intents.get_mut(usize::from(n)) else { return };
        match action.kind {
            Kind::Refund(number) => {
                action.state = State::Done;
                let state = self.stripe.new_refund();
                if self.stripe.given_back(n) < PRICE {
                    self.stripe.refunds.push(Refund { n: number, intent: n, state });
                }
            }
            Kind::Process | Kind::Collect | Kind::Confirm if !intent.is_payable() => {
                self.audit.declined_by_issuer += 1;
                action.state = State::Declined;
            }
            Kind::Collect => {
                action.state = State::Read(prepaid);
                intent.status = Status::Confirmable;
            }
            Kind::Process | Kind::Confirm => {
                action.state = State::Authorizing(interac);
                if pending {
                    intent.status = Status::Pending;
                }
            }
        }
    }

    /// The issuer approves what the reader is at.
    pub fn approve(&mut self) {
        let Some(Action { intent: Some(n), state: State::Authorizing(interac), .. }) = self.action
        else {
            return;
        };
        let approved = self.authorize(n, interac);
        self.audit.declined_by_issuer += u8::from(!approved);
        self.end_action(if approved { State::Done } else { State::Declined });
    }

    /// The issuer declines.
    pub fn decline(&mut self) {
        self.unpaid_again(Status::Unpaid);
        self.audit.declined_by_issuer += 1;
        let number = self.next_charge();
        let created = self.date();
        let n = self.action.and_then(|action| action.intent);
        if let Some(intent) = n.and_then(|n| self.stripe.intent_mut(n))
            && intent.is_payable()
        {
            let charge = Charge { n: number, authorized: false, created, interac: false };
            intent.charge = Some(charge);
        }
        self.end_action(State::Declined);
    }

    /// The reader loses its link while the issuer is asked; the approval may come later.
    pub fn lose_link(&mut self, later: bool) {
        let Some(Action { intent: Some(n), state: State::Authorizing(interac), kind }) =
            self.action
        else {
            return;
        };
        let confirmed = kind == Kind::Confirm;
        self.unpaid_again(if confirmed { Status::Confirmable } else { Status::Unpaid });
        self.end_action(State::NoLink);
        if later {
            self.stripe.late_approval = Some((n, interac));
        }
    }

    /// The approval that nobody waits for at the reader any more.
    pub fn approve_late(&mut self) {
        if let Some((n, interac)) = self.stripe.late_approval.take() {
            self.authorize(n, interac);
        }
    }

    /// The action of ours that is being authorized never ends, and its card is forgotten.
    pub fn get_stuck(&mut self) {
        let confirmed = self.action.is_some_and(|action| action.kind == Kind::Confirm);
        self.unpaid_again(if confirmed { Status::Confirmable } else { Status::Unpaid });
        self.end_action(State::Stuck);
    }

    pub(crate) fn end_action(&mut self, state: State) {
        if let Some(action) = &mut self.action {
            action.state = state;
        }
    }

    fn unpaid_again(&mut self, status: Status) {
        let Some(n) = self.action.and_then(|action| action.intent) else { return };
        if let Some(intent) = self.stripe.intent_mut(n)
            && intent.is_payable()
        {
            intent.status = status;
        }
    }

    fn next_charge(&mut self) -> u8 {
        self.stripe.charges += 1;
        self.stripe.charges
    }

    fn authorize(&mut self, n: u8, interac: bool) -> bool {
        let number = self.next_charge();
        let created = self.date();
        let at_tap = interac || self.rules.capture == CaptureMode::Automatic;
        let Some(intent) = self.stripe.intent_mut(n) else { return false };
        if !intent.is_payable() {
            return false;
        }
        intent.charge = Some(Charge { n: number, authorized: true, created, interac });
        if at_tap {
            intent.status = Status::Taken;
            intent.received += PRICE;
        } else {
            intent.status = Status::Held;
        }
        self.audit.authorized += 1;
        true
    }
}
