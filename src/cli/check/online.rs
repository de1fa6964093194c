//! `kioskd check --online`: would this kiosk be able to sell? Asked of Stripe, without a daemon.
//!
//! Permissions are tried by calls on objects that do not exist: a 404 means that the key may, a 403
//! that it may not. What it may beyond its needs is tried by reading what no kiosk has business with,
//! in a way that shows nothing of it. Whether the account takes in-person cards is only told by a PaymentIntent: one
//! is made, never prompted, and cancelled at once.

use std::time::Duration;

use serde_json::Value;

use super::findings::Findings;
use crate::config::{ApiKey, Loaded, Mode, Settings};
use crate::daemon::{clock, identity};
use crate::kiosk::Reason;
use crate::kiosk::account::TRIAL;
use crate::kiosk::countries::currency_of;
use crate::money::Money;
use crate::sale::input::{ReaderSeen, Trouble};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::request::{Expected, Method, Wire};
use crate::stripe::transport::ClientError;
use crate::stripe::{Client, Request, reply, understand};
use crate::time::StripeTime;

/// Each answer comes quickly, or something is wrong that a person should hear of.
const LIMIT: Duration = Duration::from_secs(20);

/// A clock that is this far off is worth a word.
const CLOCK_OFF: Duration = Duration::from_mins(1);

/// What no kiosk needs, a call that a key without it is refused, and whether that lists something.
/// None of them changes anything.
/// Sources: Stripe, "Retrieve balance", "List all customers", "List all payouts".
const NOT_NEEDED: [(&str, &str, bool); 3] = [
    ("Balance: read", "/v1/balance", false),
    ("Customers: read", "/v1/customers", true),
    ("Payouts: read", "/v1/payouts", true),
];

/// Makes a list empty for a long time to come, so that nobody's data are read.
const MADE_IN_2100: [(&str, &str); 2] = [("created[gte]", "4102444800"), ("limit", "1")];

/// Readers that only an app near them can drive. Source: Stripe, "Server-driven integration".
const NOT_SERVER_DRIVEN: [&str; 6] = [
    "bbpos_chipper2x",
    "bbpos_wisepad3",
    "bbpos_wisepad3s",
    "mobile_phone_reader",
    "simulated_stripe_m2",
    "stripe_m2",
];

/// Readers for places with people around. Source: Stripe's page on unattended readers.
const ATTENDED: [&str; 3] = ["bbpos_wisepos_e", "stripe_s700", "stripe_s710"];

/// Asks Stripe everything that can be asked without a customer.
pub(super) async fn examine(
    loaded: &Loaded,
    key: &ApiKey,
    findings: &mut Findings,
) -> Result<(), ClientError> {
    let settings = &loaded.settings;
    let roots = loaded.authorities.certificates();
    let client = Client::new(&settings.stripe.api_base, key.reveal(), roots)?;
    let mut check = Check { client, settings, key, findings };
    if check.reader().await {
        check.permissions().await;
        check.permissions_beyond_need().await;
        check.account().await;
    }
    Ok(())
}

struct Check<'a> {
    client: Client,
    settings: &'a Settings,
    key: &'a ApiKey,
    findings: &'a mut Findings,
}

