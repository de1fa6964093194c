//! What kioskd sends and what the simulator answers is Stripe's language. Every story is judged by
//! that when its bench is cleared away; these show that the judge can say no.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kioskd::simulator::Method;
use kioskd::simulator::http::LoggedRequest;
use serde_json::Value;

use crate::rig::{Rig, VISA};
use crate::schema::{judge_log, judge_request};

const INTENTS: &str = "/v1/payment_intents";
const CREATE: &str = "amount=250&currency=usd&allowed_payment_method_types[]=card_present";

#[track_caller]
fn expect_one(wrong: &[String], said: &[&str]) {
    let is_said = |wrong: &String| said.iter().all(|word| wrong.contains(word));
    assert!(wrong.iter().any(is_said), "nothing says {said:?}: {wrong:#?}");
}

#[test]
fn a_story_with_a_made_up_parameter_fails() {
    let rig = Rig::without_daemon();
    rig.call_stripe("/v1/terminal/readers/tmr_simulated/cancel_action", "gently=true");
    let end = catch_unwind(AssertUnwindSafe(|| drop(rig)));
    let panic = end.expect_err("the story should have failed");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.contains("gently"), "{message}");
}

#[test]
fn unknown_calls_parameters_and_types_are_noticed() {
    let intents = INTENTS;
    let process = "/v1/terminal/readers/tmr_1/process_payment_intent";
    let colour = format!("{CREATE}&colour=red");
    let metadata = format!("{CREATE}&metadata=red");
    for (path, form, said) in [
        (intents, colour.as_str(), ["Additional properties", "colour"]),
        (intents, "amount=much&currency=usd", ["\"much\"", "/amount"]),
        (intents, "amount=250", ["required", "currency"]),
        (intents, metadata.as_str(), ["\"red\"", "/metadata"]),
        (intents, "amount=1&currency=usd&capture_method=manul", ["manul", "capture_method"]),
        (process, "payment_intent=pi_1&process_config[skip_tipping]=x", ["\"x\"", "skip_tipping"]),
        ("/v1/terminal/gates", "", ["no call", "terminal/gates"]),
    ] {
        let params: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        expect_one(&judge_request(Method::Post, path, &params), &said);
    }
    let params: Vec<_> = form_urlencoded::parse(CREATE.as_bytes()).into_owned().collect();
    assert_eq!(judge_request(Method::Post, intents, &params), Vec::<String>::new());
}

#[test]
fn a_reply_that_lacks_a_field_a_wrong_version_and_a_cut_log_are_noticed() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let log = rig.requests();
    assert_eq!(judge_log(&log), Vec::<String>::new());

    let mut damaged = log.clone();
    let creates =
        |call: &&mut LoggedRequest| (call.method, call.path.as_str()) == (Method::Post, INTENTS);
    let created = damaged.iter_mut().find(creates).unwrap();
    let mut reply: Value = serde_json::from_str(created.reply.as_ref().unwrap()).unwrap();
    reply.as_object_mut().unwrap().remove("status");
    created.reply = Some(reply.to_string());
    created.api_version = None;
    expect_one(&judge_log(&damaged), &["reply", "\"status\" is a required property"]);
    expect_one(&judge_log(&damaged), &["Stripe-Version is None"]);

    expect_one(&judge_log(&log[2..]), &["2 calls before 3 are not in the log"]);
}
