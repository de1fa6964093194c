//! When a sweep begins, how far it reads, and what it leaves alone.

use super::*;
use crate::kiosk::tests::setup;
use crate::sale::input::{Call, IntentStatus, Obstacle, Reply, Seen, Trouble};
use crate::sale::tests::opened;
use crate::time::WallTime;

mod sought;

const EPOCH: i64 = 1_790_000_000;
const HOUR: i64 = 3600;

struct Bench {
    kiosk: Kiosk,
    now: Moment,
}

impl Bench {
    fn new() -> Self {
        let now = Moment::from_millis(900_000);
        let mut bench = Self { kiosk: Kiosk::new(setup(), since(now)), now };
        assert_eq!(bench.wish(), SweepWish::Nothing, "Stripe's clock is not known");
        bench.stripe_answers();
        bench
    }

    fn wish(&mut self) -> SweepWish {
        self.kiosk.sweep_wish(self.now)
    }

    fn date(&self) -> StripeTime {
        StripeTime(EPOCH + i64::try_from(self.now.as_millis() / 1000).unwrap() - 900)
    }

    fn stripe_answers(&mut self) {
        let seen = Seen { date: Some(self.date()), reader: None, intent: None, refunds: None };
        let reply = Reply { call: Call::Look, asked: self.now, result: Ok(seen) };
        self.kiosk.heard(None, &reply, since(self.now));
    }