impl Check<'_> {
    /// The first call: it also tells whether there is a way to Stripe, whether the key is accepted
    /// and how far off our clock is. False if asking on makes no sense.
    async fn reader(&mut self) -> bool {
        let id = &self.settings.stripe.reader;
        let result = self.client.send(&Request::ReadReader { reader: id.clone() }.wire()).await;
        let understood = understand(Expected::Reader, &result);
        if let Err(Trouble::NotSent { why, obstacle } | Trouble::Unknown { why, obstacle }) =
            &understood
        {
            let link = Reason::Link { obstacle: *obstacle };
            let base = &self.settings.stripe.api_base;
            self.findings.fail(&format!("{}: {base}: {why}", link.what()), link.remedy());
            return false;
        }
        self.findings.ok(&format!("Stripe answers at {}", self.settings.stripe.api_base));
        self.clock(result.as_ref().ok().and_then(|answer| answer.date));
        let forbidden = "give the key the permission \"Terminal Readers: write\"";
        match understood {
            Ok(seen) => {
                self.findings.ok(&format!("the key is accepted ({})", self.key));
                if let Some(reader) = seen.reader {
                    self.registration(&reader).await;
                }
            }
            Err(Trouble::Refused(refusal)) if is_status(&result, 403) => {
                self.findings
                    .fail(&format!("the key may not read the reader: {refusal}"), forbidden);
            }
            Err(Trouble::Refused(_)) if is_status(&result, 404) => self.findings.fail(
                &format!("Stripe shows no reader {id} to this key"),
                "check stripe.reader; the key must be of the reader's account and of its mode \
                 (test or live)",
            ),
            Err(Trouble::NotYet { .. }) if is_status(&result, 401) => {
                self.findings.fail(
                    "Stripe rejects the API key",
                    "install a valid key as credential stripe-api-key",
                );
                return false;
            }
            Err(trouble) => {
                let why = crate::daemon::tell::why(&trouble);
                self.findings.fail(&format!("the reader could not be read: {why}"), "try again");
            }
        }
        true
    }

    fn clock(&mut self, date: Option<StripeTime>) {
        let Some(date) = date else { return };
        let ours = clock::now().wall.0 / 1000;
        let off = ours.abs_diff(date.0);
        if Duration::from_secs(off) > CLOCK_OFF {
            self.findings.warn(
                &format!("this machine's clock is {off} s off Stripe's"),
                "let it be set from the network (timedatectl); far off, TLS fails",
            );
        } else {
            self.findings.ok("the clock is right");
        }
    }

    async fn registration(&mut self, reader: &ReaderSeen) {
        let live = self.key.mode() == Mode::Live;
        match reader.livemode {
            Some(of_reader) if of_reader != live => self.findings.fail(
                "reader and key are of different modes (test and live)",
                "set stripe.reader to a reader of the key's mode, or install the other key",
            ),
            Some(_) | None => {
                let mode = if live { "live: real money" } else { "test: no money moves" };
                self.findings.ok(&format!("reader and key are of one mode ({mode})"));
            }
        }
        self.assignment(reader);
        self.model(reader, live);
        match reader.online {
            Some(false) => self.findings.warn(
                "Stripe has had no signal of the reader for minutes",
                "check its power and network; it may work all the same",
            ),
            Some(true) => self.findings.ok("the reader is online"),
            None => {}
        }
        self.location(reader).await;
    }

    fn assignment(&mut self, reader: &ReaderSeen) {
        let board = match identity::controller() {
            Ok(board) => board,
            Err(error) => {
                self.findings.fail(&error.to_string(), "kioskd run needs it as well");
                return;
            }
        };
        match &reader.registration.controller {
            None => self.findings.ok("the reader belongs to no board yet; the daemon claims it"),
            Some(controller) if controller == board.as_str() => {
                self.findings.ok(&format!("the reader belongs to this board, {board}"));
            }
            Some(controller) => {
                let kiosk = reader.registration.kiosk.as_deref().unwrap_or("not named");
                self.findings.fail(
                    &format!(
                        "the reader belongs to board {controller:?} (kiosk {kiosk:?}); this one \
                         is {board}"
                    ),
                    "stop the other board and, with the daemon running here: kioskd reader assign \
                     --take-over",
                );
            }
        }
    }

    fn model(&mut self, reader: &ReaderSeen, live: bool) {
        let Some(model) = reader.registration.device_type.as_deref() else { return };
        if NOT_SERVER_DRIVEN.contains(&model) {
            self.findings.warn(
                &format!("a {model:?} is driven by an app, not by a server"),
                "take a smart reader",
            );
        } else if live && ATTENDED.contains(&model) {
            self.findings.warn(
                &format!("a {model:?} is meant for places with people around"),
                "agree with Stripe on this place before you sell there unattended",
            );
        } else {
            let software = reader.registration.software.as_deref().unwrap_or("unknown software");
            self.findings.ok(&format!("the reader is a {model:?} with {software}"));
        }
    }

    /// Location, country and currency fit together.
    async fn location(&mut self, reader: &ReaderSeen) {
        let Some(location) = &reader.registration.location else {
            self.findings.fail(
                "the reader has no location, without which it takes no payments",
                "give it one in Stripe's Dashboard, Terminal",
            );
            return;
        };
        let result = self.get(&format!("/v1/terminal/locations/{location}")).await;
        let country = result.as_ref().ok().and_then(country);
        match country {
            Some(country) => self.country(location, &country),
            None if is_status(&result, 403) => self.findings.warn(
                "the key may not read locations: whether the currency fits was not checked",
                "give the key the permission \"Terminal Locations: read\", or look it up",
            ),
            None => self.findings.warn(
                &format!("location {location:?} could not be read: {}", said(&result)),
                "look it up in Stripe's Dashboard: its country must be the account's",
            ),
        }
    }

    fn country(&mut self, location: &str, country: &str) {
        let ours = self.settings.kiosk.currency;
        match currency_of(country) {
            Some(local) if local == ours.code() => {
                self.findings.ok(&format!("the reader stands in {country} and takes {ours}"));
            }
            Some(local) => self.findings.fail(
                &format!(
                    "the reader stands in {country} (location {location:?}), where readers take \
                     {local} only; kiosk.currency is {ours}"
                ),
                "correct the reader's location, or kiosk.currency and the prices",
            ),
            None => self.findings.warn(
                &format!("the reader stands in {country:?}: its currency is not known here"),
                "make sure that Stripe Terminal takes kiosk.currency there",
            ),
        }
    }

    /// Calls that cannot succeed, each on an object that does not exist.
    async fn permissions(&mut self) {
        let nothing = Vec::new;
        let refund = vec![("charge".to_owned(), "ch_kioskdcheck".to_owned())];
        let tries = [
            (
                "PaymentIntents: write",
                self.try_post("/v1/payment_intents/pi_kioskdcheck/cancel", nothing()).await,
            ),
            (
                "Terminal Readers: write",
                self.try_post("/v1/terminal/readers/tmr_kioskdcheck", nothing()).await,
            ),
            ("Charges: read", self.get("/v1/charges/ch_kioskdcheck").await),
            ("Refunds: write", self.try_post("/v1/refunds", refund).await),
        ];
        for (permission, result) in tries {
            match &result {
                Ok(answer) if answer.status == 403 => self.findings.fail(
                    &format!("the key lacks the permission \"{permission}\""),
                    "give it to the key in Stripe's Dashboard, Developers, API keys",
                ),
                // Anything below 500 that is not about the key: it got as far as the object.
                Ok(answer) if answer.status < 500 && answer.status != 429 => {
                    self.findings.ok(&format!("the key has the permission \"{permission}\""));
                }
                Ok(_) | Err(_) => self.findings.warn(
                    &format!("the permission \"{permission}\" was not checked: {}", said(&result)),
                    "try again",
                ),
            }
        }
    }

    /// A restricted key that is stolen can do no more than it may. An unrestricted one may all, which
    /// its name says: nothing has to be asked.
    async fn permissions_beyond_need(&mut self) {
        if !self.key.is_restricted() {
            return;
        }
        let (mut had, mut unknown) = (Vec::new(), Vec::new());
        for (permission, path, is_list) in NOT_NEEDED {
            let only = if is_list { MADE_IN_2100.as_slice() } else { &[] };
            let params = only.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            let result = self.send(Method::Get, path, params.collect()).await;
            match &result {
                Ok(answer) if answer.status == 403 => {}
                Ok(answer) if answer.status == 200 => had.push(format!("\"{permission}\"")),
                Ok(_) | Err(_) => unknown.push(format!("\"{permission}\": {}", said(&result))),
            }
        }
        if !had.is_empty() {
            self.findings.warn(
                &format!("the key may do more than a kiosk needs: {}", had.join(", ")),
                "whoever steals this kiosk's card has it too: give the key nothing but \
                 PaymentIntents, Terminal Readers and Refunds: write, Charges and Terminal \
                 Locations: read",
            );
        }
        if !unknown.is_empty() {
            self.findings.warn(
                &format!("whether the key may do too much was not checked: {}", unknown.join(", ")),
                "try again",
            );
        }
        if had.is_empty() && unknown.is_empty() {
            self.findings.ok(
                "the key has none of the permissions that were tried and a kiosk does not need",
            );
        }
    }

    /// A PaymentIntent for the cheapest product is made and cancelled.
    async fn account(&mut self) {
        let products = self.settings.products.values();
        let Some(price) = products.map(|product| product.price).min_by_key(|price| price.amount)
        else {
            return;
        };
        let result = self.try_post("/v1/payment_intents", self.intent_params(price)).await;
        let answer = match &result {
            Ok(answer) if is_made(answer) => answer,
            Ok(_) | Err(_) => {
                self.findings.fail(
                    &format!("Stripe makes no PaymentIntent over {price}: {}", said(&result)),
                    "see what Stripe says; check the account's status in Stripe's Dashboard",
                );
                return;
            }
        };
        let made: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let types = made["payment_method_types"].as_array().cloned().unwrap_or_default();
        if types.contains(&Value::from("card_present")) {
            self.findings.ok(&format!("the account takes card_present payments of {price}"));
        } else {
            let currency = price.currency;
            self.findings.fail(
                &format!("the account cannot take card_present payments in {currency}"),
                "switch Terminal on for the account, and check its country and kiosk.currency",
            );
        }
        let Some(id) = made["id"].as_str() else { return };
        let cancelled =
            self.try_post(&format!("/v1/payment_intents/{id}/cancel"), Vec::new()).await;
        if !cancelled.as_ref().is_ok_and(is_made) {
            self.findings.warn(
                &format!("the PaymentIntent of this check was not cancelled: {}", said(&cancelled)),
                &format!("nothing: nobody will pay {id}; cancel it if its sight disturbs you"),
            );
        }
    }

    fn intent_params(&self, price: Money) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            pair("amount", &price.amount.to_string()),
            pair("currency", price.currency.code()),
            pair("allowed_payment_method_types[]", "card_present"),
            pair("capture_method", "manual"),
            pair("description", "kioskd check --online: never prompted"),
            pair(&format!("metadata[{TRIAL}]"), self.settings.kiosk.id.as_str()),
        ]
    }

    async fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.send(Method::Get, path, Vec::new()).await
    }

    /// Without an idempotency key: it is sent once, and nothing of it is repeated.
    async fn try_post(
        &self,
        path: &str,
        params: Vec<(String, String)>,
    ) -> Result<Answer, NoAnswer> {
        self.send(Method::Post, path, params).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        params: Vec<(String, String)>,
    ) -> Result<Answer, NoAnswer> {
        let path = path.to_owned();
        self.client.send(&Wire { method, path, params, key: None, limit: LIMIT }).await
    }
}

fn is_status(result: &Result<Answer, NoAnswer>, status: u16) -> bool {
    result.as_ref().is_ok_and(|answer| answer.status == status)
}

fn is_made(answer: &Answer) -> bool {
    answer.request_id.is_some() && answer.status == 200
}

/// The country of a location.
fn country(answer: &Answer) -> Option<String> {
    let is_shown = answer.status == 200;
    is_shown.then(|| reply::country(&answer.body).ok()).flatten().flatten()
}

/// What came instead of what was wanted.
fn said(result: &Result<Answer, NoAnswer>) -> String {
    match result {
        Ok(answer) => {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let message = body["error"]["message"].as_str().unwrap_or("no error of Stripe's");
            format!("HTTP {}, {message:?}", answer.status)
        }
        Err(NoAnswer::NotSent(_, why) | NoAnswer::Unknown(_, why)) => why.clone(),
    }
}
