//! Forms on a reader's screen, as far as this kiosk reads them: what was chosen or typed first.

use serde::Deserialize;

use super::text::{Metadata, Text, text_if_any};
use crate::sale::form::FormSeen;
use crate::stripe::request::{CONTROLLER, MENU};

#[derive(Deserialize)]
pub(super) struct Form<'a> {
    #[serde(borrow, default)]
    inputs: Vec<Input<'a>>,
    #[serde(default)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow, default)]
    selection: Option<Selection<'a>>,
    #[serde(default)]
    numeric: Option<Typed<'a>>,
}

#[derive(Deserialize)]
struct Selection<'a> {
    #[serde(borrow, default, deserialize_with = "text_if_any")]
    id: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow, default, deserialize_with = "text_if_any")]
    value: Option<Text<'a>>,
}

impl Form<'_> {
    pub(super) fn seen(&self) -> FormSeen {
        let noted = |key: &str| Some(self.metadata.as_ref()?.get(key)?.to_owned());
        let answer = self.inputs.first().and_then(|input| {
            let chosen = input.selection.as_ref().and_then(|selection| selection.id.as_ref());
            chosen.or(input.numeric.as_ref().and_then(|typed| typed.value.as_ref()))
        });
        FormSeen {
            controller: noted(CONTROLLER),
            mark: noted(MENU),
            answer: answer.map(ToString::to_string).filter(|answer| !answer.is_empty()),
        }
    }
}
