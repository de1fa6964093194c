//! The JSON schema of a file, for editors: from the table of keys, the defaults, and the words of the
//! example. What a value may be is asked of the check itself, by a value that it refuses, so that no
//! list is written twice.
//!
//! A file may hold as little as one price, so that the schema asks for no key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::check::{self, keys_of_kind};
use super::keys::{Kind, SECTIONS, Section};
use super::layers;
use super::origins::KeyPath;
use super::raw::{Raw, RawDispenser, RawDisplay, RawInput, RawProduct};
use super::reference::{Reference, ReferenceTable, reference};

/// What stands for a name that the operator chooses.
const NAME: &str = "x";

/// What values a key may have, as far as a schema can say it.
#[derive(Clone, PartialEq, Debug)]
enum Allowed {
    Words(Vec<String>),
    Numbers(Vec<i64>),
    Range(i64, i64),
}

/// Section, kind and key where one kind takes any of many values, and others a few.
const FREE: [(&str, &str, &str); 1] = [("display", "png", "size")];

/// The schema of `kioskd.toml` and of each drop-in.
pub fn schema() -> Value {
    let words = reference();
    let defaults = defaults();
    let mut properties = Map::new();
    for section in &SECTIONS {
        let table = table(section, &words, &defaults[section.name]);
        let about = words.tables.iter().find(|table| table.section() == section.name);
        let description = about.map_or_else(String::new, |table| prose(&table.words));
        let property = if section.named {
            json!({
                "type": "object",
                "description": description,
                "additionalProperties": table,
            })
        } else {
            let mut table = table;
            if !description.is_empty() {
                table["description"] = description.into();
            }
            table
        };
        properties.insert(section.name.to_owned(), property);
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The configuration of kioskd",
        "description": prose(&words.opening),
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// The defaults of all sections; those of named tables under [`NAME`].
fn defaults() -> Value {
    let name = || NAME.to_owned();
    let raw = Raw {
        product: BTreeMap::from([(name(), RawProduct::default())]),
        input: BTreeMap::from([(name(), RawInput::default())]),
        dispenser: BTreeMap::from([(name(), RawDispenser::default())]),
        display: BTreeMap::from([(name(), RawDisplay::default())]),
        ..Raw::default()
    };
    let mut sections = serde_json::to_value(raw).unwrap_or_default();
    for section in SECTIONS.iter().filter(|section| section.named) {
        sections[section.name] = sections[section.name][NAME].take();
    }
    sections
}

fn table(section: &Section, words: &Reference, defaults: &Value) -> Value {
    let kinds = match allowed(section, None, "kind", Kind::Text) {
        Some(Allowed::Words(kinds)) => kinds,
        Some(Allowed::Numbers(_) | Allowed::Range(..)) | None => Vec::new(),
    };
    let mut properties = Map::new();
    for (key, kind) in section.keys {
        let told = words.tables.iter().filter(|table| table.header == of_header(section, table));
        let description = described(told, key);
        let of_kinds: Vec<Allowed> = if *key == "kind" || kinds.is_empty() {
            allowed(section, None, key, *kind).into_iter().collect()
        } else {
            // What one kind takes in more ways than a list has is no choice.
            let is_free = |of: &String| FREE.contains(&(section.name, of.as_str(), *key));
            let kinds = kinds.iter();
            if kinds.clone().any(is_free) {
                Vec::new()
            } else {
                kinds.filter_map(|of| allowed(section, Some(of), key, *kind)).collect()
            }
        };
        let value = property(*kind, &of_kinds, &description, &defaults[*key]);
        properties.insert((*key).to_owned(), value);
    }
    for (name, keys) in section.tables {
        let header = format!("{}.{name}", section.name);
        let told: Vec<&ReferenceTable> =
            words.tables.iter().filter(|table| table.header == header).collect();
        let path = KeyPath::new([section.name, name]);
        let inner = keys.iter().map(|(key, kind)| {
            let description = described(told.iter().copied(), key);
            let allowed: Vec<Allowed> = said_of(&path, "", key, *kind).into_iter().collect();
            (*key, property(*kind, &allowed, &description, &defaults[*name][*key]))
        });
        let inner: BTreeMap<&str, Value> = inner.collect();
        let about = told.first().map_or_else(String::new, |table| prose(&table.words));
        let table = json!({
            "type": "object",
            "description": about,
            "additionalProperties": false,
            "properties": inner,
        });
        properties.insert((*name).to_owned(), table);
    }
    for (name, kind) in section.free {
        let told = words.tables.iter().filter(|table| table.section() == section.name);
        let table = json!({
            "type": "object",
            "description": described(told, name),
            "additionalProperties": property(*kind, &[], "", &Value::Null),
        });
        properties.insert((*name).to_owned(), table);
    }
    let mut table = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    let of_kinds: Vec<Value> = kinds.iter().filter_map(|kind| keys_of(section, kind)).collect();
    if !of_kinds.is_empty() {
        table["allOf"] = of_kinds.into();
    }
    table
}

/// The header under which a section's own keys stand, of tables with a name any.
fn of_header(section: &Section, table: &ReferenceTable) -> String {
    let is_one = section.named && table.section() == section.name;
    if is_one { table.header.clone() } else { section.name.to_owned() }
}

/// A table of this kind has its keys and no others.
fn keys_of(section: &Section, kind: &str) -> Option<Value> {
    let keys = keys_of_kind(section.name, kind)?;
    let keys: BTreeSet<&str> = keys.iter().copied().chain(["kind"]).collect();
    Some(json!({
        "if": { "properties": { "kind": { "const": kind } }, "required": ["kind"] },
        "then": { "propertyNames": { "enum": keys } },
    }))
}

fn property(kind: Kind, allowed: &[Allowed], description: &str, default: &Value) -> Value {
    let mut property = match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Duration => json!({ "type": "string", "pattern": "[0-9]\\s*[A-Za-zµ]" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Words => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Numbers => json!({ "type": "array", "items": { "type": "integer" } }),
    };
    let mut choices: Vec<Value> = Vec::new();
    for one in allowed {
        match one {
            Allowed::Words(words) => choices.extend(words.iter().map(|word| json!(word))),
            Allowed::Numbers(numbers) => choices.extend(numbers.iter().map(|one| json!(one))),
            Allowed::Range(least, most) => {
                property["minimum"] = (*least).into();
                property["maximum"] = (*most).into();
            }
        }
    }
    let mut seen = BTreeSet::new();
    choices.retain(|choice| seen.insert(choice.to_string()));
    if !choices.is_empty() {
        let one = if kind == Kind::Words { &mut property["items"] } else { &mut property };
        one["enum"] = choices.into();
    }
    if !default.is_null() {
        property["default"] = default.clone();
    }
    if !description.is_empty() {
        property["description"] = description.into();
    }
    property
}

/// What the tables say of a key, each with its kind where there are several.
fn described<'a>(tables: impl Iterator<Item = &'a ReferenceTable>, key: &str) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut said = BTreeSet::new();
    for table in tables {
        let Some(at) = table.keys.iter().position(|told| told.name == key) else { continue };
        // Of keys that stand together the first one says what all are for.
        let told = table.keys[..=at].iter().rev().find(|told| !told.words.is_empty());
        let text = told.map_or_else(String::new, |told| prose(&told.words));
        if text.is_empty() || !said.insert(text.clone()) {
            continue;
        }
        match table.kind().filter(|_| key != "kind") {
            Some(kind) => paragraphs.push(format!("{kind}: {text}")),
            None => paragraphs.push(text),
        }
    }
    paragraphs.join("\n\n")
}

/// Lines as one text.
fn prose(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let gap = match () {
            () if text.is_empty() || text.ends_with('\n') => "",
            () if line.is_empty() || line.starts_with(' ') => "\n",
            () => " ",
        };
        text.push_str(gap);
        text.push_str(line);
        if line.is_empty() || line.starts_with(' ') {
            text.push('\n');
        }
    }
    text.trim_end().to_owned()
}

