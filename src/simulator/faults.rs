//! Faults that a test puts on a reader. Each waits for its moment, strikes once, and is counted.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::SimulatorError;
use super::intents::IntentStatus;
use super::model::Model;
use super::reader::{ActionKind, ProcessConfig};
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
    /// Another system starts a payment on the reader. Strikes at once.
    ForeignAction,
    /// The reader installs an update or new settings: every command is answered with
    /// `terminal_reader_busy`, its action stays as it is. Strikes at once.
    Updating {
        /// How long, in milliseconds; absent: until [`Model::end_reader_update`].
        #[serde(default)]
        for_ms: Option<u64>,
    },
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Any command to the reader.
    Connection,
    /// `process_payment_intent`, after it was found valid.
    Command,
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
            Self::StuckAction { .. } | Self::ConnectionError { .. } => FaultKind::Payment,
            Self::ForeignAction | Self::Updating { .. } => FaultKind::Now,
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
            Fault::ForeignAction => self.start_foreign_payment(reader)?,
            Fault::Updating { for_ms } => {
                self.begin_update(reader, for_ms.map(Duration::from_millis));
            }
            Fault::Offline
            | Fault::Timeout { .. }
            | Fault::StuckAction { .. }
            | Fault::ConnectionError { .. } => {}
        }
        let struck = fault.kind() == FaultKind::Now;
        self.faults.reports.push(FaultReport { reader: reader.clone(), fault, struck });
        Ok(())
    }

    /// Every fault that was put, and whether it struck.
    pub fn fault_reports(&self) -> &[FaultReport] {
        &self.faults.reports
    }

    /// Another system of the account prompts for a PaymentIntent of its own.
    fn start_foreign_payment(&mut self, reader: &ReaderId) -> Result<(), SimulatorError> {
        if self.readers[reader].running_payment().is_some() {
            return Err(SimulatorError::Busy { reader: reader.clone() });
        }
        let intent = self.create_foreign_intent();
        let amount = self.intent(&intent).amount;
        let config = ProcessConfig::default();
        self.start_action(reader, ActionKind::Payment { intent, amount, config });
        Ok(())
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
