//! Messages in one language, with the operator's own wordings before kioskd's.

use std::collections::BTreeMap;
use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::wordings::{ATTRIBUTES, own_message};
use super::{Language, Locale, money};
use crate::money::Money;

/// What a message speaks of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Argument {
    /// Text, as it is.
    Text(String),
    /// A number, which may decide between singular and plural.
    Count(usize),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Argument {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

/// A language with all its messages.
pub struct Speech {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speech").field("locale", &self.locale).finish_non_exhaustive()
    }
}

impl Speech {
    /// The language, with messages of the operator's by their names. One that Fluent cannot read is
    /// left out: [`problem`] tells of it when the configuration is read.
    pub fn new(locale: Locale, own: &BTreeMap<String, String>) -> Self {
        let mut bundle = bundle(locale.language);
        for (name, text) in own {
            if let Ok(resource) = FluentResource::try_new(own_message(name, text)) {
                bundle.add_resource_overriding(resource);
            }
        }
        Self { locale, bundle }
    }

    /// English, as kioskd speaks it.
    pub fn english() -> Self {
        Self::new(Locale::of(Language::English), &BTreeMap::new())
    }

    /// Which language this is.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// An amount as customers write it. What belongs together is joined by spaces that do not
    /// break.
    pub fn money(&self, money: Money) -> String {
        money::written(money, self.locale)
    }

    /// All wordings of a message, from the fullest to the shortest.
    pub fn wordings(&self, name: &str, arguments: &[(&str, Argument)]) -> Vec<String> {
        let Some(message) = self.bundle.get_message(name) else {
            // No message of ours is missing in any language: a test says so.
            return vec![name.to_owned()];
        };
        let mut given = FluentArgs::new();
        for (key, value) in arguments {
            given.set(
                *key,
                match value {
                    Argument::Text(text) => FluentValue::from(text.as_str()),
                    Argument::Count(count) => FluentValue::from(*count),
                },
            );
        }
        let attribute = |name| message.get_attribute(name).map(|attribute| attribute.value());
        let patterns = message.value().into_iter();
        let patterns = patterns.chain(ATTRIBUTES.into_iter().filter_map(attribute));
        let said = patterns.map(|pattern| {
            let mut errors = Vec::new();
            self.bundle.format_pattern(pattern, Some(&given), &mut errors).into_owned()
        });
        said.collect()
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // No display understands marks of the direction of writing.
    bundle.set_use_isolating(false);
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(language.texts().to_owned());
    bundle.add_resource_overriding(resource);
    bundle
}

/// What is wrong with a message of the operator's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// There is no message of this name.
    NoSuchMessage,
    /// Fluent cannot read it.
    Unreadable,
    /// It speaks of something that the message does not know.
    NoSuchArgument {
        /// Of what.
        argument: String,
        /// What it may speak of.
        known: Vec<String>,
    },
}

/// The names of all messages.
pub fn message_names() -> Vec<String> {
    super::wordings::messages(Language::English.texts()).into_keys().collect()
}

/// What is wrong with a message that an operator has written, if anything is.
pub fn problem(name: &str, text: &str) -> Option<Problem> {
    let ours = super::wordings::messages(Language::English.texts());
    let Some(known) = ours.get(name) else { return Some(Problem::NoSuchMessage) };
    let own = own_message(name, text);
    if FluentResource::try_new(own.clone()).is_err() {
        return Some(Problem::Unreadable);
    }
    let own = super::wordings::messages(&own);
    let Some(own) = own.get(name).filter(|_| own.len() == 1) else {
        return Some(Problem::Unreadable);
    };
    let argument = own.arguments.iter().find(|argument| !known.arguments.contains(*argument))?;
    let known = known.arguments.iter().cloned().collect();
    Some(Problem::NoSuchArgument { argument: argument.clone(), known })
}
