//! Form parameters with brackets, as Stripe's API takes them.

use std::collections::BTreeMap;

use super::error::Refusal;

/// Stripe's limits on metadata: keys, length of a key, length of a value.
const METADATA: (usize, usize, usize) = (50, 40, 500);

/// The decoded pairs of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form<'a> {
    pairs: &'a [(String, String)],
}

impl<'a> Form<'a> {
    pub(super) fn new(pairs: &'a [(String, String)]) -> Self {
        Self { pairs }
    }

    /// The names as they were sent.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// The value of a parameter; the last one wins.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that must be there and not be empty.
    pub(super) fn required(&self, name: &str) -> Result<&'a str, Refusal> {
        match self.text(name) {
            Some("") => Err(empty(name)),
            Some(value) => Ok(value),
            None => Err(Refusal::missing_parameter(name)),
        }
    }

    /// A list: `name[]=…` repeated, or `name[0]=…`.
    pub(super) fn list(&self, name: &str) -> Vec<&'a str> {
        let is_index = |key: &str| key.bytes().all(|b| b.is_ascii_digit());
        self.map(name).into_iter().filter(|(key, _)| is_index(key)).map(|(_, v)| v).collect()
    }

    /// Whether the parameter was sent in any of its forms.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|key| key == name || root(key) == name)
    }

    /// The pairs `name[key]=value` with their keys (`a][b` where it goes deeper).
    pub(super) fn map(&self, name: &str) -> Vec<(&'a str, &'a str)> {
        let inside = |key: &'a str| {
            key.strip_prefix(name)?.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        };
        let pairs = self.pairs.iter();
        pairs.filter_map(|(key, value)| Some((inside(key)?, value.as_str()))).collect()
    }

    /// A whole number that is not negative.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        match self.text(name) {
            None => Ok(None),
            Some("") => Err(empty(name)),
            Some(text) => {
                let digits = text.bytes().all(|b| b.is_ascii_digit());
                match text.parse() {
                    Ok(number) if digits => Ok(Some(number)),
                    Ok(_) | Err(_) => Err(Refusal::parameter(
                        Some("parameter_invalid_integer"),
                        name,
                        format!("Invalid integer: {text}"),
                    )),
                }
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(Refusal::parameter(None, name, format!("Invalid boolean: {text}"))),
        }
    }

    /// One of a closed set of words.
    pub(super) fn word(&self, name: &str, known: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.text(name) {
            None => Ok(None),
            Some(text) if known.contains(&text) => Ok(Some(text)),
            Some(text) => Err(Refusal::parameter(
                None,
                name,
                format!("Invalid {name}: must be one of {}; got {text}", known.join(", ")),
            )),
        }
    }

    /// The metadata after this request: keys are merged, an empty value removes its key, and
    /// `metadata=` removes them all.
    pub(super) fn metadata(
        &self,
        before: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, Refusal> {
        let mut after = before.clone();
        if self.text("metadata") == Some("") {
            after.clear();
        }
        let (most_keys, longest_key, longest_value) = METADATA;
        for (key, value) in self.map("metadata") {
            let refuse = |what: &str| Refusal::parameter(None, format!("metadata[{key}]"), what);
            if key.is_empty() || key.chars().count() > longest_key || key.contains(['[', ']']) {
                return Err(refuse("Metadata keys must have 1 to 40 characters and no brackets."));
            }
            if value.chars().count() > longest_value {
                return Err(refuse("Metadata values can have up to 500 characters."));
            }
            if value.is_empty() {
                after.remove(key);
            } else {
                after.insert(key.to_owned(), value.to_owned());
            }
        }
        if after.len() > most_keys {
            let message = "Metadata can have up to 50 keys.";
            return Err(Refusal::parameter(None, "metadata", message));
        }
        Ok(after)
    }
}

/// The name in front of the first bracket.
pub(super) fn root(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

fn empty(name: &str) -> Refusal {
    let message = format!("You passed an empty string for '{name}'.");
    Refusal::parameter(Some("parameter_invalid_empty"), name, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn lists_come_with_and_without_indices() {
        let sent = pairs(&[("expand[]", "a"), ("expand[1]", "b"), ("x[]", "c")]);
        assert_eq!(Form::new(&sent).list("expand"), ["a", "b"]);
    }

    #[test]
    fn metadata_is_merged_and_an_empty_value_removes_its_key() {
        let before = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        let sent = pairs(&[("metadata[a]", ""), ("metadata[b]", "2")]);
        let after = Form::new(&sent).metadata(&before).unwrap();
        assert_eq!(after, BTreeMap::from([("b".to_owned(), "2".to_owned())]));
    }

    #[test]
    fn metadata_over_stripes_limits_is_refused() {
        let none = BTreeMap::new();
        let long_key = pairs(&[(&format!("metadata[{}]", "k".repeat(41)), "v")]);
        assert!(Form::new(&long_key).metadata(&none).is_err());
        let long_value = pairs(&[("metadata[k]", &"v".repeat(501))]);
        assert!(Form::new(&long_value).metadata(&none).is_err());
        let many: Vec<_> = (0..51).map(|n| (format!("metadata[k{n}]"), "v".to_owned())).collect();
        assert!(Form::new(&many).metadata(&none).is_err());
        assert!(Form::new(&many[..50]).metadata(&none).is_ok());
    }

    #[test]
    fn an_amount_with_a_sign_or_a_point_is_no_integer() {
        for text in ["-1", "+1", "1.5", "1e3", "99999999999999999999999"] {
            let sent = pairs(&[("amount", text)]);
            let refusal = Form::new(&sent).number("amount").unwrap_err();
            assert_eq!(refusal.code, Some("parameter_invalid_integer"), "{text}");
        }
    }
}
