//! Stripe's replies, as the transport hands them over: status, `Request-Id` and body.
//!
//! An input is a line `EXPECTED STATUS` or `EXPECTED STATUS REQUEST-ID`, then the body.

use kioskd::sale::input::{
    Hindrance, IntentSeen, IntentStatus, Obstacle, ReaderSeen, RefundSeen, Refusal, Seen, Trouble,
};
use kioskd::stripe::meaning::{Answer, NoAnswer};
use kioskd::stripe::reply;
use kioskd::stripe::request::Expected;
use kioskd::stripe::understand;
use serde_json::Value;

/// Plays one input.
pub fn play(input: &[u8]) {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(head) = std::str::from_utf8(&input[..end]) else { return };
    let mut words = head.split(' ');
    let Some(expected) = words.next().and_then(expected) else { return };
    let Some(status) = words.next().and_then(|word| word.parse().ok()) else { return };
    let answer = Answer {
        status,
        request_id: words.next().map(str::to_owned),
        date: None,
        retry_after: None,
        replayed: false,
        body: input[end + 1..].to_vec(),
    };
    judge(expected, &answer);
}

fn expected(word: &str) -> Option<Expected> {
    Some(match word {
        "intent" => Expected::Intent,
        "reader" => Expected::Reader,
        "location" => Expected::Location,
        "refund" => Expected::Refund,
        "refunds" => Expected::Refunds,
        "intents" => Expected::Intents,
        _ => return None,
    })
}

/// Whether what is understood is what was said.
pub fn judge(expected: Expected, answer: &Answer) {
    let json = json(answer);
    let from_stripe = answer.request_id.is_some();
    let done = (200..300).contains(&answer.status);
    match understand(expected, &Ok(answer.clone())) {
        Ok(seen) => {
            assert!(from_stripe && done, "HTTP {} is no success of Stripe's", answer.status);
            is_seen(expected, &seen, &json.expect("what was read is JSON"));
        }
        Err(Trouble::Unknown { obstacle, .. }) => assert_eq!(obstacle, Obstacle::Stranger),
        Err(Trouble::NotSent { .. }) => panic!("there was a reply, so the request had left"),
        Err(Trouble::NotYet { why }) => {
            assert!(from_stripe && !done);
            let not_run = match why {
                Hindrance::KeyRejected => answer.status == 401,
                Hindrance::TooMany => {
                    answer.status == 429
                        || says(answer, "lock_timeout")
                        || says(answer, "rate_limit")
                }
                Hindrance::KeyInUse => says(answer, "idempotency_key_in_use"),
            };
            assert!(not_run, "HTTP {} does not say that nothing was run: {why:?}", answer.status);
        }
        Err(Trouble::Refused(refusal)) => {
            assert!(from_stripe && !done && !matches!(answer.status, 401 | 429), "{refusal:?}");
            if refusal == Refusal::StripeFailed {
                assert!((500..600).contains(&answer.status));
            }
        }
    }
    if expected == Expected::Intents {
        is_listed(answer);
    }
    let no_answer = Err(NoAnswer::NotSent(Obstacle::Network, String::new()));
    let trouble = understand(expected, &no_answer);
    assert!(matches!(trouble, Err(Trouble::NotSent { obstacle: Obstacle::Network, .. })));
}

/// The body as anybody's JSON. What is no text in it stands where kioskd does not look.
fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_str(&String::from_utf8_lossy(&answer.body)).ok()
}

fn says(answer: &Answer, word: &str) -> bool {
    let json = json(answer).unwrap_or_default();
    json["error"]["code"] == word || json["error"]["type"] == word
}

fn is_seen(expected: Expected, seen: &Seen, json: &Value) {
    let object = json["object"].as_str();
    match expected {
        Expected::Intent => {
            assert_eq!(object, Some("payment_intent"));
            is_intent(seen.intent.as_ref().expect("a PaymentIntent"), json);
        }
        Expected::Reader => {
            assert_eq!(object, Some("terminal.reader"));
            is_reader(seen.reader.as_ref().expect("a reader"), seen.intent.as_ref(), json);
        }
        Expected::Location => assert_eq!(object, Some("terminal.location")),
        Expected::Refund => {
            let refunds = seen.refunds.as_ref().expect("a refund");
            assert_eq!(refunds.len(), 1);
            is_refund(&refunds[0], json);
        }
        Expected::Refunds => {
            assert_eq!(json["has_more"], Value::Bool(false), "a part is not the whole");
            let data = json["data"].as_array().expect("a list has data");
            let refunds = seen.refunds.as_ref().expect("refunds");
            assert_eq!(refunds.len(), data.len(), "no refund may be overlooked");
            refunds.iter().zip(data).for_each(|(refund, json)| is_refund(refund, json));
        }
        Expected::Intents => assert!(matches!(object, Some("list" | "search_result"))),
    }
}