    fn wait(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// Since when a list or a search is wanted.
    fn begins_at(&mut self) -> i64 {
        match self.wish() {
            SweepWish::Search { created_gte, .. } | SweepWish::List { created_gte, .. } => {
                created_gte.0
            }
            SweepWish::Nothing | SweepWish::Wait(_) => panic!("nothing is read"),
        }
    }

    /// One page that is the last.
    fn page(&mut self, intents: Vec<Listed>) -> Found {
        self.page_with_next(intents, None)
    }

    /// One page of what is wanted, and where the next one begins.
    fn page_with_next(&mut self, intents: Vec<Listed>, next: Option<&str>) -> Found {
        let is_search = match self.wish() {
            SweepWish::Search { .. } => true,
            SweepWish::List { .. } => false,
            SweepWish::Nothing | SweepWish::Wait(_) => panic!("nothing is read"),
        };
        let next = next.map(|next| next.parse().unwrap());
        let listing = Listing { date: Some(self.date()), is_search, intents, next };
        self.kiosk.listed(listing, since(self.now))
    }

    fn done(&mut self) -> BTreeSet<SaleId> {
        self.kiosk.page_done(0.5, self.now)
    }

    /// What is recalled of a page with this one PaymentIntent.
    fn recalls(&mut self, listed: Listed) -> Vec<SaleId> {
        self.page(vec![listed]).recall
    }

    fn adopts(&mut self, listed: Listed, known: &Recalled) -> Option<Orphan> {
        let sale = listed.intent.sale.clone().unwrap();
        self.page(vec![listed]);
        match self.kiosk.recalled(&sale, known, self.now).pop() {
            Some(Verdict::Adopt(orphan)) => Some(*orphan),
            Some(Verdict::Cancel(..) | Verdict::LeftAlone(..)) | None => None,
        }
    }
}

fn since(moment: Moment) -> Since {
    Since { moment, wall: WallTime(EPOCH * 1000) }
}

/// A PaymentIntent of the kiosk's own, an hour old.
fn listed(sale: &str, status: IntentStatus) -> Listed {
    let pairs = [
        ("kiosk", "lobby-3"),
        ("sale", sale),
        ("reader", "tmr_1"),
        ("controller", "board-1"),
        ("journal", "lost-journal"),
        ("boot", "lost-boot"),
        ("products", "A1"),
    ];
    let metadata = pairs.map(|(word, name)| (word.to_owned(), name.to_owned())).into();
    let received = if status == IntentStatus::Succeeded { 300 } else { 0 };
    let intent = IntentSeen {
        id: format!("pi_{sale}").parse().unwrap(),
        status,
        created: StripeTime(EPOCH - HOUR),
        amount: 300,
        currency: "usd".parse().unwrap(),
        amount_capturable: 0,
        amount_received: received,
        sale: sale.parse().ok(),
        journal: Some("lost-journal".into()),
        takes_card_present: true,
        livemode: false,
        decline_code: None,
        charge: None,
    };
    Listed { intent, is_captured_by_hand: true, metadata }
}

fn unpaid(sale: &str) -> Listed {
    listed(sale, IntentStatus::RequiresPaymentMethod)
}

fn renamed(word: &str, name: &str) -> Listed {
    let mut listed = unpaid("LOST");
    listed.metadata.insert(word.to_owned(), name.to_owned());
    listed
}

#[test]
fn it_begins_with_the_first_answer_of_stripes_and_reads_three_days() {
    let mut bench = Bench::new();
    assert_eq!(bench.begins_at(), EPOCH - 72 * HOUR);
}

#[test]
fn it_goes_on_page_by_page() {
    let mut bench = Bench::new();
    let from = bench.begins_at();
    bench.page_with_next(Vec::new(), Some("cursor"));
    assert_eq!(bench.wish(), SweepWish::Nothing, "the journal is asked");
    assert!(bench.done().is_empty());
    let created_gte = StripeTime(from);
    let page = Some("cursor".parse().unwrap());
    assert_eq!(bench.wish(), SweepWish::Search { created_gte, page });
}

#[test]
fn the_next_one_is_hours_later_and_reads_a_day_more_than_what_is_new() {
    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    let SweepWish::Wait(at) = bench.wish() else { panic!("it rests") };
    assert_eq!(at, bench.now + Duration::from_hours(6));
    bench.wait(Duration::from_hours(6));
    assert_eq!(bench.begins_at(), EPOCH - 24 * HOUR, "what the index did not have yet");
}

#[test]
fn after_weeks_without_an_end_it_reads_no_further_back_than_the_journal_remembers() {
    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    bench.wait(Duration::from_hours(24 * 60));
    assert_eq!(bench.begins_at(), bench.date().0 - 14 * 24 * HOUR);
}

#[test]
fn a_list_that_is_not_answered_does_not_put_the_kiosk_out_of_order() {
    let mut bench = Bench::new();
    for _ in 0..5 {
        let result = Err(Trouble::Unknown { obstacle: Obstacle::Silence, why: "timed out".into() });
        let reply = Reply { call: Call::List, asked: bench.now, result };
        bench.kiosk.heard(None, &reply, since(bench.now));
    }
    assert!(!bench.kiosk.is_stripe_unreachable());
}

#[test]
fn jitter_spreads_a_fleet() {
    for (jitter, hours) in [(0.0, 4.5), (1.0, 7.5)] {
        let mut bench = Bench::new();
        bench.page(Vec::new());
        bench.kiosk.page_done(jitter, bench.now);
        let wait = Duration::from_secs_f64(hours * 3600.0);
        assert_eq!(bench.wish(), SweepWish::Wait(bench.now + wait));
    }
}

#[test]
fn it_does_not_begin_while_a_customer_is_served() {
    let mut bench = Bench::new();
    let mut served = opened();
    served.at = bench.now;
    bench.kiosk.opened(served);
    assert_eq!(bench.wish(), SweepWish::Nothing);
}

#[test]
fn what_this_board_left_on_this_reader_is_adopted_if_the_journal_does_not_know_it() {
    for status in
        [IntentStatus::RequiresPaymentMethod, IntentStatus::Pending, IntentStatus::RequiresCapture]
    {
        let orphan = Bench::new().adopts(listed("LOST", status), &Recalled::Unknown).unwrap();
        assert_eq!(orphan.opened.sale.as_str(), "LOST");
        assert_eq!(orphan.opened.product.price.amount, 300, "the price that was asked for");
        assert_eq!(orphan.opened.origin.journal.as_str(), "lost-journal");
        assert_eq!(orphan.opened.boot.as_str(), "lost-boot");
        assert_eq!(orphan.sold, None);
        assert_eq!(i64::from(orphan.first_key), EPOCH);
    }
}

#[test]
fn a_cart_that_was_left_is_adopted_if_the_prices_of_its_products_are_still_known() {
    let of_two = |amount| {
        let mut listed = listed("LOST", IntentStatus::RequiresCapture);
        listed.metadata.insert("products".to_owned(), "A1,A1".to_owned());
        listed.intent.amount = amount;
        listed
    };
    let orphan = Bench::new().adopts(of_two(500), &Recalled::Unknown).unwrap();
    assert_eq!((orphan.opened.codes().as_str(), orphan.opened.price().amount), ("A1,A1", 500));
    assert_eq!(orphan.opened.further[0].vend_timeout, None, "as the policy has it");
    let found = Bench::new().page(vec![of_two(600)]);
    assert!(
        found.recall.is_empty() && found.left_alone.len() == 1,
        "what came out costs who knows"
    );
}

/// Its prompt may stand on the reader, where nobody else's would ever be cleared.
#[test]
fn a_cart_that_nobody_has_paid_is_taken_back_whatever_its_products_cost_now() {
    for amount in [600, 240] {
        let mut listed = unpaid("LOST");
        listed.metadata.insert("products".to_owned(), "A1,A1".to_owned());
        listed.intent.amount = amount;
        let orphan = Bench::new().adopts(listed.clone(), &Recalled::Unknown);
        let adopted = orphan.map(|orphan| orphan.opened.price().amount);
        // Two of 2.50 each: of 2.40 nothing is left for the first one.
        assert_eq!(adopted, Some(amount).filter(|amount| *amount > 250), "{amount}");
    }
}

#[test]
fn what_the_journal_knows_is_left_to_it_unless_it_never_had_a_payment_intent() {
    assert_eq!(Bench::new().adopts(unpaid("LOST"), &Recalled::Known), None);
    assert!(Bench::new().adopts(unpaid("LOST"), &Recalled::WithoutIntent).is_some());
}

#[test]
fn what_a_kiosk_captured_was_sold_and_what_was_charged_at_the_tap_has_to_be_looked_at() {
    let sold = listed("LOST", IntentStatus::Succeeded);
    let amount = Money::new(300, "usd".parse().unwrap());
    let orphan = Bench::new().adopts(sold.clone(), &Recalled::Unknown).unwrap();
    assert_eq!(orphan.sold, Some(amount));
    let at_the_tap = Listed { is_captured_by_hand: false, ..sold };
    let orphan = Bench::new().adopts(at_the_tap, &Recalled::Unknown).unwrap();
    assert_eq!(orphan.sold, None);
}

#[test]
fn other_kiosks_readers_boards_and_modes_are_never_touched_nor_named() {
    for listed in [
        renamed("kiosk", "lobby-4"),
        renamed("reader", "tmr_2"),
        renamed("controller", "board-2"),
        Listed { metadata: BTreeMap::new(), ..unpaid("LOST") },
        listed("LOST", IntentStatus::Canceled),
    ] {
        let found = Bench::new().page(vec![listed.clone()]);
        assert_eq!(found, Found::default(), "{listed:?}");
    }
    let mut live = unpaid("LOST");
    live.intent.livemode = true;
    assert_eq!(Bench::new().page(vec![live]), Found::default());
}

#[test]
fn what_cannot_be_judged_is_named_once_and_not_touched() {
    let mut foreign = unpaid("LOST");
    foreign.intent.currency = "eur".parse().unwrap();
    let mut nameless = unpaid("LOST");
    nameless.intent.sale = None;
    let mut paid = listed("LOST", IntentStatus::RequiresCapture);
    paid.metadata.insert("products".to_owned(), "A1,A1".to_owned());
    for listed in [
        foreign,
        nameless,
        renamed("products", "Z9"),
        paid,
        renamed("journal", ""),
        renamed("boot", "?"),
        listed("LOST", IntentStatus::Other("haunted".into())),
    ] {
        let mut bench = Bench::new();
        let found = bench.page(vec![listed.clone()]);
        assert!(found.recall.is_empty(), "{listed:?}");
        assert_eq!(found.left_alone.len(), 1, "{listed:?}");
        bench.done();
        bench.wait(Duration::from_hours(8));
        assert_eq!(bench.page(vec![listed]), Found::default(), "told already");
    }
}

/// What becomes of two PaymentIntents of one sale, the first one newer.
fn verdicts(statuses: [IntentStatus; 2], known: &Recalled) -> Vec<Verdict> {
    let mut bench = Bench::new();
    let [newer, mut older] = statuses.map(|status| listed("LOST", status));
    older.intent.id = "pi_older".parse().unwrap();
    let sale = bench.page(vec![newer, older]).recall.remove(0);
    bench.kiosk.recalled(&sale, known, bench.now)
}

fn is_older(intent: &PaymentIntentId) -> bool {
    intent.as_str() == "pi_older"
}

#[test]
fn what_stripe_made_in_spite_of_an_error_is_cancelled_and_its_sale_left_as_it_is() {
    let unpaid = || [IntentStatus::RequiresPaymentMethod, IntentStatus::RequiresPaymentMethod];
    let known = Recalled::With("pi_LOST".parse().unwrap());
    let verdicts = verdicts(unpaid(), &known);
    assert!(matches!(&verdicts[..], [Verdict::Cancel(intent, _)] if is_older(intent)));
}

#[test]
fn of_several_that_nobody_knows_the_newest_is_adopted_and_the_others_are_cancelled() {
    let unpaid = [IntentStatus::RequiresPaymentMethod, IntentStatus::RequiresPaymentMethod];
    let verdicts = verdicts(unpaid, &Recalled::Unknown);
    let [Verdict::Adopt(orphan), Verdict::Cancel(intent, key)] = &verdicts[..] else {
        panic!("{verdicts:?}")
    };
    assert!(!is_older(&orphan.intent) && is_older(intent));
    assert_eq!(key.as_str(), format!("pi_older:cancel:{EPOCH}"));
}

#[test]
fn of_several_that_nobody_knows_the_paid_one_is_adopted() {
    let statuses = [IntentStatus::RequiresPaymentMethod, IntentStatus::RequiresCapture];
    let verdicts = verdicts(statuses, &Recalled::Unknown);
    let [Verdict::Adopt(orphan), Verdict::Cancel(intent, _)] = &verdicts[..] else {
        panic!("{verdicts:?}")
    };
    assert!(is_older(&orphan.intent) && !is_older(intent));
}

#[test]
fn money_beside_the_payment_intent_that_a_sale_has_is_named_and_not_touched() {
    let statuses = [IntentStatus::Succeeded, IntentStatus::RequiresCapture];
    let known = Recalled::With("pi_LOST".parse().unwrap());
    let verdicts = verdicts(statuses, &known);
    assert!(matches!(&verdicts[..], [Verdict::LeftAlone(intent, _)] if is_older(intent)));
}

#[test]
fn a_sale_that_is_open_here_is_not_touched_even_if_it_has_ended_since_the_sweep_began() {
    let mut bench = Bench::new();
    let mut open = opened();
    open.sale = "LOST".parse().unwrap();
    bench.kiosk.adopt(Sale::open(open));
    assert!(bench.recalls(unpaid("LOST")).is_empty());

    let mut bench = Bench::new();
    let mut open = opened();
    open.sale = "LOST".parse().unwrap();
    bench.kiosk.adopt(Sale::open(open));
    bench.begins_at();
    bench.kiosk.forget(&"LOST".parse().unwrap());
    assert!(bench.recalls(unpaid("LOST")).is_empty(), "the list may be older than its end");
}

#[test]
fn what_is_younger_than_ten_minutes_is_left_alone_until_it_is_older() {
    let mut bench = Bench::new();
    bench.kiosk.sell_after_sweep(since(bench.now));
    let mut young = unpaid("LOST");
    young.intent.created = StripeTime(EPOCH - 540);
    assert_eq!(bench.adopts(young.clone(), &Recalled::Unknown), None);
    bench.done();
    assert!(bench.kiosk.reasons().since(&Reason::Sweeping).is_some(), "it is not judged yet");
    assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_mins(1)));
    bench.wait(Duration::from_mins(1));
    assert!(bench.adopts(young, &Recalled::Unknown).is_some());
    bench.done();
    assert!(bench.kiosk.reasons().since(&Reason::Sweeping).is_none());
}

