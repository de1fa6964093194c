//! Each reason not to sell says what is wrong and what to do, to people and to machines.

use super::*;
use crate::kiosk::out_of_order::Denied;
use std::collections::BTreeSet;

const OBSTACLES: [Obstacle; 8] = [
    Obstacle::Name,
    Obstacle::Network,
    Obstacle::Connection,
    Obstacle::Certificate,
    Obstacle::Clock,
    Obstacle::Silence,
    Obstacle::Stranger,
    Obstacle::Failing,
];

/// All but those that come in several forms.
fn plain() -> Vec<Reason> {
    let code = || "x".to_owned();
    vec![
        Reason::KeyRejected,
        Reason::ReaderOffline,
        Reason::ReaderRestarting,
        Reason::ReaderDeaf,
        Reason::ReaderUpdating,
        Reason::ReaderInUse,
        Reason::ReaderRefuses { code: code() },
        Reason::ReaderNotFound,
        Reason::ReaderAssignedElsewhere {
            controller: "board-2".into(),
            kiosk: Some("lobby-4".into()),
            ours: "board-1".parse().unwrap(),
        },
        Reason::ReaderUnassigned,
        Reason::ReaderNoLocation,
        Reason::ReaderWrongCountry {
            country: "CA".into(),
            takes: "cad",
            ours: "usd".parse().unwrap(),
        },
        Reason::NoCardPresent,
        Reason::PaymentsRefused { code: code() },
        Reason::PriceRefused { product: "A1".parse().unwrap(), code: code() },
        Reason::PaymentNotFound,
        Reason::Starting,
        Reason::Exposure,
        Reason::DeadlineNear,
        Reason::Journal,
        Reason::Clone,
        Reason::OtherMode,
        Reason::Sweeping,
        Reason::DispenserAway { dispenser: "main".parse().unwrap() },
    ]
}

#[test]
fn every_reason_says_what_is_wrong_and_what_to_do() {
    let mut reasons = plain();
    reasons.push(Reason::KeyTooNarrow { denied: Denied::ReadReader });
    reasons.push(Reason::ReaderWrongMode { live: true });
    let codes: BTreeSet<&str> = reasons.iter().map(Reason::code).collect();
    let whats: BTreeSet<String> = reasons.iter().map(Reason::what).collect();
    let remedies: BTreeSet<&str> = reasons.iter().map(Reason::remedy).collect();
    assert_eq!((codes.len(), whats.len()), (reasons.len(), reasons.len()));
    assert_eq!(remedies.len(), reasons.len(), "one remedy for each");
    assert!(reasons.iter().all(|reason| !reason.code().is_empty() && !reason.remedy().is_empty()));
}

#[test]
fn what_differs_in_one_reason_is_in_its_words() {
    let elsewhere = plain().swap_remove(8).what();
    assert!(elsewhere.contains("board-2") && elsewhere.contains("lobby-4"), "{elsewhere}");
    let of_mode = |live| Reason::ReaderWrongMode { live }.what();
    assert_ne!(of_mode(true), of_mode(false));
}

#[test]
fn each_obstacle_on_the_way_to_stripe_has_a_remedy_of_its_own() {
    let links = OBSTACLES.map(|obstacle| Reason::Link { obstacle });
    let codes: BTreeSet<&str> = links.iter().map(Reason::code).collect();
    let whats: BTreeSet<String> = links.iter().map(Reason::what).collect();
    let remedies: BTreeSet<&str> = links.iter().map(Reason::remedy).collect();
    assert_eq!((whats.len(), remedies.len()), (OBSTACLES.len(), OBSTACLES.len()));
    let alarms = [
        "captive_portal",
        "clock_wrong",
        "no_network",
        "stripe_failing",
        "stripe_unreachable",
        "tls_untrusted",
    ];
    assert_eq!(codes, alarms.into(), "what alarms are set on");
}

#[test]
fn the_permission_that_a_key_lacks_is_named_as_stripe_names_it() {
    for (denied, permission) in [
        (Denied::ReadReader, "(Terminal Readers: read)"),
        (Denied::DriveReader, "(Terminal Readers: write)"),
        (Denied::CreatePayment, "make payments (PaymentIntents: write)"),
        (Denied::ReadPayment, "(PaymentIntents: read)"),
        (Denied::CancelPayment, "cancel payments (PaymentIntents: write)"),
        (Denied::CapturePayment, "capture payments (PaymentIntents: write)"),
        (Denied::RefundPayment, "(Charges and Refunds: write)"),
        (Denied::RefundSold, "(Charges and Refunds: write)"),
    ] {
        let what = Reason::KeyTooNarrow { denied }.what();
        assert!(what.ends_with(permission), "{what}");
    }
}

#[test]
fn a_reason_that_is_found_again_keeps_its_beginning_and_is_fresh() {
    let mut bench = Bench::ready();
    let offline = || Err(Trouble::Refused(Refusal::ReaderOffline));
    bench.hear(Call::Prompt { n: 1 }, offline());
    let begun = bench.now;
    bench.wait(60);
    bench.hear(Call::Prompt { n: 1 }, offline());
    let reasons = bench.kiosk.reasons();
    assert_eq!(reasons.since(&Reason::ReaderOffline).map(|since| since.moment), Some(begun));
    assert_eq!(reasons.confirmed(&Reason::ReaderOffline), Some(bench.now));
    assert_eq!(reasons.confirmed(&Reason::ReaderDeaf), None);
}

/// Every reason, with each obstacle of the link.
fn all() -> Vec<Reason> {
    let by = || "user 0".to_owned();
    let links = OBSTACLES.map(|obstacle| Reason::Link { obstacle });
    let others = [
        Reason::KeyTooNarrow { denied: Denied::ReadReader },
        Reason::ReaderWrongMode { live: true },
        Reason::Drained { by: by(), why: None },
        Reason::SoldOut { product: "A1".parse().unwrap() },
    ];
    plain().into_iter().chain(links).chain(others).collect()
}

#[test]
fn each_number_on_the_display_means_one_thing_and_stands_in_the_manual() {
    let mut meant = std::collections::BTreeMap::new();
    for reason in all() {
        let (number, code) = (reason.call_code(), reason.code());
        assert_eq!(*meant.entry(number).or_insert(code), code, "{number}");
    }
    let codes: BTreeSet<&str> = meant.values().copied().collect();
    assert_eq!(codes.len(), meant.len(), "one number for each code");
    let manual = include_str!("../../../docs/operations.md");
    for (number, code) in meant {
        assert!(manual.contains(&format!("\n| {number} | `{code}` |\n")), "{number} {code}");
    }
}
