//! Who may open a sale, what the display says, and what is out of order.

mod account;
mod cart;
mod claim;
mod dispensers;
mod documents;
mod menu;
mod place;
mod screen;
mod service;
mod stock;
mod typed;

use std::time::Duration;

use super::out_of_order::Since;
use super::view::{Ending, View};
use super::{Dispenser, Kiosk, Product, Reason, Setup, Turned};
use crate::ids::ItemNumber;
use crate::sale::Input;
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, ChargeSeen, Hindrance, IntentSeen, IntentStatus, Obstacle,
    ReaderSeen, Refusal, Registration, Reply, Seen, Trouble, VendNews,
};
use crate::sale::tests::opened;
use crate::time::{Moment, StripeTime, WallTime};

mod commands;
mod reader;
mod reader_display;
mod reasons;
mod reconfigure;
mod sales;

const EPOCH: i64 = 1_790_000_000;

struct Bench {
    kiosk: Kiosk,
    now: Moment,
}

/// A kiosk that sells what the example of an opened sale is about: for the tests of all rooms.
pub(crate) fn setup() -> Setup {
    let opened = opened();
    let product = Product {
        name: opened.product.name,
        price: opened.product.price,
        slot: opened.product.slot,
        dispenser: opened.product.dispenser.clone(),
        stock: None,
        disabled: false,
    };
    Setup {
        catalog: [(opened.product.code, product)].into(),
        dispensers: [(
            opened.product.dispenser,
            Dispenser::of_its_word(opened.policy.vend_timeout),
        )]
        .into(),
        origin: opened.origin,
        reader: opened.reader,
        livemode: opened.livemode,
        policy: opened.policy,
        reader_display: false,
        menu: None,
        screen: crate::kiosk::screen::ScreenRules::default(),
        cart_limit: None,
        boot: opened.boot,
        restart_window: None,
        exposure_limit: 20,
        power_cycle_every: None,
    }
}

fn reader(action: Option<ActionSeen>) -> ReaderSeen {
    let registration = Box::new(Registration {
        controller: Some(opened().origin.controller.to_string()),
        location: Some("tml_1".into()),
        ..Registration::default()
    });
    ReaderSeen { action, online: Some(true), livemode: Some(false), registration }
}

fn action(intent: &str, status: ActionStatus, intent_status: IntentStatus) -> ActionSeen {
    ActionSeen {
        kind: "process_payment_intent".into(),
        status,
        intent: Some(intent.parse().unwrap()),
        sale: None,
        kiosk: None,
        intent_status: Some(intent_status),
        card: None,
        form: None,
    }
}

fn intent(status: IntentStatus) -> IntentSeen {
    let paid = status == IntentStatus::RequiresCapture;
    IntentSeen {
        id: "pi_1".parse().unwrap(),
        status,
        created: StripeTime(EPOCH - 60),
        amount: 250,
        currency: "usd".parse().unwrap(),
        amount_capturable: if paid { 250 } else { 0 },
        amount_received: 0,
        sale: Some("S1".parse().unwrap()),
        journal: Some("journal-1".into()),
        takes_card_present: true,
        livemode: false,
        decline_code: None,
        charge: paid.then(|| ChargeSeen {
            id: "ch_1".parse().unwrap(),
            authorized: true,
            created: StripeTime(EPOCH),
            receipt_url: None,
            capture_before: Some(StripeTime(EPOCH + 172_800)),
            brand: None,
            last4: None,
            interac: false,
        }),
    }
}

impl Bench {
    fn started() -> Self {
        let now = Moment::from_millis(100_000);
        let since = Since { moment: now, wall: WallTime(EPOCH * 1000) };
        Self { kiosk: Kiosk::new(setup(), since), now }
    }

