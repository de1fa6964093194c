//! Stripe's objects, read leniently: unknown fields, codes and enum values are normal.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::ids::SaleId;
use crate::kiosk::sweep::Listed;
use crate::sale::cards::CardSeen;
use crate::sale::input::{
    ActionSeen, ActionStatus, ChargeSeen, IntentSeen, IntentStatus, ReaderSeen, RefundSeen,
    RefundStatus, Registration, Seen,
};
use crate::stripe::reply::expandable::Expandable;
use crate::stripe::reply::list::{List, Named};
use crate::stripe::request::{CONTROLLER, Expected, KIOSK};
use crate::time::{StripeTime, WallTime};

mod expandable;
mod list;

pub use list::listing;

/// Reads a reply's body. The error says what is wrong with it; such a reply is no answer.
pub fn read(expected: Expected, body: &[u8], date: Option<StripeTime>) -> Result<Seen, String> {
    match expected {
        Expected::Intent => {
            let intent: Intent = object(body)?;
            Ok(Seen { date, reader: None, intent: Some(intent.seen()?), refunds: None })
        }
        Expected::Intents => {
            let list: List<Named> = object(body)?;
            list.next()?;
            Ok(Seen { date, reader: None, intent: None, refunds: None })
        }
        Expected::Reader => {
            let reader: Reader = object(body)?;
            let intent = reader.action_intent().map(Intent::seen).transpose()?;
            Ok(Seen { date, reader: Some(reader.seen()?), intent, refunds: None })
        }
        Expected::Location => {
            country(body)?;
            Ok(Seen { date, reader: None, intent: None, refunds: None })
        }
        Expected::Refund => {
            let refund: Refund = object(body)?;
            let refunds = Some(vec![refund.seen()?]);
            Ok(Seen { date, reader: None, intent: None, refunds })
        }
        Expected::Refunds => {
            let list: RefundList = object(body)?;
            Ok(Seen { date, reader: None, intent: None, refunds: Some(list.seen()?) })
        }
    }
}

/// Reads a JSON object. An array is none, though serde would take its elements for the fields.
fn object<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err("not an object at all".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| format!("not the object asked for: {error}"))
}

/// Reads the country of a location (ISO 3166), which need not have one.
pub fn country(body: &[u8]) -> Result<Option<String>, String> {
    let place: Place = object(body)?;
    if place.object != "terminal.location" {
        return Err(format!("a \"{}\" instead of a location", place.object));
    }
    Ok(place.address.and_then(|address| address.country))
}

