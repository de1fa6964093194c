//! Readers: one action each, and the calls that start and end it.
//!
//! A payment waits for a card, is authorized, and ends; a display stands until something replaces
//! it. The latest action stays visible after it ended. A display never blocks and, as on Stripe's
//! own simulated readers, silently replaces a payment that still waits for its card.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::body::{Body, Object};
use super::cards::{Card, Decline};
use super::condition::Condition;
use super::error::{Refusal, SimulatorError};
use super::faults::{EndedPrompt, Fault, FaultKind};
use super::form::Form;
use super::inputs::InputForm;
use super::intents::IntentStatus;
use super::model::Model;
use super::names::later;
use super::objects::View;
use super::pages::{Page, list_json};
use super::refund_action::RefundPrompt;
use super::scheduled::Event;
use super::setup::ReaderSetup;
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};
use crate::time::WallTime;

/// A reader and what it does.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) setup: ReaderSetup,
    pub(super) metadata: BTreeMap<String, String>,
    /// Since when it has no connection.
    pub(super) offline_since: Option<WallTime>,
    pub(super) condition: Condition,
    pub(super) action: Option<Action>,
}

/// The latest action of a reader.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) kind: ActionKind,
    pub(super) state: ActionState,
    /// When and how it ends by itself if it still waits for a card.
    pub(super) ends: Option<(WallTime, EndedPrompt)>,
}

/// What an action is about.
#[derive(Clone, Debug)]
pub(super) enum ActionKind {
    Payment { intent: PaymentIntentId, amount: u64, config: ProcessConfig, step: Step },
    Display { cart: Value },
    Refund(RefundPrompt),
    Inputs(InputForm),
}

/// Which part of a payment an action is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// `process_payment_intent`: all of it.
    Process,
    /// `collect_payment_method`: the card is read.
    Collect,
    /// `confirm_payment_intent`: the card that was read is authorized.
    Confirm,
}

/// How far an action is.
#[derive(Clone, Debug)]
pub(super) enum ActionState {
    /// In progress: waits for a card, or shows a cart.
    Waiting,
    /// In progress: the issuer is being asked.
    Authorizing {
        card: Card,
        until: WallTime,
    },
    /// The card was read; the reader keeps it until then.
    Collected {
        until: WallTime,
    },
    /// In progress for ever: what became of it is not reported.
    Stuck,
    Succeeded {
        at: WallTime,
    },
    Failed {
        at: WallTime,
        failure: Failure,
    },
}

/// Why an action failed.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    Declined {
        decline: Decline,
        charge: ChargeId,
    },
    /// The customer pressed the reader's cancel button.
    CustomerCanceled,
    /// The reader lost its connection; what became of the payment, it does not know.
    Connection,
    /// A refund was asked for, and the card is not the one that paid.
    OtherCard,
    /// The PaymentIntent was canceled while the reader prompted for it.
    IntentCanceled,
    /// The card that was collected was not confirmed in time.
    NotConfirmed,
    /// The PaymentIntent was paid elsewhere while the reader prompted for it.
    IntentState,
    /// The reader gave up waiting for a card.
    PromptEnded,
    /// The reader is broken.
    Hardware,
}

/// `process_config` or `collect_config` of a payment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ProcessConfig {
    pub(super) enable_customer_cancellation: Option<bool>,
    pub(super) skip_tipping: Option<bool>,
}

impl ProcessConfig {
    /// Reads the object of this name.
    pub(super) fn read(form: &Form, name: &str) -> Result<Self, Refusal> {
        let field = |field: &str| format!("{name}[{field}]");
        form.word(&field("allow_redisplay"), &["always", "limited", "unspecified"])?;
        Ok(Self {
            enable_customer_cancellation: form.flag(&field("enable_customer_cancellation"))?,
            skip_tipping: form.flag(&field("skip_tipping"))?,
        })
    }
}

impl Reader {
    pub(super) fn new(setup: ReaderSetup) -> Self {
        Self {
            setup,
            metadata: BTreeMap::new(),
            offline_since: None,
            condition: Condition::default(),
            action: None,
        }
    }

