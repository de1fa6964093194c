//! Forms on a reader's screen (`collect_inputs`): one input, a selection or a number.
//!
//! Source: Stripe, API reference, "Collect inputs using a Reader", and Collect on-screen inputs.

use std::collections::BTreeMap;

use super::body::{Body, Object, nulls};
use super::error::{Refusal, SimulatorError};
use super::form::Form;
use super::model::Model;
use super::objects::View;
use super::reader::{Action, ActionKind, ActionState, Reader};
use crate::ids::ReaderId;
use crate::time::WallTime;

/// The longest texts, in characters.
const TITLE: usize = 40;
const DESCRIPTION: usize = 500;
const CHOICE_ID: usize = 50;
const CHOICE_TEXT: usize = 30;

/// A form that a reader shows.
#[derive(Clone, Debug)]
pub(super) struct InputForm {
    title: String,
    description: Option<String>,
    required: bool,
    /// The choices of a selection, each with its id; none: a number is asked for.
    choices: Vec<(String, String)>,
    metadata: BTreeMap<String, String>,
    /// What the customer chose or typed; empty: nothing, the form was skipped.
    answer: Option<String>,
}

impl Reader {
    /// The form that the customer has not answered.
    pub(super) fn waiting_form(&self) -> Option<&InputForm> {
        match self.action.as_ref()? {
            Action { kind: ActionKind::Inputs(form), state: ActionState::Waiting, .. } => {
                Some(form)
            }
            Action {
                kind:
                    ActionKind::Inputs(_)
                    | ActionKind::Payment { .. }
                    | ActionKind::Display { .. }
                    | ActionKind::Refund(_),
                ..
            } => None,
        }
    }
}

impl InputForm {
    fn read(form: &Form) -> Result<Self, Refusal> {
        let bounded = |name: &str, most: usize| match form.text(name) {
            Some(text) if text.chars().count() > most => {
                let message = format!("Invalid string: it can have up to {most} characters.");
                Err(Refusal::parameter(None, name, message))
            }
            text => Ok(text.map(str::to_owned)),
        };
        if form.has("inputs[1]") || form.text("inputs[1][type]").is_some() {
            let message = "The simulator shows one input at a time.";
            return Err(Refusal::parameter(None, "inputs[1]", message));
        }
        form.required("inputs[0][type]")?;
        let kind = form.word("inputs[0][type]", &["selection", "numeric"])?;
        form.required("inputs[0][custom_text][title]")?;
        let title = bounded("inputs[0][custom_text][title]", TITLE)?.unwrap_or_default();
        let description = bounded("inputs[0][custom_text][description]", DESCRIPTION)?;
        let mut choices = Vec::new();
        if kind == Some("selection") {
            form.required("inputs[0][selection][choices][0][id]")?;
            for number in 0.. {
                let name = |field| format!("inputs[0][selection][choices][{number}][{field}]");
                if form.text(&name("id")).is_none() {
                    break;
                }
                form.required(&name("text"))?;
                let id = bounded(&name("id"), CHOICE_ID)?.unwrap_or_default();
                choices.push((id, bounded(&name("text"), CHOICE_TEXT)?.unwrap_or_default()));
            }
        }
        Ok(Self {
            title,
            description,
            required: form.flag("inputs[0][required]")?.unwrap_or(false),
            choices,
            metadata: form.metadata(&BTreeMap::new())?,
            answer: None,
        })
    }

    /// What the action says of it.
    pub(super) fn write(&self, json: &mut Object) {
        json.list("inputs", [self], |input, form| form.write_input(input));
        json.put("metadata", &self.metadata);
    }

    fn write_input(&self, json: &mut Object) {
        json.object("custom_text", |text| {
            text.put("title", &self.title);
            text.put("description", &self.description);
            text.fixed(nulls!["skip_button", "submit_button"]);
        });
        json.put("required", self.required);
        json.fixed(nulls!["toggles"]);
        let answer = self.answer.as_deref();
        if answer == Some("") {
            json.put("skipped", true);
        }
        let answer = answer.filter(|answer| !answer.is_empty());
        if self.choices.is_empty() {
            json.put("type", "numeric");
            json.object("numeric", |numeric| numeric.put("value", answer));
            return;
        }
        json.put("type", "selection");
        json.object("selection", |selection| {
            let chosen = self.choices.iter().find(|(id, _)| Some(id.as_str()) == answer);
            selection.put("id", chosen.map(|(id, _)| id));
            selection.put("text", chosen.map(|(_, text)| text));
            selection.list("choices", &self.choices, |choice, (id, text)| {
                choice.put("id", id);
                choice.put("text", text);
                choice.fixed(nulls!["style"]);
            });
        });
    }
}

impl Model {
    pub(super) fn collect_inputs(
        &mut self,
        id: &str,
        form: &Form,
        view: &View,
    ) -> Result<Body, Refusal> {
        let inputs = InputForm::read(form)?;
        let reader = self.find_reader(id)?;
        self.check_reachable(&reader)?;
        let at = &self.readers[&reader];
        if at.running_payment().is_some() || at.running_refund().is_some() {
            return Err(self.busy("Reader is currently processing another request."));
        }
        self.prompt(&reader, ActionKind::Inputs(inputs))?;
        Ok(self.reader_json(&reader, view))
    }

    /// What a customer can choose on the reader's form: ids; of a number, nothing.
    pub fn reader_choices(&self, reader: &ReaderId) -> Option<Vec<String>> {
        let form =
            self.readers.get(reader).filter(|r| r.offline_since.is_none())?.waiting_form()?;
        Some(form.choices.iter().map(|(id, _)| id.clone()).collect())
    }

    /// The customer chooses, or types a number; an empty answer skips the form.
    pub fn answer_form(
        &mut self,
        reader: &ReaderId,
        answer: &str,
        now: WallTime,
    ) -> Result<(), SimulatorError> {
        self.advance(now);
        let none = || SimulatorError::NoForm { reader: reader.clone() };
        let choices = self.reader_choices(reader).ok_or_else(none)?;
        let is_number = answer.bytes().all(|b| b.is_ascii_digit());
        let fits = choices.iter().any(|id| id == answer)
            || (choices.is_empty() && is_number)
            || answer.is_empty();
        if !fits {
            let answer = answer.to_owned();
            return Err(SimulatorError::NoSuchAnswer { reader: reader.clone(), answer });
        }
        if let Some(Action { kind: ActionKind::Inputs(form), .. }) =
            &mut self.reader_mut(reader).action
        {
            form.answer = Some(answer.to_owned());
        }
        let at = self.now;
        self.set_action_state(reader, ActionState::Succeeded { at });
        Ok(())
    }
}