#[derive(Deserialize)]
struct Reader {
    object: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    livemode: Option<bool>,
    #[serde(default)]
    action: Option<Action>,
    #[serde(default, deserialize_with = "text_if_any")]
    label: Option<String>,
    #[serde(default, deserialize_with = "text_if_any")]
    device_type: Option<String>,
    #[serde(default, deserialize_with = "text_if_any")]
    serial_number: Option<String>,
    #[serde(default, deserialize_with = "text_if_any")]
    device_sw_version: Option<String>,
    #[serde(default)]
    location: Option<Expandable<Location>>,
    /// Milliseconds, unlike every other time of Stripe's.
    #[serde(default)]
    last_seen_at: Option<i64>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Place {
    object: String,
    #[serde(default)]
    address: Option<Address>,
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    country: Option<String>,
}

#[derive(Deserialize)]
struct Location {
    id: String,
}

#[derive(Deserialize)]
struct Action {
    r#type: String,
    status: String,
    #[serde(default)]
    failure_code: Option<String>,
    #[serde(default)]
    api_error: Option<ApiError>,
    #[serde(default)]
    process_payment_intent: Option<ActionDetails>,
    #[serde(default)]
    collect_payment_method: Option<ActionDetails>,
    #[serde(default)]
    confirm_payment_intent: Option<ActionDetails>,
    #[serde(default)]
    refund_payment: Option<RefundDetails>,
}

#[derive(Deserialize)]
struct RefundDetails {
    #[serde(default)]
    payment_intent: Option<Expandable<Intent>>,
}

#[derive(Deserialize)]
struct ActionDetails {
    payment_intent: Expandable<Intent>,
    #[serde(default)]
    payment_method: Option<Method>,
}

/// The payment method that a reader has collected.
#[derive(Deserialize)]
struct Method {
    #[serde(default)]
    card_present: Option<MethodCard>,
    #[serde(default)]
    interac_present: Option<MethodCard>,
}

#[derive(Deserialize)]
struct MethodCard {
    #[serde(default)]
    brand: Option<String>,
    #[serde(default)]
    funding: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    last4: Option<String>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    decline_code: Option<String>,
}

#[derive(Deserialize)]
struct Intent {
    object: String,
    id: String,
    status: String,
    created: i64,
    amount: u64,
    currency: String,
    #[serde(default)]
    capture_method: String,
    #[serde(default)]
    amount_capturable: u64,
    #[serde(default)]
    amount_received: u64,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    payment_method_types: Vec<String>,
    #[serde(default)]
    last_payment_error: Option<ApiError>,
    #[serde(default)]
    latest_charge: Option<Expandable<Charge>>,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    #[serde(default)]
    paid: bool,
    created: i64,
    #[serde(default)]
    receipt_url: Option<String>,
    #[serde(default)]
    payment_method_details: Option<MethodDetails>,
}

#[derive(Deserialize)]
struct MethodDetails {
    #[serde(default)]
    card_present: Option<CardPresent>,
    #[serde(default)]
    interac_present: Option<CardPresent>,
}

#[derive(Deserialize)]
struct CardPresent {
    #[serde(default)]
    brand: Option<String>,
    #[serde(default)]
    last4: Option<String>,
    #[serde(default)]
    capture_before: Option<i64>,
}

#[derive(Deserialize)]
struct Refund {
    object: String,
    id: String,
    amount: u64,
    currency: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct RefundList {
    object: String,
    has_more: bool,
    data: Vec<Refund>,
}

impl RefundList {
    fn seen(&self) -> Result<Vec<RefundSeen>, String> {
        if self.object != "list" || self.has_more {
            return Err("not the whole list of refunds".to_owned());
        }
        self.data.iter().map(Refund::seen).collect()
    }
}

impl Refund {
    fn seen(&self) -> Result<RefundSeen, String> {
        if self.object != "refund" {
            return Err(format!("a \"{}\" instead of a refund", self.object));
        }
        let status = match self.status.as_deref() {
            Some("pending") => RefundStatus::Pending,
            Some("succeeded") => RefundStatus::Succeeded,
            Some("failed") => RefundStatus::Failed,
            Some("requires_action") => RefundStatus::RequiresAction,
            Some("canceled") => RefundStatus::Canceled,
            other => RefundStatus::Other(other.unwrap_or("none").into()),
        };
        let metadata = |name: &str| self.metadata.as_ref().and_then(|all| all.get(name));
        Ok(RefundSeen {
            id: self.id.parse().map_err(|error| format!("{error}"))?,
            status,
            amount: self.amount,
            currency: self.currency.parse().map_err(|error| format!("{error}"))?,
            sale: metadata("sale").and_then(|sale| sale.parse().ok()),
            n: metadata("n").and_then(|n| n.parse().ok()),
        })
    }
}

impl Reader {
    fn seen(&self) -> Result<ReaderSeen, String> {
        if self.object != "terminal.reader" {
            return Err(format!("a \"{}\" instead of a reader", self.object));
        }
        let online = match self.status.as_deref() {
            Some("online") => Some(true),
            Some("offline") => Some(false),
            Some(_) | None => None,
        };
        let action = self.action.as_ref().map(Action::seen);
        Ok(ReaderSeen {
            action,
            online,
            livemode: self.livemode,
            registration: Box::new(self.registration()),
        })
    }

    fn registration(&self) -> Registration {
        let location = self.location.as_ref().map(|location| match location {
            Expandable::Id(id) => id.clone(),
            Expandable::Object(location) => location.id.clone(),
        });
        Registration {
            label: self.label.clone(),
            device_type: self.device_type.clone(),
            serial_number: self.serial_number.clone(),
            software: self.device_sw_version.clone(),
            location,
            last_seen: self.last_seen_at.map(WallTime),
            controller: self.noted(CONTROLLER),
            kiosk: self.noted(KIOSK),
        }
    }

    /// A value of the metadata; an empty one is none.
    fn noted(&self, key: &str) -> Option<String> {
        self.metadata.get(key).filter(|value| !value.is_empty()).cloned()
    }

    fn action_intent(&self) -> Option<&Intent> {
        match self.action.as_ref()?.intent()? {
            Expandable::Object(intent) => Some(intent),
            Expandable::Id(_) => None,
        }
    }
}

impl Action {
    fn details(&self) -> Option<&ActionDetails> {
        self.process_payment_intent
            .as_ref()
            .or(self.collect_payment_method.as_ref())
            .or(self.confirm_payment_intent.as_ref())
    }

    fn intent(&self) -> Option<&Expandable<Intent>> {
        let refunded = self.refund_payment.as_ref();
        self.details()
            .map(|details| &details.payment_intent)
            .or_else(|| refunded.and_then(|refund| refund.payment_intent.as_ref()))
    }

