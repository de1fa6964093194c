//! A bench for one sale: news in the words of the domain, facts out.

mod adopted;
mod doubts;
mod forgotten;
mod in_person;
mod interleavings;
pub(crate) mod items;
mod key_age;
mod patience;
mod people;
mod properties;
mod questions;
mod refunds;
mod restarts;
mod several;
mod strays;
mod two_steps;
mod watching;
mod ways;

use std::time::Duration;

use crate::ids::{BootId, ItemNumber, PaymentIntentId, SaleId};
use crate::money::Money;
use crate::sale::cards::CardRules;
use crate::sale::fact::{
    CaptureMode, Fact, Flow, Item, Opened, Origin, Outcome, Policy, UnknownVend,
};
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, ChargeSeen, Input, IntentSeen, IntentStatus, Obstacle,
    ReaderSeen, RefundSeen, RefundStatus, Refusal, Reply, Seen, Trouble, VendNews,
};
use crate::sale::{Phase, Sale, Want, decide, duty};
use crate::time::{Moment, StripeTime, WallTime};

pub(super) const EPOCH: i64 = 1_790_000_000;

pub(super) fn intent_id() -> PaymentIntentId {
    PaymentIntentId::new("pi_1").unwrap()
}

/// What a sale may be opened with: an example for the tests of all rooms.
pub(crate) fn opened() -> Opened {
    Opened {
        sale: SaleId::new("SALE1").unwrap(),
        product: Item {
            code: "A1".parse().unwrap(),
            name: "Cola".into(),
            price: Money::new(250, "usd".parse().unwrap()),
            slot: "11".parse().unwrap(),
            dispenser: "main".parse().unwrap(),
            vend_timeout: None,
            unknown_vend: None,
            forgotten: false,
        },
        further: Vec::new(),
        reader: "tmr_1".parse().unwrap(),
        livemode: false,
        origin: Origin {
            kiosk: "lobby-3".parse().unwrap(),
            controller: "board-1".parse().unwrap(),
            journal: "journal-1".parse().unwrap(),
        },
        policy: Policy {
            customer_timeout: Duration::from_mins(1),
            customer_cancellation: true,
            max_attempts: 3,
            resume_window: Duration::from_secs(30),
            unknown_vend: UnknownVend::Release,
            vend_grace: Duration::from_secs(10),
            vend_timeout: Duration::from_secs(20),
            flow: Flow::Process,
            cards: CardRules::default(),
            capture: CaptureMode::AfterVend,
            interac: false,
        },
        wire: 1,
        boot: BootId::new("boot-1").unwrap(),
        at: Moment::from_millis(1_000_000),
        stripe_time: None,
        wall: WallTime(EPOCH * 1000),
    }
}

/// One sale on the bench.
pub(crate) struct Bench {
    pub sale: Sale,
    pub now: Moment,
    pub facts: Vec<Fact>,
    /// Where a transaction of the journal ends: as many facts are on disk, or more, never between.
    pub cuts: Vec<usize>,
}

impl Bench {
    pub fn opened() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Opened)) -> Self {
        let mut opened = opened();
        change(&mut opened);
        let now = opened.at;
        let facts = vec![Fact::Opened(Box::new(opened.clone()))];
        Self { sale: Sale::open(opened), now, facts, cuts: vec![1] }
    }

    pub fn prompting() -> Self {
        let mut bench = Self::opened();
        bench.created();
        bench
    }

    pub fn presenting() -> Self {
        let mut bench = Self::prompting();
        bench.prompt_taken();
        bench
    }

    pub fn vending() -> Self {
        let mut bench = Self::presenting();
        bench.look(Some(ActionStatus::Succeeded), paid(1));
        bench
    }

    pub fn give(&mut self, input: &Input) -> Vec<Fact> {
        let facts = decide(&self.sale, input, self.now);
        for fact in &facts {
            self.sale.evolve(fact);
        }
        self.facts.extend(facts.iter().cloned());
        self.cuts.push(self.facts.len());
        let folded = Sale::fold(&self.facts).unwrap();
        assert_eq!(folded, self.sale, "folding the history gives the same sale");
        facts
    }

    pub fn reply(&mut self, call: Call, result: Result<Seen, Trouble>) -> Vec<Fact> {
        self.give(&Input::Replied(Box::new(Reply { call, asked: self.now, result })))
    }

    /// Ends the call that the sale now wants.
    pub fn answer(&mut self, result: Result<Seen, Trouble>) -> Vec<Fact> {
        let call = self.want().call().expect("the sale wants a call");
        self.reply(call, result)
    }

    pub fn created(&mut self) -> Vec<Fact> {
        self.answer(Ok(seen(None, unpaid())))
    }

    pub fn prompt_taken(&mut self) -> Vec<Fact> {
        assert!(matches!(self.want(), Want::PromptReader { .. }), "{:?}", self.want());
        self.answer(Ok(seen(Some(ActionStatus::InProgress), unpaid())))
    }

    pub fn look(&mut self, action: Option<ActionStatus>, intent: IntentSeen) -> Vec<Fact> {
        assert!(matches!(self.want(), Want::Look { .. }), "{:?}", self.want());
        self.reply(Call::Look, Ok(seen(action, intent)))
    }

    pub fn inspect(&mut self, intent: IntentSeen) -> Vec<Fact> {
        assert!(matches!(self.want(), Want::Inspect { .. }), "{:?}", self.want());
        self.reply(Call::Inspect, Ok(Seen { reader: None, ..seen(None, intent) }))
    }

    /// A sale that is charged at the tap, with the dispenser turning.
    pub fn charged() -> Self {
        Self::charged_with(|_| {})
    }

    pub fn charged_with(change: impl FnOnce(&mut Opened)) -> Self {
        let mut bench = Self::with(|opened| {
            opened.policy.capture = CaptureMode::Automatic;
            change(opened);
        });
        bench.created();
        bench.prompt_taken();
        bench.look(Some(ActionStatus::Succeeded), captured());
        bench
    }

    /// Ends a look at the refunds.
    pub fn listed(&mut self, refunds: Vec<RefundSeen>, intent: IntentSeen) -> Vec<Fact> {
        assert!(matches!(self.want(), Want::ListRefunds { .. }), "{:?}", self.want());
        let seen = Seen { reader: None, refunds: Some(refunds), ..seen(None, intent) };
        self.reply(Call::ListRefunds, Ok(seen))
    }

    pub fn dispenser(&mut self, news: VendNews) -> Vec<Fact> {
        let item = self.sale.under_way().unwrap_or_default();
        self.dispenser_of(item, news)
    }

    /// The dispenser speaks of one of several items.
    pub fn dispenser_of(&mut self, item: ItemNumber, news: VendNews) -> Vec<Fact> {
        self.give(&Input::Dispenser { item, news })
    }

    pub fn restart(&mut self, boot: &str) -> Vec<Fact> {
        self.give(&Input::Restarted { boot: BootId::new(boot).unwrap() })
    }

    /// Lets time pass, up to what the sale wants to be woken for.
    pub fn wait(&mut self, seconds: u64) -> Vec<Fact> {
        self.now = self.now + Duration::from_secs(seconds);
        self.give(&Input::Timer)
    }

    pub fn want(&self) -> Want {
        duty(&self.sale).want
    }

    /// From `Retracting`: the reader is cleared if it shows our prompt, then the fence holds.
    pub fn fence(&mut self) {
        if self.want() == (Want::ClearReader { n: self.sale.keys.clear }) {
            self.answer(Ok(seen(None, unpaid())));
        }
        self.look(None, unpaid());
        self.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    }

    pub fn outcome(&self) -> Option<Outcome> {
        if let Phase::Closed { outcome } = self.sale.phase { Some(outcome) } else { None }
    }

    pub fn vends(&self) -> usize {
        self.facts.iter().filter(|fact| matches!(fact, Fact::VendIntended { .. })).count()
    }
}

