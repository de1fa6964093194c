//! One file, parsed alone: every unknown key and wrong type in it, each with its line.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use config::{Value, ValueKind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Kind, SECTIONS, Section};
use super::layers::Layer;
use super::origins::{KeyPath, Origin};
use super::problem::{self, ConfigError, Problem};
use super::secret;

/// Parses the text of the file at `path`, which is only named in messages.
pub(super) fn layer(path: &Path, text: &str) -> Layer {
    // A byte order mark is what some editors put before UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match DeTable::parse(text) {
        Ok(root) => {
            let mut walk = Walk { path, text, layer: Layer::default(), secrets: Vec::new() };
            walk.root(root.get_ref());
            walk.layer.problems.extend(secrets_beside(path, text, &walk.secrets));
            walk.layer.problems.sort_by_key(|problem| line_of(&problem.origin));
            walk.layer
        }
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let line = line_at(text.as_bytes(), start);
            let origin = Origin::File { path: path.to_owned(), line: Some(line) };
            let message = match error.message() {
                message if problem::holds_api_key(message) => "it holds an API key".to_owned(),
                message => message.replace('\n', "; "),
            };
            let wrong = format!("is not TOML: {message}");
            let fix = "correct this line, or a string or bracket left open above it";
            let mut problems = vec![Problem::whole(origin, wrong, fix)];
            problems.extend(secrets_beside(path, text, &[]));
            Layer::unparsed(ConfigError { problems })
        }
    }
}

/// Secrets that stand in no value of a key: in comments, in names, in what is not TOML.
fn secrets_beside(path: &Path, text: &str, told: &[Range<usize>]) -> Vec<Problem> {
    let mut lines = BTreeSet::new();
    let found = secret::find_all(text).into_iter().filter(|found| {
        let is_told = told.iter().any(|span| span.contains(&found.at.start));
        !is_told && lines.insert(line_at(text.as_bytes(), found.at.start))
    });
    let refused = found.map(|found| {
        let line = Some(line_at(text.as_bytes(), found.at.start));
        secret::refusal(Origin::File { path: path.to_owned(), line }, None, &found)
    });
    refused.collect()
}

/// The line, from 1, of the byte at `offset`.
pub(super) fn line_at(text: &[u8], offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.split(|byte| *byte == b'\n').count()
}

/// The line that is named, if one is.
pub(super) fn line_of(origin: &Origin) -> Option<usize> {
    match origin {
        Origin::File { line, .. } => *line,
        Origin::Default | Origin::Environment { .. } => None,
    }
}

/// A key of nobody's: says so, lists the known ones and points at the nearest.
pub(super) fn unknown_key(origin: Origin, key: KeyPath, known: &[&str]) -> Problem {
    let word = key.parts().last().map_or("", String::as_str);
    let is_secret = ["api_key", "secret"].iter().any(|part| word.contains(part));
    let fix = match problem::nearest(word, known.iter().copied()) {
        // The key's file is not the key.
        Some(near) if !is_secret || word.ends_with("file") => {
            format!("write \"{near}\" if that is meant, else remove it")
        }
        Some(_) | None if is_secret => {
            "remove it: the API key is never written here, but given as the systemd credential \
             \"stripe-api-key\" or as the path of a file in stripe.api_key_file; if others could read it, \
             roll the key in Stripe's dashboard"
                .to_owned()
        }
        Some(_) | None => "remove it".to_owned(),
    };
    let wrong = if key.parts().len() > 1 { "is not a known key" } else { "is not a known section" };
    Problem::of_key(origin, key, wrong, fix).allowing(known.join(", "))
}

struct Walk<'a> {
    path: &'a Path,
    text: &'a str,
    layer: Layer,
    /// Values that were refused for what they hold.
    secrets: Vec<Range<usize>>,
}