    /// When the authorization that runs now will be answered.
    pub(super) fn answers_at(&self) -> Option<WallTime> {
        match self.action.as_ref()?.state {
            ActionState::Authorizing { until, .. } => Some(until),
            ActionState::Waiting
            | ActionState::Collected { .. }
            | ActionState::Stuck
            | ActionState::Succeeded { .. }
            | ActionState::Failed { .. } => None,
        }
    }

    /// When the card that was collected will be forgotten.
    pub(super) fn forgets_at(&self) -> Option<WallTime> {
        match self.action.as_ref()?.state {
            ActionState::Collected { until } => Some(until),
            ActionState::Waiting
            | ActionState::Authorizing { .. }
            | ActionState::Stuck
            | ActionState::Succeeded { .. }
            | ActionState::Failed { .. } => None,
        }
    }

    /// When its action will go on by itself.
    pub(super) fn changes_at(&self) -> Option<WallTime> {
        match self.action.as_ref()?.state {
            ActionState::Authorizing { until, .. } | ActionState::Collected { until } => {
                Some(until)
            }
            ActionState::Waiting => Some(self.prompt_ends()?.0),
            ActionState::Stuck | ActionState::Succeeded { .. } | ActionState::Failed { .. } => None,
        }
    }

    /// Whether its action is in progress.
    fn is_acting(&self) -> bool {
        self.action.as_ref().is_some_and(|action| match action.state {
            ActionState::Waiting
            | ActionState::Authorizing { .. }
            | ActionState::Collected { .. }
            | ActionState::Stuck => true,
            ActionState::Succeeded { .. } | ActionState::Failed { .. } => false,
        })
    }

    /// When and how the prompt that waits for a card now will end by itself.
    pub(super) fn prompt_ends(&self) -> Option<(WallTime, EndedPrompt)> {
        let action = self.action.as_ref()?;
        match action.state {
            ActionState::Waiting => action.ends,
            ActionState::Authorizing { .. }
            | ActionState::Collected { .. }
            | ActionState::Stuck
            | ActionState::Succeeded { .. }
            | ActionState::Failed { .. } => None,
        }
    }

    /// The PaymentIntent of a payment that has not ended.
    pub(super) fn running_payment(&self) -> Option<&PaymentIntentId> {
        let action = self.action.as_ref()?;
        match (&action.kind, &action.state) {
            (
                ActionKind::Payment { intent, .. },
                ActionState::Waiting
                | ActionState::Authorizing { .. }
                | ActionState::Collected { .. }
                | ActionState::Stuck,
            ) => Some(intent),
            (
                ActionKind::Payment { .. }
                | ActionKind::Display { .. }
                | ActionKind::Refund(_)
                | ActionKind::Inputs(_),
                _,
            ) => None,
        }
    }
}

impl Model {
    /// Changes what a reader is and where it stands. Its id stays.
    pub fn change_reader(
        &mut self,
        reader: &ReaderId,
        change: impl FnOnce(&mut ReaderSetup),
    ) -> Result<(), SimulatorError> {
        let found = self.readers.get_mut(reader);
        let found = found.ok_or_else(|| SimulatorError::NoReader { reader: reader.clone() })?;
        change(&mut found.setup);
        Ok(())
    }

    pub(super) fn process_intent(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        form.required("payment_intent")?;
        let config = ProcessConfig::read(form, "process_config")?;
        let reader = self.find_reader(id)?;
        let intent = self.find_intent(form.required("payment_intent")?, "payment_intent")?;
        self.check_reachable(&reader)?;
        self.check_processable(&intent)?;
        self.check_location(&reader)?;
        let at = &self.readers[&reader];
        let other_payment = at.running_payment().is_some() && !self.prompts_anew(&reader, &intent);
        if other_payment || at.running_refund().is_some() || at.waiting_form().is_some() {
            return Err(self.busy("Reader is currently processing another request."));
        }
        let (amount, step) = (self.intent(&intent).amount, Step::Process);
        self.prompt(&reader, ActionKind::Payment { intent, amount, config, step })?;
        Ok(self.reader_json(&reader, view))
    }

