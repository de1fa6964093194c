//! Requests and replies, judged by Stripe's schema.
//!
//! `reference/stripe-schema.json` is machine-made from the declarations of Stripe's own SDK.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use kioskd::simulator::Method;
use kioskd::simulator::http::LoggedRequest;
use serde_json::{Map, Value, json};

/// The version of the API whose schema this is, and which kioskd pins.
const VERSION: &str = "2026-10-28.endive";

/// The calls, and how the schema names their parameters; `*` stands for any id.
const CALLS: [(Method, &str, &str); 29] = [
    (Method::Post, "payment_intents", "payment_intents_create"),
    (Method::Get, "payment_intents", "payment_intents_list"),
    (Method::Get, "payment_intents/search", "payment_intents_search"),
    (Method::Get, "payment_intents/*", "payment_intents_retrieve"),
    (Method::Post, "payment_intents/*", "payment_intents_update"),
    (Method::Post, "payment_intents/*/cancel", "payment_intents_cancel"),
    (Method::Post, "payment_intents/*/capture", "payment_intents_capture"),
    (Method::Post, "payment_intents/*/confirm", "payment_intents_confirm"),
    (
        Method::Post,
        "payment_intents/*/increment_authorization",
        "payment_intents_increment_authorization",
    ),
    (Method::Post, "refunds", "refunds_create"),
    (Method::Get, "refunds", "refunds_list"),
    (Method::Get, "refunds/*", ONLY_EXPAND),
    (Method::Get, "charges/*", ONLY_EXPAND),
    (Method::Get, "terminal/locations/*", ONLY_EXPAND),
    (Method::Get, "balance", ONLY_EXPAND),
    (Method::Get, "customers", "customers_list"),
    (Method::Get, "payouts", "payouts_list"),
    (Method::Get, "terminal/readers", "readers_list"),
    (Method::Get, "terminal/readers/*", "readers_retrieve"),
    (Method::Post, "terminal/readers/*", "readers_update"),
    (Method::Post, "terminal/readers/*/cancel_action", "readers_cancel_action"),
    (Method::Post, "terminal/readers/*/collect_inputs", "readers_collect_inputs"),
    (Method::Post, "terminal/readers/*/collect_payment_method", "readers_collect_payment_method"),
    (Method::Post, "terminal/readers/*/confirm_payment_intent", "readers_confirm_payment_intent"),
    (Method::Post, "terminal/readers/*/process_payment_intent", "readers_process_payment_intent"),
    (Method::Post, "terminal/readers/*/process_setup_intent", "readers_process_setup_intent"),
    (Method::Post, "terminal/readers/*/refund_payment", "readers_refund_payment"),
    (Method::Post, "terminal/readers/*/set_reader_display", "readers_set_reader_display"),
    (
        Method::Post,
        "test_helpers/terminal/readers/*/present_payment_method",
        "test_present_payment_method",
    ),
];

/// The parameters of calls that the schema leaves out: Stripe's SDK declares `expand` alone.
const ONLY_EXPAND: &str = "only expand";

/// Error codes that Stripe's changelog names and its SDK does not list.
const CODES_OF_THE_CHANGELOG: [&str; 1] = ["payment_method_types_no_longer_supported"];

static SCHEMA: LazyLock<Value> = LazyLock::new(strict_schema);

/// Schemas by the name of an object, or of the parameters of a call.
static SCHEMAS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(schemas);

static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(validators);

fn strict_schema() -> Value {
    let text = include_str!("../reference/stripe-schema.json");
    let mut schema: Value = serde_json::from_str(text).unwrap();
    // Stripe adds fields; a simulator that has some which Stripe has not is wrong.
    for definition in schema["$defs"].as_object_mut().unwrap().values_mut() {
        let definition = definition.as_object_mut().unwrap();
        if definition.contains_key("properties") {
            definition.entry("additionalProperties").or_insert(Value::Bool(false));
        }
    }
    let codes = &mut schema["$defs"]["Reader.Action.ApiError"]["properties"]["code"]["x-known"];
    codes.as_array_mut().unwrap().extend(CODES_OF_THE_CHANGELOG.map(Value::from));
    close_enumerations(&mut schema["$defs"]);
    schema
}

