//! Stripe's objects, read leniently: unknown fields, codes and enum values are normal.

use serde::Deserialize;

use crate::ids::SaleId;
use crate::kiosk::sweep::Listed;
use crate::sale::cards::CardSeen;
use crate::sale::input::{
    ActionSeen, ActionStatus, ChargeSeen, IntentSeen, IntentStatus, ReaderSeen, RefundSeen,
    RefundStatus, Registration, Seen,
};
use crate::stripe::reply::expandable::Expandable;
use crate::stripe::reply::form::Form;
use crate::stripe::reply::list::list_of_any;
use crate::stripe::reply::text::{Metadata, Text, text_if_any};
use crate::stripe::request::{CONTROLLER, Expected, KIOSK};
use crate::time::{StripeTime, WallTime};

mod expandable;
mod form;
mod list;
mod text;

pub use list::listing;

/// Reads a reply's body. The error says what is wrong with it; such a reply is no answer.
pub fn read(expected: Expected, body: &[u8], date: Option<StripeTime>) -> Result<Seen, String> {
    match expected {
        Expected::Intent => {
            let intent: Intent = object(body)?;
            Ok(Seen { date, reader: None, intent: Some(intent.seen()?), refunds: None })
        }
        Expected::Intents => {
            list_of_any(body)?;
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
fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err("not an object at all".to_owned());
    }
    // It is faster to check once that all of it is text. Where it is not, what is read may still be.
    let read = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    };
    read.map_err(|error| format!("not the object asked for: {error}"))
}

/// Reads the country of a location (ISO 3166), which need not have one.
pub fn country(body: &[u8]) -> Result<Option<String>, String> {
    let place: Place = object(body)?;
    if place.object != *"terminal.location" {
        return Err(format!("a \"{}\" instead of a location", place.object));
    }
    Ok(place.address.and_then(|address| address.country).map(|country| country.to_string()))
}

#[derive(Deserialize)]
struct Reader<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    #[serde(default)]
    status: Option<Text<'a>>,
    #[serde(default)]
    livemode: Option<bool>,
    #[serde(default)]
    action: Option<Action<'a>>,
    #[serde(default, deserialize_with = "text_if_any")]
    label: Option<Text<'a>>,
    #[serde(default, deserialize_with = "text_if_any")]
    device_type: Option<Text<'a>>,
    #[serde(default, deserialize_with = "text_if_any")]
    serial_number: Option<Text<'a>>,
    #[serde(default, deserialize_with = "text_if_any")]
    device_sw_version: Option<Text<'a>>,
    #[serde(default)]
    location: Option<Expandable<'a, Location<'a>>>,
    /// Milliseconds, unlike every other time of Stripe's.
    #[serde(default)]
    last_seen_at: Option<i64>,
    #[serde(default)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    #[serde(default)]
    address: Option<Address<'a>>,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow, default)]
    country: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Location<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Deserialize)]
struct Action<'a> {
    #[serde(borrow)]
    r#type: Text<'a>,
    status: Text<'a>,
    #[serde(default)]
    failure_code: Option<Text<'a>>,
    #[serde(default)]
    api_error: Option<ApiError<'a>>,
    #[serde(default)]
    process_payment_intent: Option<ActionDetails<'a>>,
    #[serde(default)]
    collect_payment_method: Option<ActionDetails<'a>>,
    #[serde(default)]
    confirm_payment_intent: Option<ActionDetails<'a>>,
    #[serde(default)]
    refund_payment: Option<RefundDetails<'a>>,
    #[serde(default)]
    collect_inputs: Option<Form<'a>>,
}

#[derive(Deserialize)]
struct RefundDetails<'a> {
    #[serde(borrow, default)]
    payment_intent: Option<Expandable<'a, Intent<'a>>>,
}

#[derive(Deserialize)]
struct ActionDetails<'a> {
    #[serde(borrow)]
    payment_intent: Expandable<'a, Intent<'a>>,
    #[serde(default)]
    payment_method: Option<Method<'a>>,
}

/// The payment method that a reader has collected.
#[derive(Deserialize)]
struct Method<'a> {
    #[serde(borrow, default)]
    card_present: Option<MethodCard<'a>>,
    #[serde(default)]
    interac_present: Option<MethodCard<'a>>,
}

#[derive(Deserialize)]
struct MethodCard<'a> {
    #[serde(borrow, default)]
    brand: Option<Text<'a>>,
    #[serde(default)]
    funding: Option<Text<'a>>,
    #[serde(default)]
    country: Option<Text<'a>>,
    #[serde(default)]
    last4: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ApiError<'a> {
    #[serde(borrow, default)]
    decline_code: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Intent<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    id: Text<'a>,
    status: Text<'a>,
    created: i64,
    amount: u64,
    currency: Text<'a>,
    #[serde(default)]
    capture_method: Text<'a>,
    #[serde(default)]
    amount_capturable: u64,
    #[serde(default)]
    amount_received: u64,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    metadata: Metadata<'a>,
    #[serde(default)]
    payment_method_types: Vec<Text<'a>>,
    #[serde(default)]
    last_payment_error: Option<ApiError<'a>>,
    #[serde(default)]
    latest_charge: Option<Expandable<'a, Charge<'a>>>,
}

#[derive(Deserialize)]
struct Charge<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(default)]
    paid: bool,
    created: i64,
    #[serde(default)]
    receipt_url: Option<Text<'a>>,
    #[serde(default)]
    payment_method_details: Option<MethodDetails<'a>>,
}

#[derive(Deserialize)]
struct MethodDetails<'a> {
    #[serde(borrow, default)]
    card_present: Option<CardPresent<'a>>,
    #[serde(default)]
    interac_present: Option<CardPresent<'a>>,
}