/// What a key of a section may be, in a table of this kind.
fn allowed(section: &Section, of_kind: Option<&str>, key: &str, kind: Kind) -> Option<Allowed> {
    section.kind(key)?;
    let path = KeyPath::new([section.name]);
    let path = if section.named { path.join(NAME) } else { path };
    let of_kind = of_kind.map_or_else(String::new, |kind| format!("kind = \"{kind}\"\n"));
    said_of(&path, &of_kind, key, kind)
}

/// What the check says is allowed when it refuses a value of the right type; none if it takes any, or
/// says it in a way that no schema can.
fn said_of(table: &KeyPath, beside: &str, key: &str, kind: Kind) -> Option<Allowed> {
    let value = match kind {
        Kind::Text => "\"?\"",
        Kind::Integer => "-1",
        Kind::Words => "[\"?\"]",
        Kind::Duration | Kind::Boolean | Kind::Numbers => return None,
    };
    // Cards are looked at in this flow only.
    let flow = "flow = \"collect_confirm\"\n";
    let before = if table.parts().len() == 2 && table.parts()[0] == "payment" {
        format!("[payment]\n{flow}")
    } else {
        String::new()
    };
    let merged = layers::of_text(&format!("{before}[{table}]\n{beside}{key} = {value}\n"))?;
    let error = check::settings(Path::new("kioskd.toml"), &merged).err()?;
    let key = table.join(key);
    let is_of_value = |allowed: &&String| {
        let first = allowed.split(&[' ', ','][..]).next().unwrap_or_default();
        first.starts_with('"') || first.parse::<i64>().is_ok()
    };
    let of_key = error.problems.iter().filter(|problem| problem.key.as_ref() == Some(&key));
    let said = of_key.filter_map(|problem| problem.allowed.as_ref()).find(is_of_value)?;
    if let Some((least, most)) = said.split_once(" to ") {
        return Some(Allowed::Range(least.parse().ok()?, most.parse().ok()?));
    }
    if let Ok(words) = serde_json::from_str(&format!("[{said}]")) {
        return Some(Allowed::Words(words));
    }
    serde_json::from_str(&format!("[{said}]")).ok().map(Allowed::Numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_what_the_check_says() {
        let of = |section: &str, kind, key| {
            let section = super::super::keys::section(section).unwrap();
            allowed(section, kind, key, section.kind(key).unwrap())
        };
        let words = |words: &[&str]| {
            Some(Allowed::Words(words.iter().map(|word| (*word).to_owned()).collect()))
        };
        assert_eq!(of("payment", None, "flow"), words(&["process", "collect_confirm"]));
        assert_eq!(of("input", Some("gpio"), "active"), words(&["low", "high"]));
        assert_eq!(of("payment", None, "max_attempts"), Some(Allowed::Range(1, 10)));
        let Some(Allowed::Numbers(bauds)) = of("dispenser", Some("serial"), "baud") else {
            panic!("speeds are a list")
        };
        assert!(bauds.contains(&115_200), "{bauds:?}");
        assert_eq!(of("kiosk", None, "id"), None);
        assert_eq!(of("stripe", None, "reader"), None);
    }
}