impl Walk<'_> {
    fn root(&mut self, root: &DeTable<'_>) {
        for (name, value) in root {
            let (key, origin) = (KeyPath::new([name.get_ref().as_ref()]), self.origin(name));
            let Some(section) = keys::section(name.get_ref()) else {
                let known: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
                self.refuse_unknown(origin, key, &known);
                continue;
            };
            let Some(table) = value.get_ref().as_table() else {
                self.not_a_table(section, origin, key, value.get_ref());
                continue;
            };
            self.layer.open(key.clone(), origin);
            if section.named {
                self.named(section, &key, table);
            } else {
                self.keys(section, &key, table);
            }
        }
    }

    /// The tables of a section that are keyed by a name.
    fn named(&mut self, section: &Section, parent: &KeyPath, tables: &DeTable<'_>) {
        for (name, value) in tables {
            let (key, origin) = (parent.join(name.get_ref()), self.origin(name));
            match value.get_ref().as_table() {
                Some(table) => {
                    self.layer.open(key.clone(), origin);
                    self.keys(section, &key, table);
                }
                None => self.not_a_table(section, origin, key, value.get_ref()),
            }
        }
    }

    fn keys(&mut self, section: &Section, parent: &KeyPath, table: &DeTable<'_>) {
        for (name, value) in table {
            let (key, origin) = (parent.join(name.get_ref()), self.origin(name));
            if self.holds_secret(&key, &origin, value) {
                continue;
            }
            if let Some(inner) = section.table(name.get_ref()) {
                match value.get_ref().as_table() {
                    Some(table) => {
                        self.layer.open(key.clone(), origin);
                        self.keys(&inner, &key, table);
                    }
                    None => self.not_a_table(&inner, origin, key, value.get_ref()),
                }
                continue;
            }
            if let Some(kind) = section.free(name.get_ref()) {
                self.free(section, (name.get_ref(), kind), (key, origin), value.get_ref());
                continue;
            }
            let Some(kind) = section.kind(name.get_ref()) else {
                let known: Vec<&str> = section.key_names().collect();
                self.refuse_unknown(origin, key, &known);
                continue;
            };
            match converted(kind, value.get_ref()) {
                Some(plain) => self.layer.set(key, plain, origin),
                None => self.wrong_type(kind, origin, key, value),
            }
        }
    }

    /// A table whose keys the operator chooses.
    fn free(
        &mut self,
        section: &Section,
        (name, kind): (&str, Kind),
        (table, origin): (KeyPath, Origin),
        value: &DeValue<'_>,
    ) {
        let Some(entries) = value.as_table() else {
            let wrong = format!("is {}; expected a table", article(value.type_str()));
            let fix = format!("write {name} = {{ … }} below {}", section.header());
            self.layer.refuse(Problem::of_key(origin, table, wrong, fix));
            return;
        };
        self.layer.open(table.clone(), origin);
        for (name, value) in entries {
            let (key, origin) = (table.join(name.get_ref()), self.origin(name));
            if self.holds_secret(&key, &origin, value) {
                continue;
            }
            match converted(kind, value.get_ref()) {
                Some(plain) => self.layer.set(key, plain, origin),
                None => self.wrong_type(kind, origin, key, value),
            }
        }
    }

    /// Refuses a value with a secret in it, however it is written: TOML has escapes.
    fn holds_secret(
        &mut self,
        key: &KeyPath,
        origin: &Origin,
        value: &Spanned<DeValue<'_>>,
    ) -> bool {
        let found = match value.get_ref() {
            DeValue::String(text) => secret::find(text),
            DeValue::Array(values) => {
                values.iter().find_map(|value| secret::find(value.get_ref().as_str()?))
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => None,
        };
        if let Some(found) = &found {
            self.secrets.push(value.span());
            self.layer.refuse(secret::refusal(origin.clone(), Some(key.clone()), found));
        }
        found.is_some()
    }

    fn origin<T>(&self, at: &Spanned<T>) -> Origin {
        let line = line_at(self.text.as_bytes(), at.span().start);
        Origin::File { path: self.path.to_owned(), line: Some(line) }
    }

    /// The nearest known key counts as given: "missing" would be the same news again.
    fn refuse_unknown(&mut self, origin: Origin, key: KeyPath, known: &[&str]) {
        let word = key.parts().last().map_or("", String::as_str);
        if let (Some(near), Some(parent)) =
            (problem::nearest(word, known.iter().copied()), key.parent())
        {
            self.layer.refused.insert(parent.join(near));
        }
        self.layer.refuse(unknown_key(origin, key, known));
    }

    fn not_a_table(
        &mut self,
        section: &Section,
        origin: Origin,
        key: KeyPath,
        value: &DeValue<'_>,
    ) {
        let wrong = format!("is {}; expected a table", article(value.type_str()));
        let header = match key.parent().filter(|_| !section.named) {
            Some(_) => format!("[{key}]"),
            None => section.header(),
        };
        let fix = format!("write {header} and its keys on lines below it");
        self.layer.refuse(Problem::of_key(origin, key, wrong, fix));
    }

    fn wrong_type(
        &mut self,
        kind: Kind,
        origin: Origin,
        key: KeyPath,
        value: &Spanned<DeValue<'_>>,
    ) {
        let word = key.parts().last().map_or("", String::as_str);
        let written = self.text.get(value.span()).unwrap_or("");
        let content = value.get_ref().as_str().unwrap_or("");
        let fix = match kind {
            Kind::Text if is_scalar(value.get_ref()) => format!("write {word} = \"{written}\""),
            Kind::Duration if value.get_ref().is_integer() => {
                format!("write {word} = \"{written}s\" if seconds are meant")
            }
            Kind::Integer if content.parse::<i64>().is_ok() => format!("write {word} = {content}"),
            Kind::Boolean if content.parse::<bool>().is_ok() => format!("write {word} = {content}"),
            Kind::Words if value.get_ref().is_str() && !problem::holds_api_key(written) => {
                format!("write {word} = [{written}]")
            }
            Kind::Numbers if value.get_ref().is_integer() => format!("write {word} = [{written}]"),
            Kind::Text
            | Kind::Duration
            | Kind::Integer
            | Kind::Boolean
            | Kind::Words
            | Kind::Numbers => {
                format!("write {}", kind.expected())
            }
        };
        let wrong =
            format!("is {}; expected {}", article(value.get_ref().type_str()), kind.expected());
        self.layer.refuse(Problem::of_key(origin, key, wrong, fix));
    }
}