    fn seen(&self) -> ActionSeen {
        let status = match self.status.as_str() {
            "in_progress" => ActionStatus::InProgress,
            "succeeded" => ActionStatus::Succeeded,
            "failed" => ActionStatus::Failed {
                code: self.failure_code.clone().unwrap_or_else(|| "unknown".into()),
                decline_code: self.api_error.as_ref().and_then(|e| e.decline_code.clone()),
            },
            other => ActionStatus::Other(other.into()),
        };
        let (intent, expanded) = match self.intent() {
            Some(Expandable::Id(id)) => (id.parse().ok(), None),
            Some(Expandable::Object(intent)) => (intent.id.parse().ok(), Some(&**intent)),
            None => (None, None),
        };
        let card =
            self.details().and_then(|d| d.payment_method.as_ref()).map(Method::card).map(Box::new);
        ActionSeen {
            kind: self.r#type.clone(),
            status,
            intent,
            sale: expanded.and_then(Intent::sale),
            kiosk: expanded.and_then(|intent| intent.metadata.get("kiosk")?.parse().ok()),
            intent_status: expanded.map(|intent| status_of(&intent.status)),
            card,
        }
    }
}

impl Method {
    /// The card; one that says nothing of itself is still one.
    fn card(&self) -> CardSeen {
        let card = self.card_present.as_ref().or(self.interac_present.as_ref());
        CardSeen {
            brand: card.and_then(|card| card.brand.clone()),
            funding: card.and_then(|card| card.funding.clone()),
            country: card.and_then(|card| card.country.clone()),
            last4: card.and_then(|card| card.last4.clone()),
        }
    }
}

impl Intent {
    fn sale(&self) -> Option<SaleId> {
        self.metadata.get("sale").and_then(|sale| sale.parse().ok())
    }

    fn listed(self) -> Result<Listed, String> {
        let intent = self.seen()?;
        let is_captured_by_hand = self.capture_method == "manual";
        Ok(Listed { intent, is_captured_by_hand, metadata: self.metadata })
    }

    fn seen(&self) -> Result<IntentSeen, String> {
        if self.object != "payment_intent" {
            return Err(format!("a \"{}\" instead of a PaymentIntent", self.object));
        }
        let charge = match &self.latest_charge {
            Some(Expandable::Object(charge)) => Some(charge.seen()?),
            Some(Expandable::Id(_)) | None => None,
        };
        Ok(IntentSeen {
            id: self.id.parse().map_err(|error| format!("{error}"))?,
            status: status_of(&self.status),
            created: StripeTime(self.created),
            amount: self.amount,
            currency: self.currency.parse().map_err(|error| format!("{error}"))?,
            amount_capturable: self.amount_capturable,
            amount_received: self.amount_received,
            sale: self.sale(),
            journal: self.metadata.get("journal").cloned(),
            takes_card_present: self.payment_method_types.iter().any(|t| t == "card_present"),
            livemode: self.livemode,
            decline_code: self
                .last_payment_error
                .as_ref()
                .and_then(|error| error.decline_code.clone()),
            charge,
        })
    }
}

impl Charge {
    fn seen(&self) -> Result<ChargeSeen, String> {
        let details = self.payment_method_details.as_ref();
        let interac = details.and_then(|details| details.interac_present.as_ref());
        let card = details.and_then(|details| details.card_present.as_ref()).or(interac);
        Ok(ChargeSeen {
            id: self.id.parse().map_err(|error| format!("{error}"))?,
            authorized: self.paid,
            created: StripeTime(self.created),
            receipt_url: self.receipt_url.clone(),
            capture_before: card.and_then(|card| card.capture_before).map(StripeTime),
            brand: card.and_then(|card| card.brand.clone()),
            last4: card.and_then(|card| card.last4.clone()),
            interac: interac.is_some(),
        })
    }
}

/// A text, or nothing if there is none or it is something else.
fn text_if_any<'de, D: Deserializer<'de>>(json: D) -> Result<Option<String>, D::Error> {
    Ok(serde_json::Value::deserialize(json)?.as_str().map(str::to_owned))
}

fn status_of(status: &str) -> IntentStatus {
    match status {
        "requires_payment_method" => IntentStatus::RequiresPaymentMethod,
        "requires_confirmation" => IntentStatus::RequiresConfirmation,
        "requires_action" | "processing" => IntentStatus::Pending,
        "requires_capture" => IntentStatus::RequiresCapture,
        "succeeded" => IntentStatus::Succeeded,
        "canceled" => IntentStatus::Canceled,
        other => IntentStatus::Other(other.into()),
    }
}

#[cfg(test)]
mod tests;
