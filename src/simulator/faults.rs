//! Faults that a test puts on a reader. Each waits for its moment, strikes once, and is counted.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cards::DeclineCode;
use super::error::SimulatorError;
use super::intents::IntentStatus;
use super::model::Model;
use super::reader::{ActionKind, ProcessConfig, Step};
use crate::ids::{PaymentIntentId, ReaderId};
use crate::money::Money;
use crate::time::WallTime;

/// Something that goes wrong once at a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The next command to the reader is answered with `terminal_reader_offline`.
    Offline,
    /// The next payment is answered with `terminal_reader_timeout`.
    Timeout {
        /// Whether the reader prompts all the same.
        prompts: bool,
        /// How much later it prompts, in milliseconds, unless it does something else by then.
        #[serde(default)]
        after_ms: u64,
    },
    /// The next payment's action stays `in_progress` for ever after the card was presented.
    StuckAction {
        /// Whether the issuer was asked.
        authorizes: bool,
    },
    /// The next payment's action fails with `connection_error` after the card was presented.
    ConnectionError {
        /// Whether the issuer was asked.
        authorizes: bool,
        /// How much later it is asked than the action fails, in milliseconds.
        #[serde(default)]
        after_ms: u64,
    },
    /// The next payment's card is declined, whatever card it is.
    Declined {
        /// The issuer's reason.
        decline_code: DeclineCode,
    },
    /// The next payment's action fails with `terminal_reader_hardware_fault` after the card was
    /// presented; the issuer is not asked.
    HardwareFault,
    /// The next prompt ends by itself if no card was presented by then.
    PromptEnds {
        /// How long the reader prompts, in milliseconds.
        after_ms: u64,
        /// What is then seen of the action.
        action: EndedPrompt,
    },
    /// Another system starts a payment on the reader, in place of one that waits for its card.
    /// Strikes at once.
    ForeignAction,
    /// Another system shows a cart on the reader, in place of a payment that waits for its card.
    /// Strikes at once.
    ForeignDisplay,
    /// The reader installs an update or new settings: every command is answered with
    /// `terminal_reader_busy`, its action stays as it is. Strikes at once.
    Updating {
        /// How long, in milliseconds; absent: until [`Model::end_reader_update`].
        #[serde(default)]
        for_ms: Option<u64>,
    },
}

/// What is left of the action of a prompt that ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedPrompt {
    /// A failed action, with a failure code that Stripe does not document.
    Failed,
    /// No action at all.
    Gone,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Any command to the reader.
    Connection,
    /// `process_payment_intent`, `collect_payment_method` or `confirm_payment_intent`, after it was
    /// found valid.
    Command,
    /// The start of an action that asks for a card.
    Prompt,
    /// The issuer's answer.
    Payment,
    /// As soon as it is put on the reader.
    Now,
}

impl Fault {
    fn kind(self) -> FaultKind {
        match self {
            Self::Offline => FaultKind::Connection,
            Self::Timeout { .. } => FaultKind::Command,
            Self::StuckAction { .. }
            | Self::ConnectionError { .. }
            | Self::Declined { .. }
            | Self::HardwareFault => FaultKind::Payment,
            Self::PromptEnds { .. } => FaultKind::Prompt,
            Self::ForeignAction | Self::ForeignDisplay | Self::Updating { .. } => FaultKind::Now,
        }
    }
}

/// A fault that was put on a reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultReport {
    /// The reader.
    pub reader: ReaderId,
    /// What goes wrong.
    pub fault: Fault,
    /// Whether it did.
    pub struck: bool,
}

/// Every fault of a simulation, in the order in which they were put.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    reports: Vec<FaultReport>,
}

impl Faults {
    /// Takes the first fault that waits for this moment at this reader.
    pub(super) fn strike(&mut self, reader: &ReaderId, kind: FaultKind) -> Option<Fault> {
        let waits = |report: &&mut FaultReport| {
            !report.struck && report.reader == *reader && report.fault.kind() == kind
        };
        let report = self.reports.iter_mut().find(waits)?;
        report.struck = true;
        Some(report.fault)
    }
}

impl Model {
    /// Puts a fault on a reader; it waits there, behind those of its kind, until it strikes.
    pub fn put_fault(
        &mut self,
        reader: &ReaderId,
        fault: Fault,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.advance(now);
        if !self.readers.contains_key(reader) {
            return Err(SimulatorError::NoReader { reader: reader.clone() });
        }
        match fault {
            Fault::ForeignAction => {
                self.check_replaceable(reader)?;
                self.start_foreign_payment(reader);
            }
            Fault::ForeignDisplay => {
                self.check_replaceable(reader)?;
                self.start_action(reader, ActionKind::Display { cart: foreign_cart() });
            }
            Fault::Updating { for_ms } => {
                self.begin_update(reader, for_ms.map(Duration::from_millis));
            }
            Fault::Offline
            | Fault::Timeout { .. }
            | Fault::StuckAction { .. }
            | Fault::ConnectionError { .. }
            | Fault::Declined { .. }
            | Fault::HardwareFault
            | Fault::PromptEnds { .. } => {}
        }
        let struck = fault.kind() == FaultKind::Now;
        self.faults.reports.push(FaultReport { reader: reader.clone(), fault, struck });
        Ok(())
    }

    /// Every fault that was put, and whether it struck.
    pub fn fault_reports(&self) -> &[FaultReport] {
        &self.faults.reports
    }

    /// Nothing replaces a payment while its card is being authorized.
    fn check_replaceable(&self, reader: &ReaderId) -> Result<(), SimulatorError> {
        if self.readers[reader].answers_at().is_some() {
            return Err(SimulatorError::Busy { reader: reader.clone() });
        }
        Ok(())
    }

    /// Another system of the account prompts for a PaymentIntent of its own.
    fn start_foreign_payment(&mut self, reader: &ReaderId) {
        let intent = self.create_foreign_intent();
        let amount = self.intent(&intent).amount;
        let config = ProcessConfig::default();
        let step = Step::Process;
        self.start_action(reader, ActionKind::Payment { intent, amount, config, step });
    }

    /// The hold on a PaymentIntent lapses, now and not at its time.
    pub fn expire_authorization(
        &mut self,
        intent: &PaymentIntentId,
        now: WallTime,
    ) -> Result<Money, SimulatorError> {
        self.advance(now);
        let found = self.intents.get(intent);
        let found =
            found.ok_or_else(|| SimulatorError::NoPaymentIntent { intent: intent.clone() })?;
        if found.status != IntentStatus::RequiresCapture {
            return Err(SimulatorError::NoHold { intent: intent.clone() });
        }
        let held = Money::new(found.amount_capturable, found.currency);
        self.expire(intent);
        Ok(held)
    }
}

fn foreign_cart() -> Value {
    let item = json!({ "description": "Coffee", "amount": 4200, "quantity": 1 });
    json!({ "currency": "usd", "line_items": [item], "tax": null, "total": 4200 })
}
