//! The form of a console call.

use std::str::FromStr;
use std::time::Duration;

/// Names and values of a form, of which every name is known.
#[derive(Debug)]
pub(super) struct Fields {
    pairs: Vec<(String, String)>,
}

impl Fields {
    /// Reads a form that may have these names and no others.
    pub(super) fn read(body: &[u8], names: &[&str]) -> Result<Self, FieldError> {
        let pairs = form_urlencoded::parse(body);
        let pairs: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((name, _)) => {
                Err(FieldError::Unknown { name: name.clone(), known: names.join(", ") })
            }
            None => Ok(Self { pairs }),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number, or `true` or `false`.
    pub(super) fn parse<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, FieldError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let parsed = text.parse().ok();
        parsed.map(Some).ok_or_else(|| FieldError::Value { name, value: text.to_owned() })
    }

    /// Milliseconds.
    pub(super) fn millis(&self, name: &'static str) -> Result<Option<Duration>, FieldError> {
        Ok(self.parse(name)?.map(Duration::from_millis))
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(
        &self,
        name: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, FieldError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text);
        let error = || FieldError::Value { name, value: text.to_owned() };
        found.map(|(_, meaning)| Some(*meaning)).ok_or_else(error)
    }
}

/// What is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FieldError {
    /// A name that the call does not have.
    #[error("the form knows no \"{name}\", only: {known}")]
    Unknown { name: String, known: String },
    /// A value that the name cannot have.
    #[error("{name} cannot be \"{value}\"")]
    Value { name: &'static str, value: String },
    /// A name that the call needs.
    #[error("the form lacks {name}")]
    Missing { name: &'static str },
}
