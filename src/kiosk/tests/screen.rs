//! What the display does by itself.

use super::*;
use crate::kiosk::screen::ScreenRules;

fn with(rules: ScreenRules) -> Bench {
    let now = Moment::from_millis(100_000);
    let since = Since { moment: now, wall: WallTime(EPOCH * 1000) };
    let mut bench = Bench { kiosk: Kiosk::new(Setup { screen: rules, ..setup() }, since), now };
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), true, since);
    bench.look(reader(None));
    bench
}

impl Bench {
    /// What the driver does each turn.
    fn turn(&mut self) -> View {
        let view = self.kiosk.view(self.now);
        self.kiosk.watch_the_room(&view, self.now);
        self.view()
    }
}

#[test]
fn a_key_changes_the_language_until_the_customer_has_left_for_half_a_minute() {
    let mut bench = with(ScreenRules { languages: 3, ..ScreenRules::default() });
    bench.turn();
    let languages = [0, 1, 2].map(|_| {
        bench.kiosk.next_language(bench.now);
        bench.kiosk.language()
    });
    assert_eq!(languages, [1, 2, 0]);
    bench.kiosk.next_language(bench.now);
    bench.wait(29);
    bench.turn();
    assert_eq!(bench.kiosk.language(), 1);
    let next = bench.kiosk.next_view_change(bench.now);
    assert_eq!(next, Some(bench.now + Duration::from_secs(1)), "it wakes for that");
    bench.wait(1);
    bench.turn();
    assert_eq!(bench.kiosk.language(), 0);
    assert_eq!(bench.kiosk.next_view_change(bench.now), None, "and then for nothing");
}

#[test]
fn whoever_is_served_keeps_the_language_however_long_it_takes() {
    let mut bench = with(ScreenRules { languages: 2, ..ScreenRules::default() });
    bench.turn();
    bench.kiosk.next_language(bench.now);
    bench.kiosk.typed("A".into(), bench.now);
    for _ in 0..5 {
        bench.wait(11);
        bench.turn();
    }
    assert_eq!(bench.kiosk.language(), 1);
}

#[test]
fn products_are_shown_one_after_the_other_when_nobody_comes() {
    let attract_after = Some(Duration::from_secs(20));
    let mut bench = with(ScreenRules { attract_after, ..ScreenRules::default() });
    assert_eq!(bench.turn(), View::Idle);
    bench.wait(19);
    assert_eq!(bench.turn(), View::Idle);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let at = bench.kiosk.next_view_change(bench.now).unwrap();
        bench.now = at;
        let view = bench.turn();
        let product =
            if let View::Attract { product } = &view { Some(&product.name) } else { None };
        assert!(product.is_some() || view == View::Idle, "{view:?}");
        seen.push(product.map_or("welcome", String::as_str).to_owned());
    }
    assert_eq!(seen, ["Cola", "welcome", "Cola", "welcome"]);
    bench.kiosk.typed("A".into(), bench.now);
    assert!(matches!(bench.turn(), View::Typing { .. }));
    bench.kiosk.typed(String::new(), bench.now);
    assert_eq!(bench.turn(), View::Idle, "it begins anew");
}

/// A customer has got the product.
fn thanked(rules: ScreenRules) -> Bench {
    let mut bench = with(rules);
    bench.select("S1").unwrap();
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.reply(Call::Prompt { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news: VendNews::Delivered });
    assert!(matches!(bench.turn(), View::ThankYou { receipt: None, .. }), "{:?}", bench.view());
    bench
}

/// The reply to the capture.
fn captured(bench: &mut Bench, receipt_url: &str) {
    let authorized = intent(IntentStatus::RequiresCapture);
    let charge = authorized.charge.clone().unwrap();
    let charge = Some(ChargeSeen { receipt_url: Some(receipt_url.into()), ..charge });
    let status = IntentStatus::Succeeded;
    let intent = IntentSeen { status, amount_received: 250, charge, ..authorized };
    let result = Ok(Seen { date: None, reader: None, intent: Some(intent), refunds: None });
    let reply = Reply { call: Call::Capture { n: 1 }, asked: bench.now, result };
    bench.give(&Input::Replied(Box::new(reply)));
}

#[test]
fn a_receipt_stands_long_enough_to_be_scanned_and_goes_with_its_customer() {
    let url = "https://pay.stripe.com/receipts/1";
    let receipt_time = Some(Duration::from_secs(30));
    let mut bench = thanked(ScreenRules { receipt_time, ..ScreenRules::default() });
    bench.wait(2);
    captured(&mut bench, url);
    let View::ThankYou { receipt, .. } = bench.turn() else { panic!("{:?}", bench.view()) };
    assert_eq!(receipt.as_deref(), Some(url));
    bench.wait(29);
    assert!(matches!(bench.turn(), View::ThankYou { .. }));
    bench.select("S2").unwrap();
    assert!(!matches!(bench.turn(), View::ThankYou { .. }), "it is nobody else's");
}

#[test]
fn what_is_no_address_of_a_receipt_is_not_shown_as_one() {
    for url in ["http://pay.stripe.com/1", "javascript:alert(1)", "https://a b", ""] {
        let mut bench = thanked(ScreenRules::default());
        captured(&mut bench, url);
        assert!(matches!(bench.turn(), View::ThankYou { receipt: None, .. }), "{url}");
    }
}
