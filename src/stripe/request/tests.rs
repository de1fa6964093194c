//! The bytes of each call.

use super::*;
use crate::sale::fact::CaptureMode;
use crate::sale::tests::opened;

/// Bytes of wire version 1: a sale that was opened by an older version of the program is
/// repeated byte for byte by this one. Never edit what is expected here.
#[test]
fn the_bytes_of_wire_version_1_never_change() {
    let key: IdempotencyKey = "SALE1:create:1".parse().unwrap();
    let wire = Request::CreateIntent { opened: Box::new(opened()), key }.wire();
    let text: Vec<String> =
        wire.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(wire.path, "/v1/payment_intents");
    assert_eq!(
        text.join("&"),
        "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
         &capture_method=manual&metadata[kiosk]=lobby-3&metadata[sale]=SALE1\
         &metadata[reader]=tmr_1&metadata[controller]=board-1&metadata[journal]=journal-1\
         &metadata[boot]=boot-1&metadata[products]=A1&expand[]=latest_charge"
    );
}

fn bytes(opened: Opened) -> String {
    let key: IdempotencyKey = "SALE1:create:1".parse().unwrap();
    let wire = Request::CreateIntent { opened: Box::new(opened), key }.wire();
    let text: Vec<String> =
        wire.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    text.join("&")
}

/// Bytes of wire version 2. Never edit what is expected here.
#[test]
fn the_bytes_of_wire_version_2_never_change() {
    let metadata = "metadata[kiosk]=lobby-3&metadata[sale]=SALE1&metadata[reader]=tmr_1\
         &metadata[controller]=board-1&metadata[journal]=journal-1&metadata[boot]=boot-1\
         &metadata[products]=A1&expand[]=latest_charge";
    let mut automatic = Opened { wire: 2, ..opened() };
    automatic.policy.capture = CaptureMode::Automatic;
    assert_eq!(
        bytes(automatic.clone()),
        format!(
            "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
             &capture_method=automatic&{metadata}"
        )
    );
    automatic.policy.interac = true;
    assert_eq!(
        bytes(automatic.clone()),
        format!(
            "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
             &allowed_payment_method_types[]=interac_present&capture_method=automatic\
             &{metadata}"
        )
    );
    automatic.policy.capture = CaptureMode::AfterVend;
    assert_eq!(
        bytes(automatic),
        format!(
            "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
             &allowed_payment_method_types[]=interac_present&capture_method=automatic\
             &payment_method_options[card_present][capture_method]=manual&{metadata}"
        )
    );
}

/// A refund of unknown fate is repeated with these bytes. Never edit what is expected here.
#[test]
fn the_bytes_of_a_refund_never_change() {
    let refund = Refund {
        intent: "pi_1".parse().unwrap(),
        amount: Money::new(250, "usd".parse().unwrap()),
        sale: "SALE1".parse().unwrap(),
        n: 2,
        key: "SALE1:refund:2".parse().unwrap(),
    };
    let reader = "tmr_1".parse().unwrap();
    let in_person = Request::RefundInPerson { reader, refund: refund.clone() }.wire();
    assert_eq!(in_person.path, "/v1/terminal/readers/tmr_1/refund_payment");
    let cancellation = ("refund_payment_config[enable_customer_cancellation]", "true");
    assert!(in_person.params.contains(&pair(cancellation.0, cancellation.1)));
    let wire = Request::Refund(refund).wire();
    let text: Vec<String> =
        wire.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(wire.path, "/v1/refunds");
    assert_eq!(
        text.join("&"),
        "payment_intent=pi_1&amount=250&reason=requested_by_customer&metadata[sale]=SALE1\
         &metadata[n]=2"
    );
}

#[test]
fn a_trial_is_named_as_such_and_names_no_sale() {
    let Opened { origin, reader, product, .. } = opened();
    let trial = Box::new(Trial { price: product.price, reader, origin });
    let wire = Request::TryAccount { trial }.wire();
    assert_eq!(wire.key, None, "it is to show what the account takes now");
    let named = |name: &str| wire.params.iter().any(|(n, _)| n == name);
    for name in ["kiosk", "reader", "controller", "journal", "kioskd_check"] {
        assert!(named(&format!("metadata[{name}]")), "{name}");
    }
    assert!(!named("metadata[sale]"));
    assert!(wire.params.contains(&pair("allowed_payment_method_types[]", "card_present")));
}

#[test]
fn a_reader_command_gets_the_time_that_a_reader_may_take() {
    let reader: ReaderId = "tmr_1".parse().unwrap();
    let clear = Request::ClearReader { reader: reader.clone(), key: None };
    assert!(clear.wire().limit > Duration::from_secs(80));
    assert!(Request::ReadReader { reader }.wire().limit < Duration::from_secs(30));
}

#[test]
fn a_search_names_the_kiosk_and_no_kiosks_name_can_end_the_quotes() {
    let created_gte = StripeTime(1_790_000_000);
    let page = Some("cursor".parse().unwrap());
    let kiosk = "lobby-3".parse().unwrap();
    let wire = Request::SearchIntents { kiosk, created_gte, page }.wire();
    let param = |name: &str| wire.params.iter().find(|(n, _)| n == name).unwrap().1.clone();
    assert_eq!(param("query"), "metadata['kiosk']:'lobby-3' AND created>=1790000000");
    assert_eq!((param("limit"), param("page")), ("100".into(), "cursor".into()));
    for name in ["o'hare", "a\\", "a\"b", "a b", "*"] {
        assert!(name.parse::<KioskId>().is_err(), "{name}");
    }
}