    /// Only a reader with a location takes payments.
    pub(super) fn check_location(&self, reader: &ReaderId) -> Result<(), Refusal> {
        if self.readers[reader].setup.location.is_some() {
            return Ok(());
        }
        let message = "The reader must be assigned to a location to take payments.";
        let code = "terminal_reader_invalid_location_for_payment";
        Err(Refusal::state(code, message).at(self.setup.reader_error_status))
    }

    /// Whether what the reader prompts for may be processed again.
    fn prompts_anew(&self, reader: &ReaderId, intent: &PaymentIntentId) -> bool {
        let reader = &self.readers[reader];
        let is_waiting = reader
            .action
            .as_ref()
            .is_some_and(|action| matches!(action.state, ActionState::Waiting));
        self.setup.processes_again && is_waiting && reader.running_payment() == Some(intent)
    }

    /// Sends a command to a reader that is free for it.
    pub(super) fn prompt(&mut self, reader: &ReaderId, kind: ActionKind) -> Result<(), Refusal> {
        let struck = self.faults.strike(reader, FaultKind::Command);
        let Some(Fault::Timeout { prompts, after_ms }) = struck else {
            self.start_action(reader, kind);
            return Ok(());
        };
        if prompts {
            let at = later(self.now, Duration::from_millis(after_ms));
            self.schedule.add(at, Event::Prompt { reader: reader.clone(), kind });
            self.happen_as_scheduled();
        }
        Err(self.reader_timeout())
    }

    pub(super) fn check_processable(&self, id: &PaymentIntentId) -> Result<(), Refusal> {
        let intent = self.intent(id);
        if intent.status != IntentStatus::RequiresPaymentMethod {
            let status = intent.status.as_str();
            let message = format!(
                "A PaymentIntent must be in requires_payment_method to be processed by a reader; \
                 this one has a status of {status}."
            );
            return Err(Refusal::state("intent_invalid_state", message).about(id));
        }
        if intent.types.iter().any(|kind| kind.ends_with("_present")) {
            return Ok(());
        }
        let message = "The PaymentIntent's payment_method_types list no in-person method.";
        Err(Refusal::state("payment_intent_incompatible_payment_method", message).about(id))
    }

    pub(super) fn cancel_action(&mut self, id: &str, view: &View) -> Result<Body, Refusal> {
        let reader = self.find_reader(id)?;
        self.check_reachable(&reader)?;
        if self.readers[&reader].answers_at().is_some() {
            return Err(self.busy("The payment is being authorized and cannot be canceled now."));
        }
        if self.setup.cancel_needs_action && !self.readers[&reader].is_acting() {
            let message = "The reader has no action in progress that could be canceled.";
            let refusal = Refusal { code: None, ..Refusal::state("", message) };
            return Err(refusal.at(self.setup.reader_error_status));
        }
        self.lose_collected(&reader);
        self.lose_collected(&reader);
        self.reader_mut(&reader).action = None;
        Ok(self.reader_json(&reader, view))
    }

    pub(super) fn set_display(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        form.required("type")?;
        form.word("type", &["cart"])?;
        let cart = read_cart(form)?;
        let reader = self.find_reader(id)?;
        self.check_reachable(&reader)?;
        if self.readers[&reader].answers_at().is_some() {
            return Err(self.busy("The payment is being authorized."));
        }
        self.start_action(&reader, ActionKind::Display { cart });
        Ok(self.reader_json(&reader, view))
    }

    pub(super) fn update_reader(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let id = self.find_reader(id)?;
        let metadata = form.metadata(&self.readers[&id].metadata)?;
        let reader = self.reader_mut(&id);
        reader.metadata = metadata;
        if let Some(label) = form.text("label") {
            label.clone_into(&mut reader.setup.label);
        }
        Ok(self.reader_json(&id, view))
    }

    pub(super) fn list_readers(&self, form: &Form, view: &View) -> Result<Body, Refusal> {
        let page = Page::read(form)?;
        let wanted = |(_, reader): &(&ReaderId, &Reader)| {
            let setup = &reader.setup;
            let is = |name: &str, value: &str| form.text(name).is_none_or(|text| text == value);
            let location = setup.location.as_deref().unwrap_or_default();
            is("device_type", &setup.device_type)
                && is("location", location)
                && is("serial_number", &setup.serial_number)
                && is("status", self.reader_status(reader))
        };
        let readers = self.readers.iter().filter(wanted);
        let chosen = page.choose(readers, |(id, _)| (id.as_str(), 0))?;
        let write = |json: &mut Object, (id, _): (&ReaderId, _)| self.write_reader(id, view, json);
        Ok(list_json("/v1/terminal/readers", chosen, write))
    }