    fn ready() -> Self {
        let mut bench = Self::started();
        bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), true, bench.since());
        bench.look(reader(None));
        assert_eq!(bench.view(), View::Idle);
        bench
    }

    /// A customer is asked for a card.
    fn presenting() -> Self {
        let mut bench = Self::ready();
        bench.select("S1").unwrap();
        bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
        bench.reply(Call::Prompt { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
        assert!(matches!(bench.view(), View::PresentCard { seconds_left: 60, .. }));
        bench
    }

    fn since(&self) -> Since {
        Since { moment: self.now, wall: WallTime(EPOCH * 1000) }
    }

    fn view(&self) -> View {
        self.kiosk.view(self.now)
    }

    fn select(&mut self, sale: &str) -> Result<(), Turned> {
        let code = "A1".parse().unwrap();
        let opened = self.kiosk.select(&code, sale.parse().unwrap(), self.since())?;
        self.kiosk.opened(opened);
        Ok(())
    }

    fn look(&mut self, reader: ReaderSeen) {
        let seen = Seen { date: None, reader: Some(reader), intent: None, refunds: None };
        self.hear(Call::Look, Ok(seen));
    }

    fn hear(&mut self, call: Call, result: Result<Seen, Trouble>) {
        let reply = Reply { call, asked: self.now, result };
        let sale = self.kiosk.front_sale().map(|sale| sale.id().clone());
        self.kiosk.heard(sale.as_ref(), &reply, self.since());
    }

    fn reply(&mut self, call: Call, result: Result<IntentStatus, Trouble>) {
        let result = result.map(|status| Seen {
            date: Some(StripeTime(EPOCH + 1)),
            reader: None,
            intent: Some(intent(status)),
            refunds: None,
        });
        let reply = Box::new(Reply { call, asked: self.now, result });
        self.give(&Input::Replied(reply));
    }

    fn give(&mut self, input: &Input) {
        self.kiosk.give(&"S1".parse().unwrap(), input, self.now);
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    fn stands(&self, reason: &Reason) -> bool {
        self.kiosk.reasons().since(reason).is_some()
    }
}

#[test]
fn nothing_is_sold_before_reader_and_dispenser_were_seen() {
    let mut bench = Bench::started();
    assert!(matches!(bench.select("S1"), Err(Turned::OutOfOrder { .. })));
    bench.look(reader(None));
    let away = Reason::DispenserAway { dispenser: "main".parse().unwrap() };
    assert_eq!(bench.select("S1"), Err(Turned::OutOfOrder { reason: away }));
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), true, bench.since());
    bench.select("S1").unwrap();
}

#[test]
fn one_customer_at_a_time() {
    let mut bench = Bench::presenting();
    assert_eq!(bench.select("S2"), Err(Turned::Busy));
    bench.kiosk.show_turned(Turned::Busy, bench.now);
    assert!(matches!(bench.view(), View::PresentCard { .. }), "the customer is not disturbed");
}

#[test]
fn what_is_not_sold_here_is_said_and_forgotten() {
    let mut bench = Bench::ready();
    let code = "Z9".parse().unwrap();
    let why = bench.kiosk.select(&code, "S1".parse().unwrap(), bench.since()).unwrap_err();
    bench.kiosk.show_turned(why, bench.now);
    assert!(matches!(bench.view(), View::NotNow { .. }));
    bench.wait(3);
    assert_eq!(bench.view(), View::Idle);
}

#[test]
fn the_countdown_ends_and_the_customer_is_told_not_to_pay() {
    let mut bench = Bench::presenting();
    bench.wait(59);
    assert!(matches!(bench.view(), View::PresentCard { seconds_left: 1, .. }));
    bench.wait(1);
    bench.give(&Input::Timer);
    assert!(matches!(bench.view(), View::TakingBack { .. }));
}

#[test]
fn nobody_is_invited_to_a_reader_that_cannot_be_seen() {
    let mut bench = Bench::presenting();
    for _ in 0..2 {
        bench.hear(
            Call::Look,
            Err(Trouble::NotSent { obstacle: Obstacle::Network, why: "no route".into() }),
        );
    }
    assert!(matches!(bench.view(), View::Blind { .. }));
    bench.look(reader(None));
    assert!(matches!(bench.view(), View::PresentCard { .. }));
}

#[test]
fn not_charged_is_said_only_when_stripe_has_said_so() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.reply(Call::Look, Ok(IntentStatus::RequiresPaymentMethod));
    assert!(matches!(bench.view(), View::TakingBack { .. }));
    bench.reply(Call::Cancel { n: 1 }, Ok(IntentStatus::Canceled));
    assert_eq!(bench.view(), View::NotCharged { why: Ending::Cancelled });
    bench.wait(8);
    assert_eq!(bench.view(), View::Idle, "every view has an end");
}