#[test]
fn a_young_one_that_the_journal_knows_is_no_reason_to_come_back_soon() {
    let mut bench = Bench::new();
    let mut young = unpaid("LOST");
    young.intent.created = StripeTime(EPOCH - 5);
    assert_eq!(bench.adopts(young, &Recalled::Known), None);
    bench.done();
    assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_hours(6)));
}

#[test]
fn a_new_journal_sells_when_the_last_page_is_dealt_with() {
    let mut bench = Bench::new();
    bench.kiosk.sell_after_sweep(since(bench.now));
    bench.page_with_next(Vec::new(), Some("cursor"));
    bench.done();
    assert!(bench.kiosk.reasons().since(&Reason::Sweeping).is_some());
    bench.page(Vec::new());
    bench.done();
    assert!(bench.kiosk.reasons().since(&Reason::Sweeping).is_none());
}

#[test]
fn a_new_journal_looks_again_after_a_quarter_of_an_hour_for_what_the_index_did_not_have() {
    for (jitter, mins) in [(0.0, 15), (1.0, 20)] {
        let mut bench = Bench::new();
        bench.kiosk.sell_after_sweep(since(bench.now));
        bench.page(Vec::new());
        bench.kiosk.page_done(jitter, bench.now);
        let wait = Duration::from_mins(mins);
        assert_eq!(bench.wish(), SweepWish::Wait(bench.now + wait));
        bench.wait(wait);
        let mut late = unpaid("LOST");
        late.intent.created = StripeTime(EPOCH - 30);
        assert!(bench.adopts(late, &Recalled::Unknown).is_some());
        bench.done();
        assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_hours(6)));
    }
}

