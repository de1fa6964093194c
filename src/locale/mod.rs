//! Languages: what customers read, and how money is written.
//!
//! The texts are Fluent messages in `config/locales/`. An operator may replace any of them.

mod money;
mod speech;
mod wordings;

use serde::{Serialize, Serializer};

pub use speech::{Argument, Problem, Speech, message_names, problem};

/// A language that kioskd speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Language {
    /// `en`.
    English,
    /// `de`.
    German,
    /// `fr`.
    French,
    /// `es`.
    Spanish,
    /// `it`.
    Italian,
    /// `nl`.
    Dutch,
    /// `ja`.
    Japanese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Dutch,
        Self::Japanese,
    ];

    /// Its code (ISO 639-1).
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Italian => "it",
            Self::Dutch => "nl",
            Self::Japanese => "ja",
        }
    }

    /// Its name, for those who speak it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Italian => "Italiano",
            Self::Dutch => "Nederlands",
            Self::Japanese => "日本語",
        }
    }

    /// The texts, as Fluent writes them.
    fn texts(self) -> &'static str {
        match self {
            Self::English => include_str!("../../config/locales/en.ftl"),
            Self::German => include_str!("../../config/locales/de.ftl"),
            Self::French => include_str!("../../config/locales/fr.ftl"),
            Self::Spanish => include_str!("../../config/locales/es.ftl"),
            Self::Italian => include_str!("../../config/locales/it.ftl"),
            Self::Dutch => include_str!("../../config/locales/nl.ftl"),
            Self::Japanese => include_str!("../../config/locales/ja.ftl"),
        }
    }
}

/// A language in a country, or wherever it is spoken: `en`, `de-CH`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Locale {
    /// The language.
    pub language: Language,
    /// The country (ISO 3166).
    region: Option<[u8; 2]>,
}

impl Locale {
    /// A language, wherever it is spoken.
    pub const fn of(language: Language) -> Self {
        Self { language, region: None }
    }

    /// A tag such as `en` or `de-CH` (BCP 47). None if kioskd does not speak the language, or if it
    /// says more than a country.
    pub fn new(tag: &str) -> Option<Self> {
        let (code, region) = match tag.split_once('-') {
            Some((code, region)) => (code, Some(region)),
            None => (tag, None),
        };
        let language = Language::ALL.into_iter().find(|language| language.code() == code)?;
        let Some(region) = region else { return Some(Self::of(language)) };
        let region: [u8; 2] = region.as_bytes().try_into().ok()?;
        region.iter().all(u8::is_ascii_uppercase).then_some(Self { language, region: Some(region) })
    }

    /// The country, if one is named.
    fn region(&self) -> Option<&str> {
        self.region.as_ref().and_then(|region| std::str::from_utf8(region).ok())
    }

    /// The tag.
    pub fn tag(&self) -> String {
        match self.region() {
            Some(region) => format!("{}-{region}", self.language.code()),
            None => self.language.code().to_owned(),
        }
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Serialize for Locale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_language_and_perhaps_a_country() {
        for tag in ["en", "de-CH", "ja", "fr-CA"] {
            assert_eq!(Locale::new(tag).unwrap().tag(), tag);
        }
        for wrong in ["", "eo", "EN", "de-ch", "de-CHE", "de-", "zh-Hant-TW", "deutsch"] {
            assert_eq!(Locale::new(wrong), None, "{wrong}");
        }
    }
}
