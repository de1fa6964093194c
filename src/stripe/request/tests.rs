//! The bytes of each call.

use super::*;
use crate::sale::fact::CaptureMode;
use crate::sale::tests::opened;

fn reader() -> ReaderId {
    "tmr_1".parse().unwrap()
}

fn intent() -> PaymentIntentId {
    "pi_1".parse().unwrap()
}

fn key() -> IdempotencyKey {
    "SALE1:x:1".parse().unwrap()
}

fn usd(amount: u64) -> Money {
    Money::new(amount, "usd".parse().unwrap())
}

fn refund() -> Refund {
    Refund {
        intent: intent(),
        amount: usd(250),
        sale: "SALE1".parse().unwrap(),
        n: 2,
        key: "SALE1:refund:2".parse().unwrap(),
    }
}

fn text(wire: &Wire) -> String {
    let params = wire.params.iter().map(|(name, value)| format!("{name}={value}"));
    params.collect::<Vec<_>>().join("&")
}

/// Bytes of wire version 1: a sale that was opened by an older version of the program is
/// repeated byte for byte by this one. Never edit what is expected here.
#[test]
fn the_bytes_of_wire_version_1_never_change() {
    let key: IdempotencyKey = "SALE1:create:1".parse().unwrap();
    let wire = Request::CreateIntent { opened: Box::new(opened()), key }.wire();
    assert_eq!(wire.path, "/v1/payment_intents");
    assert_eq!(
        text(&wire),
        "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
         &capture_method=manual&metadata[kiosk]=lobby-3&metadata[sale]=SALE1\
         &metadata[reader]=tmr_1&metadata[controller]=board-1&metadata[journal]=journal-1\
         &metadata[boot]=boot-1&metadata[products]=A1&expand[]=latest_charge"
    );
}

