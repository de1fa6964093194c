//! What Stripe shows whole if it is asked to, and else names.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, MapAccess, Visitor};

use crate::stripe::reply::text::Text;

/// An object, or its id alone. Derived as untagged it would be copied before it is read.
pub(super) enum Expandable<'a, T> {
    /// Its id.
    Id(Text<'a>),
    /// All of it.
    Object(Box<T>),
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Expandable<'a, T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(ExpandableVisitor(PhantomData))
    }
}

struct ExpandableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ExpandableVisitor<T> {
    type Value = Expandable<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or an object")
    }

    fn visit_borrowed_str<E: de::Error>(self, id: &'de str) -> Result<Self::Value, E> {
        Text::deserialize(BorrowedStrDeserializer::new(id)).map(Expandable::Id)
    }

    fn visit_str<E: de::Error>(self, id: &str) -> Result<Self::Value, E> {
        Text::deserialize(id.into_deserializer()).map(Expandable::Id)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Box::new).map(Expandable::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Thing {
        id: String,
    }

    fn read(json: &str) -> Result<Option<Expandable<'_, Thing>>, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn an_id_or_an_object_or_nothing() {
        assert!(matches!(read(r#""pi_1""#), Ok(Some(Expandable::Id(id))) if id == *"pi_1"));
        let whole = read(r#"{"id": "pi_1", "new": [1]}"#);
        assert!(matches!(whole, Ok(Some(Expandable::Object(thing))) if thing.id == "pi_1"));
        assert!(matches!(read("null"), Ok(None)));
    }

    #[test]
    fn anything_else_is_an_error() {
        for json in ["1", "true", "[]", "{}", r#"{"id": 1}"#] {
            assert!(read(json).is_err(), "{json}");
        }
        let why = read("1").err().unwrap().to_string();
        assert!(why.contains("expected an id or an object"), "{why}");
    }
}
