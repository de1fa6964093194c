//! What will happen by itself, because a fault put it off.

use std::collections::BTreeMap;

use super::charges::Attempt;
use super::intents::IntentStatus;
use super::model::Model;
use super::reader::{ActionKind, Step};
use crate::ids::ReaderId;
use crate::time::WallTime;

/// Something that was put off.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// A command reaches the reader after all.
    Prompt { reader: ReaderId, kind: ActionKind },
    /// The issuer is asked after all.
    Authorization(Attempt),
    /// The reader has started again.
    PoweredUp(ReaderId),
}

/// Events in the order in which they will happen; among equals, the first that was put off.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    events: BTreeMap<(WallTime, u64), Event>,
    count: u64,
}

impl Schedule {
    pub(super) fn add(&mut self, at: WallTime, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    /// When the next event happens.
    pub(super) fn next_at(&self) -> Option<WallTime> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    fn take_due(&mut self, now: WallTime) -> Option<Event> {
        self.next_at().filter(|at| *at <= now)?;
        self.events.pop_first().map(|(_, event)| event)
    }
}

impl Model {
    /// Events whose time has come happen.
    pub(super) fn happen_as_scheduled(&mut self) {
        while let Some(event) = self.schedule.take_due(self.now) {
            match event {
                Event::Prompt { reader, kind } => self.prompt_late(&reader, kind),
                Event::Authorization(attempt) => self.authorize_late(attempt),
                Event::PoweredUp(reader) => self.reader_mut(&reader).offline_since = None,
            }
        }
    }

    /// A reader that does something else by now, or has no connection, drops the command.
    fn prompt_late(&mut self, reader: &ReaderId, kind: ActionKind) {
        let found = &self.readers[reader];
        let is_free = found.running_payment().is_none();
        let is_wanted = match &kind {
            ActionKind::Payment { intent, step: Step::Confirm, .. } => {
                self.confirmable(reader, intent).is_ok()
            }
            ActionKind::Payment { intent, step: Step::Collect, .. } => {
                is_free && self.is_collectable(intent)
            }
            ActionKind::Payment { intent, step: Step::Process, .. } => {
                is_free && self.intent(intent).status == IntentStatus::RequiresPaymentMethod
            }
            ActionKind::Display { .. } | ActionKind::Refund(_) | ActionKind::Inputs(_) => is_free,
        };
        if is_wanted && found.offline_since.is_none() {
            self.start_action(reader, kind);
        }
    }

    /// The issuer is asked only while the PaymentIntent still wants a card.
    fn authorize_late(&mut self, attempt: Attempt) {
        match self.intent(&attempt.intent).status {
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::Processing => {
                self.authorize(attempt);
            }
            IntentStatus::RequiresCapture | IntentStatus::Succeeded | IntentStatus::Canceled => {}
        }
    }
}