fn bytes(opened: Opened) -> String {
    let key: IdempotencyKey = "SALE1:create:1".parse().unwrap();
    let wire = Request::CreateIntent { opened: Box::new(opened), key }.wire();
    text(&wire)
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
    let in_person = Request::RefundInPerson { reader: reader(), refund: refund() }.wire();
    assert_eq!(in_person.path, "/v1/terminal/readers/tmr_1/refund_payment");
    let cancellation = ("refund_payment_config[enable_customer_cancellation]", "true");
    assert!(in_person.params.contains(&pair(cancellation.0, cancellation.1)));
    let wire = Request::Refund(refund()).wire();
    assert_eq!(wire.path, "/v1/refunds");
    assert_eq!(
        text(&wire),
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

fn check<const N: usize>(commands: bool, table: [(Request, &str, &str); N]) {
    for (call, how, params) in table {
        let Wire { method, path, key, limit, .. } = call.wire();
        let key = key.map_or_else(|| "no key".to_owned(), |key| key.to_string());
        let (limit, expected) = (limit.as_secs(), call.expected());
        assert_eq!(format!("{method:?} {path}, {limit} s, {key}: {expected:?}"), how);
        assert_eq!(text(&call.wire()), params, "{how}");
        let named = how.contains("/tmr_1").then(reader);
        assert_eq!((call.reader(), call.is_reader_command()), (named.as_ref(), commands), "{how}");
    }
}

#[test]
fn what_a_reader_has_to_answer_waits_for_it() {
    let (intent, key) = (intent(), key());
    let cola = opened().product;
    let water = Item { name: "Water".into(), price: usd(120), ..cola.clone() };
    check(
        true,
        [
            (
                Request::Process {
                    reader: reader(),
                    intent: intent.clone(),
                    customer_cancellation: true,
                    key: key.clone(),
                },
                "Post /v1/terminal/readers/tmr_1/process_payment_intent, 85 s, SALE1:x:1: Reader",
                "payment_intent=pi_1&process_config[enable_customer_cancellation]=true\
                 &process_config[skip_tipping]=true\
                 &expand[]=action.process_payment_intent.payment_intent.latest_charge",
            ),
            (
                Request::Collect {
                    reader: reader(),
                    intent: intent.clone(),
                    customer_cancellation: false,
                    key: key.clone(),
                },
                "Post /v1/terminal/readers/tmr_1/collect_payment_method, 85 s, SALE1:x:1: Reader",
                "payment_intent=pi_1&collect_config[enable_customer_cancellation]=false\
                 &collect_config[skip_tipping]=true\
                 &expand[]=action.collect_payment_method.payment_intent.latest_charge",
            ),
            (
                Request::Confirm { reader: reader(), intent, key: key.clone() },
                "Post /v1/terminal/readers/tmr_1/confirm_payment_intent, 85 s, SALE1:x:1: Reader",
                "payment_intent=pi_1\
                 &expand[]=action.confirm_payment_intent.payment_intent.latest_charge",
            ),
            (
                Request::ClearReader { reader: reader(), key: Some(key) },
                "Post /v1/terminal/readers/tmr_1/cancel_action, 85 s, SALE1:x:1: Reader",
                "",
            ),
            (
                Request::ShowCart { reader: reader(), items: vec![cola, water] },
                "Post /v1/terminal/readers/tmr_1/set_reader_display, 2 s, no key: Reader",
                "type=cart&cart[currency]=usd&cart[total]=370\
                 &cart[line_items][0][description]=Cola&cart[line_items][0][amount]=250\
                 &cart[line_items][0][quantity]=1\
                 &cart[line_items][1][description]=Water&cart[line_items][1][amount]=120\
                 &cart[line_items][1][quantity]=1",
            ),
            (
                Request::RefundInPerson { reader: reader(), refund: refund() },
                "Post /v1/terminal/readers/tmr_1/refund_payment, 85 s, SALE1:refund:2: Reader",
                "payment_intent=pi_1&amount=250\
                 &refund_payment_config[enable_customer_cancellation]=true\
                 &metadata[sale]=SALE1&metadata[n]=2",
            ),
        ],
    );
}

#[test]
fn a_form_is_one_input_and_says_whose_it_is() {
    check(
        true,
        [(
            Request::ShowMenu {
                reader: reader(),
                menu: Box::new(Menu {
                    title: "What?".to_owned(),
                    buttons: vec![("A1".to_owned(), "Cola 2.50".to_owned())],
                    mark: "m1".to_owned(),
                }),
                controller: "board-1".parse().unwrap(),
            },
            "Post /v1/terminal/readers/tmr_1/collect_inputs, 5 s, no key: Reader",
            "inputs[0][type]=selection&inputs[0][required]=true\
                 &inputs[0][custom_text][title]=What?\
                 &inputs[0][selection][choices][0][id]=A1\
                 &inputs[0][selection][choices][0][text]=Cola 2.50\
                 &metadata[kioskd_controller]=board-1&metadata[kioskd_menu]=m1",
        )],
    );
}

#[test]
fn what_is_written_without_a_reader_is_waited_for_shortly() {
    let (intent, key) = (intent(), key());
    check(
        false,
        [
            (
                Request::AssignReader {
                    reader: reader(),
                    controller: "board-1".parse().unwrap(),
                    kiosk: "lobby-3".parse().unwrap(),
                },
                "Post /v1/terminal/readers/tmr_1, 20 s, no key: Reader",
                "metadata[kioskd_controller]=board-1&metadata[kioskd_kiosk]=lobby-3\
                 &expand[]=action.process_payment_intent.payment_intent.latest_charge",
            ),
            (
                Request::CancelIntent { intent: intent.clone(), key: key.clone() },
                "Post /v1/payment_intents/pi_1/cancel, 20 s, SALE1:x:1: Intent",
                "expand[]=latest_charge",
            ),
            (
                Request::Capture { intent, amount: usd(250), key },
                "Post /v1/payment_intents/pi_1/capture, 20 s, SALE1:x:1: Intent",
                "amount_to_capture=250&expand[]=latest_charge",
            ),
            (
                Request::Refund(refund()),
                "Post /v1/refunds, 20 s, SALE1:refund:2: Refund",
                "payment_intent=pi_1&amount=250&reason=requested_by_customer\
                 &metadata[sale]=SALE1&metadata[n]=2",
            ),
        ],
    );
}

#[test]
fn what_is_read_has_no_key() {
    let created_gte = StripeTime(1_790_000_000);
    check(
        false,
        [
            (
                Request::ReadReader { reader: reader() },
                "Get /v1/terminal/readers/tmr_1, 20 s, no key: Reader",
                "expand[]=action.process_payment_intent.payment_intent.latest_charge\
                 &expand[]=action.collect_payment_method.payment_intent.latest_charge\
                 &expand[]=action.confirm_payment_intent.payment_intent.latest_charge",
            ),
            (
                Request::ReadIntent { intent: intent() },
                "Get /v1/payment_intents/pi_1, 20 s, no key: Intent",
                "expand[]=latest_charge",
            ),
            (
                Request::ListRefunds { intent: intent() },
                "Get /v1/refunds, 20 s, no key: Refunds",
                "payment_intent=pi_1&limit=100",
            ),
            (
                Request::ReadLocation { location: "tml_1".parse().unwrap() },
                "Get /v1/terminal/locations/tml_1, 20 s, no key: Location",
                "",
            ),
            (
                Request::ListIntents { created_gte, starting_after: "pi_9".parse().ok() },
                "Get /v1/payment_intents, 20 s, no key: Intents",
                "created[gte]=1790000000&limit=100&starting_after=pi_9",
            ),
        ],
    );
}
