//! What is said on the bus, line by line, and whatever a machine may say.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const ASK: &str = "c,STATUS,VEND,1.00,5";

fn settings(mode: MdbMode) -> MdbInput {
    MdbInput {
        device: "/dev/ttyACM0".into(),
        baud: 115_200,
        mode,
        price_from: crate::wiring::PriceFrom::Machine,
        otherwise: None,
        setup: vec!["mdb-currency-code=0x1978".to_owned()],
    }
}

fn eur() -> Currency {
    "eur".parse().unwrap()
}

fn session() -> MdbMode {
    MdbMode::Session { credit: Money::new(500, eur()) }
}

fn sale(name: &str) -> SaleId {
    SaleId::new(name).unwrap()
}

fn order(name: &str) -> OrderId {
    OrderId::new(name).unwrap()
}

/// A machine that is enabled.
fn enabled(mode: MdbMode) -> Talk {
    let mut talk = Talk::new(&settings(mode), eur());
    talk.opened();
    for line in ["c,STATUS,INACTIVE", "c,STATUS,DISABLED", "c,STATUS,ENABLED"] {
        hear(&mut talk, line);
    }
    talk
}

fn hear(talk: &mut Talk, line: &str) -> Turn {
    talk.heard(line, || Some(sale("s1")))
}

fn news(talk: &mut Talk, line: &str) -> Vec<News> {
    hear(talk, line).news
}

fn asked() -> Talk {
    let mut talk = enabled(MdbMode::AlwaysIdle);
    hear(&mut talk, ASK);
    talk
}

fn approved() -> Talk {
    let mut talk = asked();
    assert_eq!(talk.approve(&sale("s1"), order("s1")).unwrap(), "C,VEND,1.00");
    talk
}

fn failed(reason: &str) -> Vec<News> {
    vec![News::Failed { order: order("s1"), reason: reason.to_owned() }]
}

/// Everything that is said in a day of a machine whose customers choose first.
#[test]
fn a_whole_conversation() {
    let mut said = Vec::new();
    let mut talk = Talk::new(&settings(MdbMode::AlwaysIdle), eur());
    let mut note = |who: &str, turn: Turn| {
        said.extend((!who.is_empty()).then(|| format!("  machine  {who}")));
        said.extend(turn.news.iter().map(|news| format!("    means  {news:?}")));
        said.extend(turn.write.iter().map(|line| format!("  kioskd   {line}")));
    };
    note("", talk.opened());
    for line in ["c,0", "c,1", "c,STATUS,INACTIVE", "r,ACK", "c,STATUS,DISABLED"] {
        note(line, hear(&mut talk, line));
    }
    for line in ["c,STATUS,ENABLED", ASK] {
        note(line, hear(&mut talk, line));
    }
    let write = vec![talk.approve(&sale("s1"), order("s1")).unwrap()];
    note("", Turn { write, ..Turn::default() });
    for line in ["r,ACK", "c,VEND,SUCCESS", "c,STATUS,IDLE", "c,STATUS,ENABLED"] {
        note(line, hear(&mut talk, line));
    }
    let line = "c,STATUS,VEND,2.5,7";
    note(line, talk.heard(line, || Some(sale("s2"))));
    note("", Turn { write: Vec::from_iter(talk.deny(&sale("s2"))), ..Turn::default() });
    note("c,STATUS,ENABLED", hear(&mut talk, "c,STATUS,ENABLED"));
    let line = "c,STATUS,VEND,2.5,7";
    note(line, talk.heard(line, || Some(sale("s3"))));
    note("c,STATUS,ENABLED", hear(&mut talk, "c,STATUS,ENABLED"));
    note("", talk.lost("the cable"));
    assert_eq!(said.join("\n"), include_str!("conversation.txt").trim_end());
}

#[test]
fn the_result_of_an_approval_is_the_report_of_the_delivery() {
    let delivered = vec![News::Delivered { order: order("s1") }];
    assert_eq!(news(&mut approved(), "c,VEND,SUCCESS"), delivered);
    assert_eq!(news(&mut approved(), "c,ERR,VEND 3"), failed("vend_failed"));
    assert_eq!(news(&mut approved(), "c,STATUS,ENABLED"), failed("session_complete"));
    let mut talk = approved();
    assert_eq!(news(&mut talk, "c,STATUS,IDLE"), [], "a result follows, or has come before");
    assert_eq!(news(&mut talk, "c,VEND,SUCCESS"), delivered);
    assert_eq!(news(&mut talk, "c,VEND,SUCCESS"), [], "and only once");
}