#[test]
fn a_customer_does_not_wait_for_a_fence_that_takes_long() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.wait(10);
    bench.kiosk.release_waiting_customer(bench.now);
    assert_eq!(bench.view(), View::HoldWillBeReleased { why: Ending::Cancelled });
    bench.wait(8);
    assert_eq!(bench.view(), View::Wait, "the reader is still held");
    assert_eq!(bench.select("S2"), Err(Turned::Busy));
    assert_eq!(bench.kiosk.status(bench.now).state, super::status::State::Busy);
}

#[test]
fn a_failed_vend_promises_a_release_and_then_confirms_it() {
    let mut bench = Bench::presenting();
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    assert!(matches!(bench.view(), View::Dispensing { .. }));
    bench.give(&Input::Dispenser {
        item: ItemNumber::FIRST,
        news: VendNews::Failed { reason: "jam".into() },
    });
    assert_eq!(bench.view(), View::HoldWillBeReleased { why: Ending::VendFailed });
    bench.reply(Call::Cancel { n: 1 }, Ok(IntentStatus::Canceled));
    assert_eq!(bench.view(), View::NotCharged { why: Ending::VendFailed });
}

#[test]
fn settling_never_blocks_the_next_sale() {
    let mut bench = Bench::presenting();
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news: VendNews::Delivered });
    assert!(matches!(bench.view(), View::ThankYou { .. }));
    bench.select("S2").unwrap();
    assert!(
        matches!(bench.view(), View::Connecting { .. }),
        "thanks give way to the next customer"
    );
    assert_eq!(bench.kiosk.status(bench.now).open.settling, 1);
}

#[test]
fn a_declined_customer_is_told_why() {
    let mut bench = Bench::presenting();
    let mut declined = intent(IntentStatus::RequiresPaymentMethod);
    declined.decline_code = Some("insufficient_funds".into());
    let failed = ActionStatus::Failed { code: "card_declined".into(), decline_code: None };
    let seen = Seen {
        date: None,
        reader: Some(reader(Some(action("pi_1", failed, IntentStatus::RequiresPaymentMethod)))),
        intent: Some(declined),
        refunds: None,
    };
    let reply = Reply { call: Call::Look, asked: bench.now, result: Ok(seen) };
    bench.give(&Input::Replied(Box::new(reply)));
    bench.reply(Call::Prompt { n: 2 }, Ok(IntentStatus::RequiresPaymentMethod));
    let View::PresentCard { declined: Some(decline), .. } = bench.view() else {
        panic!("{:?}", bench.view());
    };
    assert_eq!(decline.decline_code.as_deref(), Some("insufficient_funds"));
}