#[test]
fn of_a_fleet_that_stripe_refuses_only_those_ask_again_soon_whom_somebody_waits_for() {
    for (jitter, mins) in [(0.0, 5), (1.0, 15)] {
        let mut bench = Bench::new();
        bench.begins_at();
        bench.kiosk.put_off_sweep(jitter, bench.now);
        let at = bench.now + Duration::from_mins(mins);
        assert_eq!(bench.wish(), SweepWish::Wait(at));
    }
    let mut bench = Bench::new();
    bench.kiosk.sell_after_sweep(since(bench.now));
    bench.begins_at();
    bench.kiosk.put_off_sweep(0.5, bench.now);
    assert_eq!(bench.begins_at(), EPOCH - 72 * HOUR);
}

#[test]
fn a_journal_that_cannot_be_read_has_everything_begun_anew() {
    let mut bench = Bench::new();
    bench.page(vec![unpaid("LOST")]);
    bench.kiosk.sweep_interrupted(bench.now);
    assert!(matches!(bench.wish(), SweepWish::Wait(_)));
    bench.wait(Duration::from_mins(1));
    assert_eq!(bench.begins_at(), EPOCH + 60 - 72 * HOUR);
}

#[test]
fn after_a_sale_that_ended_without_its_payment_intent_the_next_sweep_is_soon() {
    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    let mut sale = Sale::open(opened());
    bench.kiosk.adopt(sale.clone());
    bench.kiosk.sweep_after(sale.id(), bench.now);
    assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_mins(11)));

    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    sale.intent = Some("pi_1".parse().unwrap());
    bench.kiosk.adopt(sale.clone());
    bench.kiosk.sweep_after(sale.id(), bench.now);
    assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_hours(6)));
}

#[test]
fn after_a_sale_that_took_a_second_payment_intent_the_first_is_looked_for_soon() {
    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    let mut sale = Sale::open(opened());
    sale.intent = Some("pi_1".parse().unwrap());
    sale.keys.create = 2;
    bench.kiosk.adopt(sale.clone());
    bench.kiosk.sweep_after(sale.id(), bench.now);
    assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_mins(11)));
}