/// Stripe also adds values; one that it has not is a slip of the pen, here as there.
fn close_enumerations(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(known) = fields.get("x-known").cloned() {
                fields.insert("enum".to_owned(), known);
            }
            fields.values_mut().for_each(close_enumerations);
        }
        Value::Array(items) => items.iter_mut().for_each(close_enumerations),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn schemas() -> BTreeMap<String, Value> {
    let mut schemas = BTreeMap::new();
    for part in ["objects", "params"] {
        for (name, schema) in SCHEMA[part].as_object().unwrap() {
            schemas.insert(name.clone(), schema.clone());
        }
    }
    let expand = json!({ "type": "array", "items": { "type": "string" } });
    let only_expand = json!({ "properties": { "expand": expand }, "additionalProperties": false });
    schemas.insert(ONLY_EXPAND.to_owned(), only_expand);
    let error = json!({ "$ref": "#/$defs/Reader.Action.ApiError" });
    schemas.insert("error".to_owned(), around("error", &error));
    // The schema leaves it out; as Stripe's SDK declares it.
    let location = json!({
        "properties": {
            "id": { "type": "string" },
            "object": { "const": "terminal.location" },
            "address": { "$ref": "#/$defs/Address" },
            "display_name": { "type": "string" },
            "livemode": { "type": "boolean" },
            "metadata": { "$ref": "#/$defs/Metadata" },
        },
        "required": ["id", "object", "address", "display_name", "livemode", "metadata"],
        "additionalProperties": false,
    });
    schemas.insert("terminal.location".to_owned(), location);
    schemas.extend(beyond_the_schema());
    let list = json!({
        "properties": {
            "object": { "const": "list" },
            "url": { "type": "string" },
            "has_more": { "type": "boolean" },
            "data": { "type": "array" },
        },
        "required": ["object", "url", "has_more", "data"],
        "additionalProperties": false,
    });
    // As Stripe's SDK declares it for a search.
    let mut search_result = list.clone();
    search_result["properties"]["object"] = json!({ "const": "search_result" });
    search_result["properties"]["next_page"] = json!({ "type": ["string", "null"] });
    schemas.insert("search_result".to_owned(), search_result);
    schemas.insert("list".to_owned(), list);
    schemas
}

/// What no kiosk needs, and `kioskd check --online` asks for to find a key that may too much. The
/// schema leaves it out; as Stripe's SDK declares it.
fn beyond_the_schema() -> [(String, Value); 3] {
    let text = json!({ "type": "string" });
    let time = SCHEMA["$defs"]["RefundListParams"]["properties"]["created"].clone();
    let page = json!({
        "properties": {
            "created": time,
            "ending_before": text,
            "expand": { "type": "array", "items": text },
            "limit": { "type": "number" },
            "starting_after": text,
        },
        "additionalProperties": false,
    });
    let with = |more: &[(&str, &Value)]| {
        let mut list = page.clone();
        for (name, schema) in more {
            list["properties"][*name] = (*schema).clone();
        }
        list
    };
    let funds = json!({
        "type": "array",
        "items": {
            "properties": {
                "amount": { "type": "number" },
                "currency": { "type": "string" },
                "source_types": { "additionalProperties": { "type": "number" } },
            },
            "required": ["amount", "currency"],
            "additionalProperties": false,
        },
    });
    let balance = json!({
        "properties": {
            "object": { "const": "balance" },
            "available": funds,
            "connect_reserved": funds,
            "instant_available": { "type": "array" },
            "issuing": { "type": "object" },
            "livemode": { "type": "boolean" },
            "pending": funds,
            "refund_and_dispute_prefunding": { "type": "object" },
        },
        "required": ["object", "available", "livemode", "pending"],
        "additionalProperties": false,
    });
    [
        ("balance".to_owned(), balance),
        ("customers_list".to_owned(), with(&[("email", &text), ("test_clock", &text)])),
        (
            "payouts_list".to_owned(),
            with(&[("arrival_date", &time), ("destination", &text), ("status", &text)]),
        ),
    ]
}

fn around(field: &str, schema: &Value) -> Value {
    json!({ "properties": { field: schema }, "required": [field], "additionalProperties": false })
}

fn validators() -> BTreeMap<&'static str, Validator> {
    let validator = |schema: &Value| {
        let mut whole = schema.as_object().unwrap().clone();
        whole.insert("$schema".to_owned(), SCHEMA["$schema"].clone());
        whole.insert("$defs".to_owned(), SCHEMA["$defs"].clone());
        jsonschema::validator_for(&Value::Object(whole)).unwrap()
    };
    SCHEMAS.iter().map(|(name, schema)| (name.as_str(), validator(schema))).collect()
}

/// What the schema calls the parameters of a call.
pub fn call_name(method: Method, path: &str) -> Option<&'static str> {
    let given: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
    let is_meant = |pattern: &str| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        let mut pairs = wanted.iter().zip(&given);
        wanted.len() == given.len() && pairs.all(|(wanted, given)| ["*", given].contains(wanted))
    };
    let mut calls = CALLS.iter().filter(|(of, pattern, _)| *of == method && is_meant(pattern));
    calls.next().map(|(_, _, name)| *name)
}

/// The calls of the schema whose URL is not known here.
pub fn calls_without_url() -> Vec<String> {
    let calls = SCHEMA["params"].as_object().unwrap().keys();
    calls.filter(|call| CALLS.iter().all(|(_, _, name)| name != call)).cloned().collect()
}

/// The names of the parameters that Stripe's schema knows for a call.
pub fn parameters(call: &str) -> Vec<String> {
    let definition = resolved(&SCHEMAS[call]);
    definition["properties"].as_object().unwrap().keys().cloned().collect()
}

