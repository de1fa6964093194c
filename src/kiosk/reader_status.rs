//! The answer to "what about the reader?", as `/v1/reader` gives it.

use serde::{Deserialize, Serialize};

use crate::kiosk::claim::Assignment;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::status::ReasonStatus;
use crate::sale::input::{ActionSeen, ActionStatus, ReaderSeen};
use crate::time::Moment;

/// What the kiosk knows of its reader.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReaderDocument {
    /// Its id.
    pub id: String,
    /// Whose it is: `unseen`, `unassigned`, `settling`, `ours` or `elsewhere`.
    pub assignment: String,
    /// The board it is assigned to.
    pub controller: Option<String>,
    /// What the kiosk of that board is called.
    pub kiosk: Option<String>,
    /// This board.
    pub this_controller: String,
    /// How many seconds ago it was looked at; null if it was never seen.
    pub looked_seconds_ago: Option<u64>,
    /// What the operator calls it.
    pub label: Option<String>,
    /// The model.
    pub device_type: Option<String>,
    /// Its serial number.
    pub serial_number: Option<String>,
    /// The version of its software.
    pub software: Option<String>,
    /// Stripe's hint whether it is online.
    pub online: Option<bool>,
    /// When Stripe last had a signal of it (RFC 3339).
    pub last_seen: Option<String>,
    /// Where it stands.
    pub location: Option<String>,
    /// Whether it takes real money.
    pub livemode: Option<bool>,
    /// What it does, or did last.
    pub action: Option<ActionDocument>,
    /// Why nothing, or not everything, is sold.
    pub reasons: Vec<ReasonStatus>,
}

/// A reader's action.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ActionDocument {
    /// Such as `process_payment_intent`.
    pub kind: String,
    /// How far it is.
    pub status: String,
    /// Its PaymentIntent.
    pub payment_intent: Option<String>,
    /// Its sale, if the PaymentIntent names one.
    pub sale: Option<String>,
    /// Who waits for it: `this kiosk`, `another system`, or `nobody`.
    pub whose: String,
}

impl Kiosk {
    /// What is known of the reader now.
    pub fn reader_document(&self, now: Moment) -> ReaderDocument {
        let looked = self.watch.seen.as_ref().map(|(asked, _)| now.since(*asked).as_secs());
        let seen = self.watch.seen.as_ref().map(|(_, reader)| reader);
        let reader = seen.cloned().unwrap_or_default();
        let file = (*reader.registration).clone();
        ReaderDocument {
            id: self.setup.reader.to_string(),
            assignment: word(&self.assignment()).into(),
            controller: file.controller,
            kiosk: file.kiosk,
            this_controller: self.setup.origin.controller.to_string(),
            looked_seconds_ago: looked,
            label: file.label,
            device_type: file.device_type,
            serial_number: file.serial_number,
            software: file.software,
            online: reader.online,
            last_seen: file.last_seen.map(|at| at.to_string()),
            location: file.location,
            livemode: reader.livemode,
            action: reader.action.as_ref().map(|action| self.action_document(&reader, action)),
            reasons: self.reasons_status(),
        }
    }

    fn action_document(&self, reader: &ReaderSeen, action: &ActionSeen) -> ActionDocument {
        let status = match &action.status {
            ActionStatus::InProgress => "in_progress".to_owned(),
            ActionStatus::Succeeded => "succeeded".to_owned(),
            ActionStatus::Failed { code, .. } => format!("failed: {code}"),
            ActionStatus::Other(status) => status.clone(),
        };
        let whose = if self.foreign_action(reader).is_some() {
            "another system"
        } else if reader.is_busy() {
            "this kiosk"
        } else {
            "nobody"
        };
        ActionDocument {
            kind: action.kind.clone(),
            status,
            payment_intent: action.intent.as_ref().map(ToString::to_string),
            sale: action.sale.as_ref().map(ToString::to_string),
            whose: whose.into(),
        }
    }
}

fn word(assignment: &Assignment) -> &'static str {
    match assignment {
        Assignment::Unseen => "unseen",
        Assignment::Unassigned => "unassigned",
        Assignment::Settling { .. } => "settling",
        Assignment::Ours => "ours",
        Assignment::Elsewhere { .. } => "elsewhere",
    }
}
