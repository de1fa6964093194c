//! What people and machines are told of the kiosk and of its reader.

use super::*;
use crate::kiosk::status::State;

#[test]
fn the_status_says_what_is_going_on() {
    let bench = Bench::started();
    assert_eq!(bench.kiosk.status(bench.now).state, State::OutOfOrder);
    assert_eq!(bench.kiosk.status(bench.now).reader.online, None);
    let mut bench = Bench::ready();
    let status = bench.kiosk.status(bench.now);
    assert_eq!((status.state, status.reader.online), (State::Ready, Some(true)));
    assert_eq!(status.sale, None);
    bench.select("S1").unwrap();
    bench.look(reader(None));
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.state, State::Busy);
    let sale = status.sale.unwrap();
    assert_eq!((sale.id.as_str(), sale.product.as_str()), ("S1", "A1"));
    assert_eq!(sale.payment_intent.as_deref(), Some("pi_1"));
    assert_eq!(status.open.oldest, None, "the customer's own apart");
    bench.kiosk.stop();
    assert_eq!(bench.kiosk.status(bench.now).state, State::Draining);
}

#[test]
fn sales_behind_the_customer_are_counted_by_what_they_wait_for() {
    let mut bench = Bench::presenting();
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news: VendNews::Delivered });
    let open = bench.kiosk.status(bench.now).open;
    assert_eq!((open.settling, open.needs_attention), (1, 0));
    let at = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap().to_string();
    assert_eq!(open.nearest_deadline, Some(at(EPOCH + 172_800)));
    assert_eq!(open.oldest, Some(WallTime(EPOCH * 1000).to_string()));
    bench.reply(Call::Capture { n: 1 }, Err(Trouble::Refused(Refusal::WrongState)));
    bench.reply(Call::Inspect, Ok(IntentStatus::RequiresPaymentMethod));
    bench.kiosk.unreadable("S0".parse().unwrap());
    let open = bench.kiosk.status(bench.now).open;
    assert_eq!((open.settling, open.needs_attention), (0, 2), "and what cannot be read");
}

#[test]
fn the_readers_document_says_whose_its_action_is() {
    let mut bench = Bench::presenting();
    let living =
        |intent| action(intent, ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    let over = |status| action("pi_1", status, IntentStatus::RequiresPaymentMethod);
    let failed = ActionStatus::Failed { code: "card_declined".into(), decline_code: None };
    for (action, whose, status) in [
        (living("pi_1"), "this kiosk", "in_progress"),
        (living("pi_9"), "another system", "in_progress"),
        (over(ActionStatus::Succeeded), "nobody", "succeeded"),
        (over(failed), "nobody", "failed: card_declined"),
        (over(ActionStatus::Other("odd".into())), "nobody", "odd"),
    ] {
        bench.look(reader(Some(action)));
        let document = bench.kiosk.reader_document(bench.now).action.unwrap();
        assert_eq!((document.whose.as_str(), document.status.as_str()), (whose, status));
    }
    bench.wait(7);
    let document = bench.kiosk.reader_document(bench.now);
    assert_eq!((document.id.as_str(), document.assignment.as_str()), ("tmr_1", "ours"));
    assert_eq!(document.looked_seconds_ago, Some(7));
    let document = Bench::started().kiosk.reader_document(bench.now);
    assert_eq!((document.assignment.as_str(), document.looked_seconds_ago), ("unseen", None));
}

#[test]
fn whoever_is_turned_away_reads_why() {
    let code = || "Z9".parse().unwrap();
    let reason = Reason::ReaderOffline;
    let all = [
        Turned::Unknown { code: code() },
        Turned::Busy,
        Turned::OutOfOrder { reason: reason.clone() },
        Turned::Draining,
        Turned::CartFull,
        Turned::CartEmpty,
        Turned::NotInCart { code: code() },
        Turned::NoCart,
    ];
    let texts: std::collections::BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), all.len());
    assert!(texts.iter().all(|text| !text.is_empty()));
    assert!(all[0].to_string().contains("Z9") && all[6].to_string().contains("Z9"));
    assert!(all[2].to_string().contains(&reason.what()));
}
