//! Texts of a reply, which are copied only if something in them is escaped.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text.
#[derive(Default)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// A text, or nothing if there is none or it is something else.
pub(super) fn text_if_any<'de, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<Text<'de>>, D::Error> {
    json.deserialize_any(TextIfAny)
}

struct TextIfAny;

impl<'de> Visitor<'de> for TextIfAny {
    type Value = Option<Text<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        TextVisitor.visit_borrowed_str(text).map(Some)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        TextVisitor.visit_str(text).map(Some)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(items).map(|_| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(fields).map(|_| None)
    }
}

/// Names and texts that somebody gave to an object.
#[derive(Default)]
pub(super) struct Metadata<'a>(Vec<(Text<'a>, Text<'a>)>);

impl Metadata<'_> {
    /// The text of a name; the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.iter().filter(|(known, _)| *known == name).map(|(_, text)| text).last()
    }

    /// All names with their texts, as they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Metadata<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(MetadataVisitor)
    }
}

struct MetadataVisitor;

impl<'de> Visitor<'de> for MetadataVisitor {
    type Value = Metadata<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(field) = fields.next_entry()? {
            all.push(field);
        }
        Ok(Metadata(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Thing<'a> {
        #[serde(borrow, default, deserialize_with = "text_if_any")]
        label: Option<Text<'a>>,
        #[serde(default)]
        metadata: Metadata<'a>,
    }

    fn label(json: &str) -> Option<String> {
        let thing: Thing = serde_json::from_str(json).unwrap();
        thing.label.map(|label| label.to_string())
    }

    #[test]
    fn a_text_is_read_whether_or_not_something_in_it_is_escaped() {
        assert_eq!(label(r#"{"label": "Cola"}"#).as_deref(), Some("Cola"));
        assert_eq!(label(r#"{"label": "C\u00f6la \"\n"}"#).as_deref(), Some("Cöla \"\n"));
    }

    #[test]
    fn what_is_no_text_is_none() {
        for json in ["null", "true", "-1", "1", "1.5", "[\"a\", 1]", r#"{"of": ["tomorrow"]}"#] {
            assert_eq!(label(&format!("{{\"label\": {json}}}")), None, "{json}");
        }
        assert_eq!(label("{}"), None);
    }

    #[test]
    fn metadata_are_texts_and_the_last_of_a_name_counts() {
        let read = |json: &str| -> Result<Option<String>, serde_json::Error> {
            let json = format!("{{\"metadata\": {json}}}");
            let thing: Thing = serde_json::from_str(&json)?;
            Ok(thing.metadata.get("sale").map(str::to_owned))
        };
        let twice = r#"{"sale": "S1", "other": "x", "sa\u006ce": "S2"}"#;
        assert_eq!(read(twice).unwrap().as_deref(), Some("S2"));
        assert_eq!(read("{}").unwrap(), None);
        for json in ["null", "[]", "7", r#"{"sale": 1}"#, r#"{"sale": null}"#] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