#[test]
fn a_foreign_payment_is_named_and_cleared_when_it_is_over() {
    let mut bench = Bench::ready();
    let foreign = action("pi_other", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    bench.look(reader(Some(foreign.clone())));
    assert!(bench.stands(&Reason::ReaderInUse));
    let ended = ActionSeen { status: ActionStatus::Succeeded, ..foreign.clone() };
    bench.wait(1);
    bench.look(reader(Some(ended)));
    assert!(!bench.stands(&Reason::ReaderInUse));
    let display = ActionSeen { kind: "set_reader_display".into(), ..foreign };
    bench.wait(1);
    bench.look(reader(Some(display)));
    assert!(!bench.stands(&Reason::ReaderInUse), "what is merely displayed blocks nobody");
}

#[test]
fn a_living_foreign_action_is_waited_for() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    let foreign = action("pi_other", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    bench.look(reader(Some(foreign)));
    assert!(!bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    assert!(matches!(
        bench.kiosk.reader_wish(bench.now),
        super::reader_wish::ReaderWish::Probe { .. }
    ));
}

#[test]
fn a_dead_action_is_cleared_before_the_next_prompt() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    let dead = action("pi_old", ActionStatus::InProgress, IntentStatus::Canceled);
    bench.look(reader(Some(dead)));
    assert!(!bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    assert_eq!(bench.kiosk.reader_wish(bench.now), super::reader_wish::ReaderWish::Clear);
    bench.kiosk.dead_action_cleared();
    assert!(bench.kiosk.may_prompt(&"S1".parse().unwrap()));
}

#[test]
fn a_dead_prompt_does_not_wait_for_the_next_sale_to_be_cleared() {
    let mut bench = Bench::ready();
    bench.wait(1);
    bench.look(reader(Some(action("pi_old", ActionStatus::InProgress, IntentStatus::Canceled))));
    assert_eq!(bench.kiosk.reader_wish(bench.now), super::reader_wish::ReaderWish::Clear);
    bench.kiosk.dead_action_cleared();
    assert!(matches!(
        bench.kiosk.reader_wish(bench.now),
        super::reader_wish::ReaderWish::Probe { .. }
    ));
}

#[test]
fn no_prompt_before_the_reader_was_looked_at_for_this_sale() {
    let mut bench = Bench::ready();
    bench.wait(5);
    bench.select("S1").unwrap();
    assert!(!bench.kiosk.may_prompt(&"S1".parse().unwrap()));
    assert_eq!(bench.kiosk.reader_wish(bench.now), super::reader_wish::ReaderWish::Look);
    bench.look(reader(None));
    assert!(bench.kiosk.may_prompt(&"S1".parse().unwrap()));
}

#[test]
fn an_offline_reader_is_tried_again_by_one_selection() {
    let mut bench = Bench::ready();
    let offline = || Err(Trouble::Refused(Refusal::ReaderOffline));
    bench.hear(Call::Prompt { n: 1 }, offline());
    bench.wait(5);
    bench.look(reader(None));
    assert!(bench.stands(&Reason::ReaderOffline), "\"online\" lags behind");
    assert!(matches!(bench.select("S1"), Err(Turned::OutOfOrder { .. })));
    bench.wait(10);
    assert!(bench.kiosk.blocking_reason(bench.now).is_none());
    bench.hear(Call::Prompt { n: 1 }, offline());
    assert!(bench.kiosk.blocking_reason(bench.now).is_some(), "one selection, not all");
    bench.wait(15);
    bench.look(reader(None));
    assert!(!bench.stands(&Reason::ReaderOffline));
    bench.select("S1").unwrap();
}

#[test]
fn a_reader_that_refuses_is_tried_again_without_a_restart() {
    let mut bench = Bench::ready();
    let code = || "terminal_reader_invalid_location_for_payment".to_owned();
    let refusal = Refusal::Other { code: code() };
    bench.hear(Call::Prompt { n: 1 }, Err(Trouble::Refused(refusal)));
    assert!(matches!(bench.select("S1"), Err(Turned::OutOfOrder { .. })));
    bench.wait(300);
    bench.select("S1").unwrap();
    let taken = Seen { date: None, reader: Some(reader(None)), intent: None, refunds: None };
    bench.hear(Call::Prompt { n: 1 }, Ok(taken));
    assert!(!bench.stands(&Reason::ReaderRefuses { code: code() }));
}

#[test]
fn one_lost_reply_is_no_outage_and_two_are() {
    let mut bench = Bench::ready();
    let lost = || Err(Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() });
    bench.hear(Call::Look, lost());
    let silent = Reason::Link { obstacle: Obstacle::Silence };
    assert!(!bench.stands(&silent));
    bench.hear(Call::Look, lost());
    assert!(bench.stands(&silent));
    bench.look(reader(None));
    assert!(!bench.stands(&silent));
}

#[test]
fn a_rejected_key_is_said_as_such() {
    let mut bench = Bench::ready();
    bench.hear(Call::Look, Err(Trouble::NotYet { why: Hindrance::KeyRejected }));
    assert!(bench.stands(&Reason::KeyRejected));
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.reasons[0].code, "api_key_rejected");
    assert!(status.reasons[0].r#do.contains("stripe-api-key"));
}

#[test]
fn a_doubtful_vend_waits_for_a_dispenser_that_cannot_be_asked_but_not_for_ever() {
    let mut bench = Bench::presenting();
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.give(&Input::Dispenser {
        item: ItemNumber::FIRST,
        news: VendNews::Unclear { why: "cut".into() },
    });
    let sale = bench.kiosk.sale(&"S1".parse().unwrap()).unwrap().clone();
    let at = bench.now + Duration::from_secs(10);
    assert_eq!(bench.kiosk.due(&sale, at), at, "the board can be asked");
    let main = "main".parse().unwrap();
    bench.kiosk.dispenser_reachable(&main, false, bench.since());
    assert_eq!(bench.kiosk.due(&sale, at), at + Duration::from_mins(2));
    bench.wait(60);
    bench.kiosk.dispenser_reachable(&main, true, bench.since());
    assert_eq!(bench.kiosk.due(&sale, at), bench.now + Duration::from_secs(10));
}