pub(super) fn seen(action: Option<ActionStatus>, intent: IntentSeen) -> Seen {
    let action = action.map(|status| ActionSeen {
        kind: "process_payment_intent".into(),
        status,
        intent: Some(intent.id.clone()),
        sale: intent.sale.clone(),
        kiosk: None,
        intent_status: Some(intent.status.clone()),
        card: None,
        form: None,
    });
    Seen {
        date: Some(StripeTime(EPOCH)),
        reader: Some(ReaderSeen { action, online: Some(true), ..ReaderSeen::default() }),
        intent: Some(intent),
        refunds: None,
    }
}

pub(super) fn with_status(status: IntentStatus) -> IntentSeen {
    IntentSeen {
        id: intent_id(),
        status,
        created: StripeTime(EPOCH - 60),
        amount: 250,
        currency: "usd".parse().unwrap(),
        amount_capturable: 0,
        amount_received: 0,
        sale: Some(SaleId::new("SALE1").unwrap()),
        journal: Some("journal-1".into()),
        takes_card_present: true,
        livemode: false,
        decline_code: None,
        charge: None,
    }
}

pub(super) fn unpaid() -> IntentSeen {
    with_status(IntentStatus::RequiresPaymentMethod)
}

pub(super) fn charge(seconds_ago: i64) -> ChargeSeen {
    ChargeSeen {
        id: "ch_1".parse().unwrap(),
        authorized: true,
        created: StripeTime(EPOCH - seconds_ago),
        receipt_url: Some("https://receipt.example/1".into()),
        capture_before: Some(StripeTime(EPOCH + 172_800)),
        brand: Some("visa".into()),
        last4: Some("4242".into()),
        interac: false,
    }
}

pub(super) fn paid(seconds_ago: i64) -> IntentSeen {
    IntentSeen {
        amount_capturable: 250,
        charge: Some(charge(seconds_ago)),
        ..with_status(IntentStatus::RequiresCapture)
    }
}

pub(super) fn captured() -> IntentSeen {
    IntentSeen {
        amount_received: 250,
        charge: Some(charge(5)),
        ..with_status(IntentStatus::Succeeded)
    }
}

/// A refund of the sale, made with key `n`.
pub(super) fn refund(n: u32, amount: u64, status: RefundStatus) -> RefundSeen {
    RefundSeen {
        id: format!("re_{n}").parse().unwrap(),
        status,
        amount,
        currency: "usd".parse().unwrap(),
        sale: Some(SaleId::new("SALE1").unwrap()),
        n: Some(n),
    }
}

/// Stripe's answer to the creation of a refund.
pub(super) fn refund_made(status: RefundStatus) -> Seen {
    let refunds = Some(vec![refund(1, 250, status)]);
    Seen { date: Some(StripeTime(EPOCH)), reader: None, intent: None, refunds }
}

pub(super) fn failed(code: &str) -> ActionStatus {
    ActionStatus::Failed { code: code.into(), decline_code: None }
}

pub(super) fn unanswered() -> Result<Seen, Trouble> {
    Err(Trouble::Unknown { obstacle: Obstacle::Silence, why: "connection reset".into() })
}

pub(super) fn refused(refusal: Refusal) -> Result<Seen, Trouble> {
    Err(Trouble::Refused(refusal))
}