#[test]
fn a_reset_after_the_approval_counts_as_delivered() {
    let mut talk = approved();
    let all = news(&mut talk, "c,STATUS,INACTIVE");
    assert!(matches!(&all[0], News::Remarked { what } if what.contains("mdb_reset")), "{all:?}");
    assert_eq!(all[1], News::Delivered { order: order("s1") });
    assert!(matches!(all[2], News::NotReady { .. }));
    let mut talk = asked();
    let all = news(&mut talk, "c,STATUS,INACTIVE");
    assert_eq!(all[0], News::Withdrawn { sale: sale("s1") }, "nothing was approved");
}

#[test]
fn what_is_switched_off_and_on_says_nothing_of_the_product() {
    let mut talk = approved();
    assert!(matches!(news(&mut talk, "c,STATUS,DISABLED")[..], [News::NotReady { .. }]));
    assert_eq!(news(&mut talk, "c,STATUS,ENABLED"), [News::Ready]);
    assert_eq!(news(&mut talk, "c,VEND,SUCCESS"), [News::Delivered { order: order("s1") }]);
}

#[test]
fn a_late_approval_is_refused_and_writes_nothing() {
    for line in ["c,STATUS,ENABLED", "c,STATUS,IDLE", "c,STATUS,DISABLED", "c,ERR,VEND 3"] {
        let mut talk = asked();
        assert_eq!(news(&mut talk, line)[0], News::Withdrawn { sale: sale("s1") }, "{line}");
        assert!(talk.approve(&sale("s1"), order("s1")).is_err());
        assert_eq!(talk.deny(&sale("s1")), None, "{line}");
    }
    let mut talk = asked();
    assert!(talk.approve(&sale("s2"), order("s2")).is_err(), "another sale's");
}

#[test]
fn an_approval_that_crossed_the_machines_giving_up_can_still_be_reported() {
    let mut talk = approved();
    assert_eq!(news(&mut talk, "c,STATUS,ENABLED"), failed("session_complete"));
    let of_the_next = talk.heard(ASK, || Some(sale("s2"))).news;
    assert!(matches!(of_the_next[..], [News::Asked { .. }]));
    assert_eq!(talk.deny(&sale("s2")).as_deref(), Some("C,STOP"));
    let delivered = vec![News::Delivered { order: order("s1") }];
    assert_eq!(news(&mut talk, "c,VEND,SUCCESS"), delivered, "it took the approval for the next");
}

#[test]
fn the_next_question_ends_the_wait_for_a_result() {
    let mut talk = approved();
    let all = talk.heard("c,STATUS,VEND,2.00,7", || Some(sale("s2"))).news;
    assert!(matches!(&all[0], News::Unclear { order: of, .. } if *of == order("s1")), "{all:?}");
    assert!(matches!(&all[1], News::Asked { sale: of, .. } if *of == sale("s2")));
}

#[test]
fn a_question_written_twice_is_one_and_another_takes_its_place() {
    let mut talk = asked();
    assert_eq!(talk.heard(ASK, || panic!("no second sale")).news, []);
    let all = talk.heard("c,STATUS,VEND,1.50,5", || Some(sale("s2"))).news;
    assert_eq!(all[0], News::Withdrawn { sale: sale("s1") });
    assert!(talk.approve(&sale("s1"), order("s1")).is_err());
    assert!(talk.approve(&sale("s2"), order("s2")).is_ok());
}

#[test]
fn amounts_are_read_as_machines_write_them() {
    let usd = |text, minor| {
        assert_eq!(price(text, "usd".parse().unwrap()).map(|money| money.amount), minor, "{text}");
    };
    for (text, minor) in [("1.00", 100), ("1", 100), ("1.5", 150), ("1.500", 150), ("0.00", 0)] {
        usd(text, Some(minor));
    }
    for text in ["1.005", "-1.00", "1,00", "", ".", "1.", "x", "99999999999999999999"] {
        usd(text, None);
    }
    let yen: Currency = "jpy".parse().unwrap();
    assert_eq!(price("120.00", yen).map(|money| money.amount), Some(120));
    assert_eq!(price("120.50", yen), None);
}