    pub(super) fn find_reader(&self, id: &str) -> Result<ReaderId, Refusal> {
        let known = ReaderId::new(id).ok().filter(|id| self.readers.contains_key(id));
        known.ok_or_else(|| Refusal::no_such("terminal.reader", id, "reader"))
    }

    pub(super) fn start_action(&mut self, reader: &ReaderId, kind: ActionKind) {
        let fault = match kind {
            ActionKind::Payment { step: Step::Process | Step::Collect, .. } => {
                self.faults.strike(reader, FaultKind::Prompt)
            }
            ActionKind::Payment { step: Step::Confirm, .. }
            | ActionKind::Display { .. }
            | ActionKind::Inputs(_)
            | ActionKind::Refund(_) => None,
        };
        let state = self.first_state(reader, &kind);
        let ends = match fault {
            Some(Fault::PromptEnds { after_ms, action }) => {
                Some((later(self.now, Duration::from_millis(after_ms)), action))
            }
            Some(_) | None => None,
        };
        self.reader_mut(reader).action = Some(Action { kind, state, ends });
    }

    /// Prompts whose time is over end by themselves.
    pub(super) fn end_prompts(&mut self) {
        let now = self.now;
        for reader in self.readers.values_mut() {
            match reader.prompt_ends() {
                Some((at, EndedPrompt::Gone)) if at <= now => reader.action = None,
                Some((at, EndedPrompt::Failed)) if at <= now => {
                    if let Some(action) = &mut reader.action {
                        action.state = ActionState::Failed { at, failure: Failure::PromptEnded };
                    }
                }
                Some(_) | None => {}
            }
        }
    }

    /// The readers that prompt for a PaymentIntent, now canceled, stop it.
    pub(super) fn clear_prompts_of(&mut self, intent: &PaymentIntentId) {
        let at = self.now;
        for reader in self.readers.values_mut() {
            if reader.running_payment() == Some(intent)
                && let Some(action) = &mut reader.action
            {
                action.state = ActionState::Failed { at, failure: Failure::IntentCanceled };
            }
        }
    }

    /// Whether a card is being authorized for this PaymentIntent.
    pub(super) fn is_authorizing(&self, intent: &PaymentIntentId) -> bool {
        self.readers
            .values()
            .any(|reader| reader.running_payment() == Some(intent) && reader.answers_at().is_some())
    }

    pub(super) fn busy(&self, message: &str) -> Refusal {
        Refusal::state("terminal_reader_busy", message).at(self.setup.reader_error_status)
    }

    pub(super) fn reader_timeout(&self) -> Refusal {
        let message = "There was a timeout when sending this command to the reader. If this \
                       persists, restart the reader.";
        Refusal::state("terminal_reader_timeout", message).at(self.setup.reader_error_status)
    }
}

fn read_cart(form: &Form) -> Result<Value, Refusal> {
    let currency = super::currencies::currency(form.required("cart[currency]")?)?;
    form.required("cart[total]")?;
    let total = form.number("cart[total]")?;
    let tax = form.number("cart[tax]")?;
    let mut items = Vec::new();
    for index in 0.. {
        let field = |name: &str| format!("cart[line_items][{index}][{name}]");
        if form.map(&format!("cart[line_items][{index}]")).is_empty() {
            break;
        }
        form.required(&field("amount"))?;
        form.required(&field("quantity"))?;
        items.push(json!({
            "description": form.required(&field("description"))?,
            "amount": form.number(&field("amount"))?,
            "quantity": form.number(&field("quantity"))?,
        }));
    }
    if items.is_empty() {
        return Err(Refusal::missing_parameter("cart[line_items]"));
    }
    Ok(json!({ "currency": currency, "line_items": items, "tax": tax, "total": total }))
}