fn is_intent(seen: &IntentSeen, json: &Value) {
    assert_eq!(json["object"], "payment_intent");
    assert_eq!(json["id"], seen.id.as_str());
    assert_eq!(json["amount"], seen.amount);
    assert_eq!(json["currency"], seen.currency.code());
    assert_eq!(json["created"], seen.created.0);
    assert_eq!(json["amount_capturable"].as_u64().unwrap_or(0), seen.amount_capturable);
    assert_eq!(json["amount_received"].as_u64().unwrap_or(0), seen.amount_received);
    assert_eq!(json["livemode"].as_bool().unwrap_or(false), seen.livemode);
    let status = json["status"].as_str().expect("a status");
    let as_written = match &seen.status {
        IntentStatus::RequiresPaymentMethod => status == "requires_payment_method",
        IntentStatus::RequiresConfirmation => status == "requires_confirmation",
        IntentStatus::Pending => matches!(status, "requires_action" | "processing"),
        IntentStatus::RequiresCapture => status == "requires_capture",
        IntentStatus::Succeeded => status == "succeeded",
        IntentStatus::Canceled => status == "canceled",
        IntentStatus::Other(other) => status == other,
    };
    assert!(as_written, "{status} was read as {:?}", seen.status);
    if let Some(sale) = &seen.sale {
        assert_eq!(json["metadata"]["sale"], sale.as_str());
    }
    assert_eq!(json["metadata"]["journal"].as_str(), seen.journal.as_deref());
    let charge = &json["latest_charge"];
    assert_eq!(charge.is_object(), seen.charge.is_some(), "{charge}");
    if let Some(seen) = &seen.charge {
        assert_eq!(charge["id"], seen.id.as_str());
        assert_eq!(charge["paid"].as_bool().unwrap_or(false), seen.authorized);
        assert_eq!(charge["created"], seen.created.0);
    }
}

fn is_reader(seen: &ReaderSeen, intent: Option<&IntentSeen>, json: &Value) {
    let online = match json["status"].as_str() {
        Some("online") => Some(true),
        Some("offline") => Some(false),
        _ => None,
    };
    assert_eq!(seen.online, online);
    assert_eq!(json["livemode"].as_bool(), seen.livemode);
    let action = &json["action"];
    assert_eq!(action.is_null(), seen.action.is_none());
    if let Some(seen) = &seen.action {
        assert_eq!(action["type"], seen.kind);
    }
    // The PaymentIntent that comes along is the one that the action is about.
    if let Some(intent) = intent {
        let action = seen.action.as_ref().expect("an action brings the PaymentIntent");
        assert_eq!(action.intent.as_ref(), Some(&intent.id));
        assert_eq!(action.sale, intent.sale);
        assert_eq!(action.intent_status.as_ref(), Some(&intent.status));
    }
}

fn is_refund(seen: &RefundSeen, json: &Value) {
    assert_eq!(json["object"], "refund");
    assert_eq!(json["id"], seen.id.as_str());
    assert_eq!(json["amount"], seen.amount);
    assert_eq!(json["currency"], seen.currency.code());
    if let Some(sale) = &seen.sale {
        assert_eq!(json["metadata"]["sale"], sale.as_str());
    }
    if let Some(n) = seen.n {
        let written = json["metadata"]["n"].as_str().expect("metadata is text");
        assert_eq!(written.trim_start_matches(['+', '0']), n.to_string().trim_start_matches('0'));
    }
}

/// A page of PaymentIntents: what cannot be read is left out, what is read is right.
fn is_listed(answer: &Answer) {
    let Ok(listing) = reply::listing(&answer.body, None) else { return };
    let json = json(answer).expect("what was read is JSON");
    assert_eq!(listing.is_search, json["object"] == "search_result");
    assert_eq!(listing.next.is_some(), json["has_more"] == Value::Bool(true));
    let mut data = json["data"].as_array().expect("a list has data").iter();
    for listed in &listing.intents {
        // Two may have one id; the reader keeps their order.
        let found = data.find(|json| {
            json["id"] == listed.intent.id.as_str() && json["amount"] == listed.intent.amount
        });
        let json = found.expect("nothing is listed that is not there");
        is_intent(&listed.intent, json);
        assert_eq!(listed.is_captured_by_hand, json["capture_method"] == "manual");
    }
}
