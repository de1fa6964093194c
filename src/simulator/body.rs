//! The JSON of replies, written straight into its bytes.
//!
//! A reader with its PaymentIntent and charge has some 150 fields. As a tree of values they take
//! longer to put together, and then to take apart again, than all else that a call does.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

/// Room for most replies, in bytes.
const ROOM: usize = 4096;

/// The JSON object that a reply consists of. A copy costs nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(Arc<Vec<u8>>);

impl Body {
    /// An object, with what `write` puts into it.
    pub(super) fn object(write: impl FnOnce(&mut Object)) -> Self {
        let mut text = Vec::with_capacity(ROOM);
        Object::write(&mut text, write);
        Self(Arc::new(text))
    }

    /// The text of the object.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text of the object, to keep.
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.0)
    }

    /// The object, to look into.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.0).expect("a body is JSON")
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An object that is being written. Each name is put once.
pub(super) struct Object<'a> {
    text: &'a mut Vec<u8>,
    is_empty: bool,
}

impl Object<'_> {
    fn write(text: &mut Vec<u8>, write: impl FnOnce(&mut Object)) {
        text.push(b'{');
        write(&mut Object { text, is_empty: true });
        text.push(b'}');
    }

    /// One more field. Names are not escaped.
    #[inline]
    pub(super) fn put(&mut self, name: &str, value: impl Serialize) {
        self.name(name);
        serde_json::to_writer(&mut *self.text, &value).expect("texts, numbers and lists of them");
    }

    /// Fields that are always the same, as JSON.
    #[inline]
    pub(super) fn fixed(&mut self, fields: &str) {
        self.separate();
        self.text.extend_from_slice(fields.as_bytes());
    }

    /// One more field, which is an object.
    #[inline]
    pub(super) fn object(&mut self, name: &str, write: impl FnOnce(&mut Object)) {
        self.name(name);
        Self::write(self.text, write);
    }

    /// One more field, which is a list of objects.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Object, T),
    ) {
        self.name(name);
        self.text.push(b'[');
        for (n, item) in items.into_iter().enumerate() {
            if n > 0 {
                self.text.push(b',');
            }
            Self::write(self.text, |object| write(object, item));
        }
        self.text.push(b']');
    }

    #[inline]
    fn name(&mut self, name: &str) {
        self.separate();
        self.text.push(b'"');
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
    }

    #[inline]
    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_empty) {
            self.text.push(b',');
        }
    }
}

/// Fields that nothing fills, for [`Object::fixed`].
macro_rules! nulls {
    ($first:literal $(, $name:literal)* $(,)?) => {
        concat!("\"", $first, "\":null" $(, ",\"", $name, "\":null")*)
    };
}
pub(super) use nulls;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let body = Body::object(|object| {
            object.put("text", "\"quoted\" \\ \u{1}\n ü");
            object.fixed(nulls!["none", "nothing"]);
            object.object("empty", |_| ());
            object.object("inner", |inner| inner.put("number", -1));
            object.list("list", 0..2, |item, n| item.put("n", n));
            object.list("short", 0..0, |item, n| item.put("n", n));
        });
        let expected = json!({
            "text": "\"quoted\" \\ \u{1}\n ü",
            "none": null,
            "nothing": null,
            "empty": {},
            "inner": { "number": -1 },
            "list": [{ "n": 0 }, { "n": 1 }],
            "short": [],
        });
        assert_eq!(body.json(), expected);
        assert_eq!(Body::object(|_| ()).to_string(), "{}");
    }
}