fn converted(kind: Kind, value: &DeValue<'_>) -> Option<ValueKind> {
    match kind {
        Kind::Text | Kind::Duration => {
            value.as_str().map(|text| ValueKind::String(text.to_owned()))
        }
        Kind::Integer => integer(value).map(ValueKind::I64),
        Kind::Boolean => value.as_bool().map(ValueKind::Boolean),
        Kind::Numbers => {
            let number =
                |value: &Spanned<DeValue<'_>>| Some(Value::new(None, integer(value.get_ref())?));
            let numbers: Option<Vec<Value>> = value.as_array()?.iter().map(number).collect();
            numbers.map(ValueKind::Array)
        }
        Kind::Words => {
            let text = |value: &Spanned<DeValue<'_>>| {
                Some(ValueKind::String(value.get_ref().as_str()?.to_owned()))
            };
            let words: Option<Vec<ValueKind>> = value.as_array()?.iter().map(text).collect();
            Some(ValueKind::Array(words?.into_iter().map(|word| Value::new(None, word)).collect()))
        }
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn is_scalar(value: &DeValue<'_>) -> bool {
    value.is_integer() || value.is_float() || value.is_bool() || value.is_datetime()
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let layer = layer(Path::new("k.toml"), text);
        layer.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_problems_of_a_file_are_found_in_the_order_of_its_lines() {
        let found = problems("[kiosk]\nidd = \"x\"\n\n[product.A1]\nprice = 2.50\nslot = 11\n");
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].starts_with("k.toml:2: kiosk.idd: is not a known key"), "{}", found[0]);
        assert!(found[1].contains("write price = \"2.50\""), "{}", found[1]);
        assert!(found[2].contains("write slot = \"11\""), "{}", found[2]);
    }

    #[test]
    fn a_syntax_error_has_its_line() {
        let found = problems("[kiosk]\nid = lobby\n");
        assert!(found[0].starts_with("k.toml:2: is not TOML: "), "{}", found[0]);
    }

    #[test]
    fn an_integer_too_large_for_any_setting_is_a_wrong_type_not_a_panic() {
        assert_eq!(problems("[payment]\nmax_attempts = 99999999999999999999\n").len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_brings_the_parser_down(text in "\\PC{0,200}") {
            let _ = layer(Path::new("k.toml"), &text);
        }
    }
}