#[derive(Deserialize)]
struct CardPresent<'a> {
    #[serde(borrow, default)]
    brand: Option<Text<'a>>,
    #[serde(default)]
    last4: Option<Text<'a>>,
    #[serde(default)]
    capture_before: Option<i64>,
}

#[derive(Deserialize)]
struct Refund<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    id: Text<'a>,
    amount: u64,
    currency: Text<'a>,
    #[serde(default)]
    status: Option<Text<'a>>,
    #[serde(default)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Deserialize)]
struct RefundList<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    has_more: bool,
    data: Vec<Refund<'a>>,
}

impl RefundList<'_> {
    fn seen(&self) -> Result<Vec<RefundSeen>, String> {
        if self.object != *"list" || self.has_more {
            return Err("not the whole list of refunds".to_owned());
        }
        self.data.iter().map(Refund::seen).collect()
    }
}

impl Refund<'_> {
    fn seen(&self) -> Result<RefundSeen, String> {
        if self.object != *"refund" {
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
        let metadata = |name: &str| self.metadata.as_ref()?.get(name);
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

impl Reader<'_> {
    fn seen(&self) -> Result<ReaderSeen, String> {
        if self.object != *"terminal.reader" {
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
            Expandable::Id(id) => id.to_string(),
            Expandable::Object(location) => location.id.to_string(),
        });
        Registration {
            label: owned(self.label.as_ref()),
            device_type: owned(self.device_type.as_ref()),
            serial_number: owned(self.serial_number.as_ref()),
            software: owned(self.device_sw_version.as_ref()),
            location,
            last_seen: self.last_seen_at.map(WallTime),
            controller: self.noted(CONTROLLER),
            kiosk: self.noted(KIOSK),
        }
    }

    /// A value of the metadata; an empty one is none.
    fn noted(&self, key: &str) -> Option<String> {
        self.metadata.get(key).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    fn action_intent(&self) -> Option<&Intent<'_>> {
        match self.action.as_ref()?.intent()? {
            Expandable::Object(intent) => Some(intent),
            Expandable::Id(_) => None,
        }
    }
}

impl Action<'_> {
    fn details(&self) -> Option<&ActionDetails<'_>> {
        self.process_payment_intent
            .as_ref()
            .or(self.collect_payment_method.as_ref())
            .or(self.confirm_payment_intent.as_ref())
    }

    fn intent(&self) -> Option<&Expandable<'_, Intent<'_>>> {
        let refunded = self.refund_payment.as_ref();
        self.details()
            .map(|details| &details.payment_intent)
            .or_else(|| refunded.and_then(|refund| refund.payment_intent.as_ref()))
    }

    fn seen(&self) -> ActionSeen {
        let status = match &*self.status {
            "in_progress" => ActionStatus::InProgress,
            "succeeded" => ActionStatus::Succeeded,
            "failed" => ActionStatus::Failed {
                code: self.failure_code.as_deref().unwrap_or("unknown").into(),
                decline_code: decline_code(self.api_error.as_ref()),
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
            kind: self.r#type.to_string(),
            status,
            intent,
            sale: expanded.and_then(Intent::sale),
            kiosk: expanded.and_then(|intent| intent.metadata.get("kiosk")?.parse().ok()),
            intent_status: expanded.map(|intent| status_of(&intent.status)),
            card,
            form: self.collect_inputs.as_ref().map(|form| Box::new(form.seen())),
        }
    }
}

impl Method<'_> {
    /// The card; one that says nothing of itself is still one.
    fn card(&self) -> CardSeen {
        let card = self.card_present.as_ref().or(self.interac_present.as_ref());
        CardSeen {
            brand: owned(card.and_then(|card| card.brand.as_ref())),
            funding: owned(card.and_then(|card| card.funding.as_ref())),
            country: owned(card.and_then(|card| card.country.as_ref())),
            last4: owned(card.and_then(|card| card.last4.as_ref())),
        }
    }
}

impl Intent<'_> {
    fn sale(&self) -> Option<SaleId> {
        self.metadata.get("sale").and_then(|sale| sale.parse().ok())
    }

    fn listed(&self) -> Result<Listed, String> {
        let intent = self.seen()?;
        let is_captured_by_hand = self.capture_method == *"manual";
        let metadata = self.metadata.iter();
        let metadata = metadata.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        Ok(Listed { intent, is_captured_by_hand, metadata })
    }

    fn seen(&self) -> Result<IntentSeen, String> {
        if self.object != *"payment_intent" {
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
            journal: self.metadata.get("journal").map(str::to_owned),
            takes_card_present: self
                .payment_method_types
                .iter()
                .any(|kind| *kind == *"card_present"),
            livemode: self.livemode,
            decline_code: decline_code(self.last_payment_error.as_ref()),
            charge,
        })
    }
}

impl Charge<'_> {
    fn seen(&self) -> Result<ChargeSeen, String> {
        let details = self.payment_method_details.as_ref();
        let interac = details.and_then(|details| details.interac_present.as_ref());
        let card = details.and_then(|details| details.card_present.as_ref()).or(interac);
        Ok(ChargeSeen {
            id: self.id.parse().map_err(|error| format!("{error}"))?,
            authorized: self.paid,
            created: StripeTime(self.created),
            receipt_url: owned(self.receipt_url.as_ref()),
            capture_before: card.and_then(|card| card.capture_before).map(StripeTime),
            brand: owned(card.and_then(|card| card.brand.as_ref())),
            last4: owned(card.and_then(|card| card.last4.as_ref())),
            interac: interac.is_some(),
        })
    }
}

fn owned(text: Option<&Text>) -> Option<String> {
    text.map(ToString::to_string)
}

fn decline_code(error: Option<&ApiError>) -> Option<String> {
    owned(error?.decline_code.as_ref())
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