#[test]
fn what_cannot_be_charged_is_denied_at_once() {
    let mut talk = enabled(MdbMode::AlwaysIdle);
    let turn = talk.heard("c,STATUS,VEND,1.005,5", || panic!("no sale"));
    assert_eq!(turn.write, ["C,STOP"]);
    assert!(turn.garbage);
    let turn = talk.heard(ASK, || None);
    assert_eq!((turn.write, turn.news), (vec!["C,STOP".to_owned()], vec![]));
}

#[test]
fn a_lost_port_leaves_an_approval_unclear_and_a_question_withdrawn() {
    assert!(matches!(approved().lost("the cable").news[0], News::Unclear { .. }));
    assert_eq!(asked().lost("the cable").news[0], News::Withdrawn { sale: sale("s1") });
    let mut talk = approved();
    talk.lost("the cable");
    talk.opened();
    assert_eq!(news(&mut talk, "c,VEND,SUCCESS"), [], "nobody knows whose it is");
}

#[test]
fn a_machine_that_is_at_a_vend_is_not_switched_off() {
    assert_eq!(asked().farewell(), Some("C,0"));
    assert_eq!(approved().farewell(), None);
}

#[test]
fn a_session_is_open_while_the_kiosk_is_free() {
    let mut talk = enabled(session());
    assert_eq!(talk.session_wish(false), None);
    assert_eq!(talk.session_wish(true).as_deref(), Some("C,START,5.00"));
    hear(&mut talk, "c,STATUS,IDLE,5.00");
    assert_eq!(talk.session_wish(true), None);
    assert_eq!(talk.session_wish(false).as_deref(), Some("C,STOP"));
    hear(&mut talk, ASK);
    assert_eq!((talk.session_wish(false), talk.session_wish(true)), (None, None));
    talk.approve(&sale("s1"), order("s1")).unwrap();
    hear(&mut talk, "c,STATUS,IDLE");
    assert_eq!(talk.session_wish(false), None, "its result has not come");
    hear(&mut talk, "c,VEND,SUCCESS");
    assert_eq!(talk.session_wish(false).as_deref(), Some("C,STOP"));
    assert_eq!(enabled(MdbMode::AlwaysIdle).session_wish(true), None);
}

/// Lines of which many belong together.
fn line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        ASK,
        "c,STATUS,VEND,2.00,7",
        "c,STATUS,INACTIVE",
        "c,STATUS,DISABLED",
        "c,STATUS,ENABLED",
        "c,STATUS,IDLE",
        "c,VEND,SUCCESS",
        "c,ERR,VEND 3",
        "c,ERR,\"x\"",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig {
        max_global_rejects: 0,
        timeout: u32::try_from(Duration::from_mins(1).as_millis()).unwrap_or(u32::MAX),
        ..ProptestConfig::default()
    })]

    /// Whatever the machine says: an order is approved once, and nobody is told of two ends.
    #[test]
    fn an_approved_order_ends_at_most_once(
        lines in prop::collection::vec((line(), 0..4_u8), 0..60),
    ) {
        let mut talk = Talk::new(&settings(MdbMode::AlwaysIdle), eur());
        talk.opened();
        let mut waiting: Option<SaleId> = None;
        let mut ended = std::collections::BTreeSet::new();
        let mut approved = std::collections::BTreeSet::new();
        for (count, (line, then)) in lines.into_iter().enumerate() {
            let turn = talk.heard(&line, || SaleId::new(format!("s{count}")).ok());
            for news in turn.news {
                match news {
                    News::Asked { sale, .. } => waiting = Some(sale),
                    News::Withdrawn { sale } => {
                        prop_assert_eq!(Some(&sale), waiting.as_ref());
                        waiting = None;
                    }
                    News::Delivered { order } => prop_assert!(approved.contains(&order)),
                    News::Failed { order, .. } | News::Unclear { order, .. } => {
                        prop_assert!(approved.contains(&order));
                        prop_assert!(ended.insert(order), "two ends");
                    }
                    News::Ready | News::NotReady { .. } | News::Remarked { .. } => {}
                }
            }
            if let Some(sale) = waiting.clone() {
                let name = order(sale.as_str());
                if then == 0 {
                    prop_assert!(talk.approve(&sale, name.clone()).is_ok());
                    approved.insert(name);
                    waiting = None;
                } else if then == 1 {
                    prop_assert_eq!(talk.deny(&sale), Some("C,STOP".to_owned()));
                    waiting = None;
                }
            }
        }
    }
}
