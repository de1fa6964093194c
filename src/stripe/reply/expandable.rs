//! What Stripe shows whole if it is asked to, and else names.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

/// An object, or its id alone. Derived as untagged it would be copied before it is read.
pub(super) enum Expandable<T> {
    /// Its id.
    Id(String),
    /// All of it.
    Object(Box<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Expandable<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(ExpandableVisitor(PhantomData))
    }
}

struct ExpandableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ExpandableVisitor<T> {
    type Value = Expandable<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or an object")
    }

    fn visit_str<E: de::Error>(self, id: &str) -> Result<Self::Value, E> {
        Ok(Expandable::Id(id.to_owned()))
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

    fn read(json: &str) -> Result<Option<Expandable<Thing>>, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn an_id_or_an_object_or_nothing() {
        assert!(matches!(read(r#""pi_1""#), Ok(Some(Expandable::Id(id))) if id == "pi_1"));
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