/// What is wrong with a request.
pub fn judge_request(method: Method, path: &str, params: &[(String, String)]) -> Vec<String> {
    match call_name(method, path) {
        Some(call) => judge(call, &typed(&nested(params), &SCHEMAS[call])),
        None => vec![format!("the schema has no call {} {path}", method.as_str())],
    }
}

/// What is wrong with the body of a reply.
pub fn judge_reply(body: &Value) -> Vec<String> {
    match body["object"].as_str() {
        Some(list @ ("list" | "search_result")) => {
            let items = body["data"].as_array().into_iter().flatten();
            judge(list, body).into_iter().chain(items.flat_map(judge_reply)).collect()
        }
        Some("terminal.reader") => judge("reader", body),
        Some(object) if SCHEMAS.contains_key(object) => judge(object, body),
        Some(object) => vec![format!("the schema has no object {object:?}")],
        None => judge("error", body),
    }
}

/// What is wrong with a simulator's log, from its first call on: nothing may be missing in it.
pub fn judge_log(log: &[LoggedRequest]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (call, number) in log.iter().zip(1..) {
        if call.number != number {
            let lost = call.number - number;
            wrong.push(format!("{lost} calls before {} are not in the log", call.number));
            return wrong;
        }
        let mut say = |what: String| {
            let (method, path) = (call.method.as_str(), &call.path);
            wrong.push(format!("call {number}, {method} {path}: {what}\n    {:?}", call.params));
        };
        if call.api_version.as_deref() != Some(VERSION) {
            say(format!("Stripe-Version is {:?}", call.api_version));
        }
        for what in judge_request(call.method, &call.path, &call.params) {
            say(format!("request: {what}"));
        }
        if let Some(reply) = &call.reply {
            let body: Value = serde_json::from_str(reply).unwrap();
            if (call.status == Some(200)) != body["error"].is_null() {
                say(format!("the status {:?} does not fit the reply {reply}", call.status));
            }
            for what in judge_reply(&body) {
                say(format!("reply: {what}\n    {reply}"));
            }
        }
    }
    wrong
}

fn judge(name: &str, value: &Value) -> Vec<String> {
    let errors = VALIDATORS[name].iter_errors(value);
    errors.map(|error| format!("{name}: {error} at {:?}", error.instance_path().as_str())).collect()
}

fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolved(&SCHEMA["$defs"][reference.trim_start_matches("#/$defs/")]),
        None => schema,
    }
}

/// The schemas of which one has to hold.
fn choices(schema: &Value) -> Vec<&Value> {
    let schema = resolved(schema);
    match schema["anyOf"].as_array() {
        Some(choices) => choices.iter().flat_map(|choice| self::choices(choice)).collect(),
        None => vec![schema],
    }
}

/// The pairs of a form as objects in objects; texts stay texts, lists have numbers for names.
fn nested(params: &[(String, String)]) -> Value {
    let mut root = json!({});
    for (name, value) in params {
        let mut place = &mut root;
        for key in name.split('[').map(|key| key.trim_end_matches(']')) {
            if !place.is_object() {
                *place = json!({});
            }
            let place_map = place.as_object_mut().unwrap();
            let key = if key.is_empty() { place_map.len().to_string() } else { key.to_owned() };
            place = place_map.entry(key).or_insert(Value::Null);
        }
        *place = json!(value);
    }
    root
}

/// The texts of a form as what the schema wants there, if they can be read so.
fn typed(value: &Value, schema: &Value) -> Value {
    let choices = choices(schema);
    let of_type = |name: &str| choices.iter().find(|schema| schema["type"] == name);
    match value {
        Value::String(text) => {
            let number = of_type("number").and_then(|_| text.parse::<serde_json::Number>().ok());
            let flag = of_type("boolean").and_then(|_| text.parse::<bool>().ok());
            number.map(Value::Number).or(flag.map(Value::Bool)).unwrap_or_else(|| value.clone())
        }
        Value::Object(fields) => of_type("array").map_or_else(
            || typed_fields(fields, &choices),
            |list| typed_list(fields, &list["items"]),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.clone(),
    }
}

fn typed_fields(fields: &Map<String, Value>, choices: &[&Value]) -> Value {
    let schema_of = |field: &str| {
        let known = choices.iter().map(|schema| &schema["properties"][field]);
        let free = choices.iter().map(|schema| &schema["additionalProperties"]);
        known.chain(free).find(|schema| schema.is_object()).unwrap_or(&Value::Null)
    };
    let typed = |(key, value): (&String, &Value)| (key.clone(), typed(value, schema_of(key)));
    Value::Object(fields.iter().map(typed).collect())
}

fn typed_list(items: &Map<String, Value>, schema: &Value) -> Value {
    let numbered = |(key, item): (&String, &Value)| Some((key.parse().ok()?, typed(item, schema)));
    let numbered: Option<BTreeMap<usize, Value>> = items.iter().map(numbered).collect();
    match numbered {
        Some(items) => items.into_values().collect(),
        None => Value::Object(items.clone()),
    }
}
