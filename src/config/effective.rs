//! What a configuration comes to: every key that counts, its value, and who set it.
//!
//! Written as TOML it is a configuration again, with the same settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Loaded;
use super::check::keys_of_kind;
use super::keys::{SECTIONS, Section};
use super::layers::Merged;
use super::origins::{KeyPath, Origin, Origins};
use super::problem::nearest;
use super::settings::{DispenserKind, InputSettings, Settings};

/// One key with what it comes to.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// The key.
    pub key: KeyPath,
    /// Its value, of the type that the file would have.
    pub value: Value,
    /// Who set it.
    pub origin: Origin,
}

/// The document of `GET /v1/config` and of `kioskd config show --json`. Nothing in it is secret: no
/// configuration that holds a secret is loaded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfigDocument {
    /// The version of kioskd whose defaults these are.
    pub version: String,
    /// The hash of the effective settings.
    pub hash: String,
    /// The file or folder that was asked for.
    pub source: String,
    /// The files that were read.
    pub files: Vec<String>,
    /// The settings, table in table, as in a file.
    pub settings: Map<String, Value>,
    /// Who set each key that is not a default, by its dotted name.
    pub origins: BTreeMap<String, String>,
}

impl ConfigDocument {
    /// Each key with its value.
    pub fn by_key(&self) -> BTreeMap<KeyPath, Value> {
        let mut found = BTreeMap::new();
        let mut tables = vec![(KeyPath::default(), &self.settings)];
        while let Some((path, table)) = tables.pop() {
            for (name, value) in table {
                match value {
                    Value::Object(inner) => tables.push((path.join(name), inner)),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_) => {
                        found.insert(path.join(name), value.clone());
                    }
                }
            }
        }
        found
    }
}

impl Loaded {
    /// The effective settings and who set them, for machines.
    pub fn document(&self) -> ConfigDocument {
        let mut settings = Map::new();
        let mut origins = BTreeMap::new();
        for Setting { key, value, origin } in &self.effective {
            put(&mut settings, key.parts(), value.clone());
            if *origin != Origin::Default {
                origins.insert(key.to_string(), origin.to_string());
            }
        }
        ConfigDocument {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            hash: self.hash.clone(),
            source: self.source.display().to_string(),
            files: self.files.iter().map(|file| file.display().to_string()).collect(),
            settings,
            origins,
        }
    }
}

fn put(table: &mut Map<String, Value>, parts: &[String], value: Value) {
    match parts {
        [] => {}
        [name] => {
            table.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = table.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Settings as TOML, a table after the other; with who set each, if that is wanted.
pub fn toml(settings: &[Setting], with_origins: bool) -> String {
    let mut text = String::new();
    let mut open = KeyPath::default();
    for Setting { key, value, origin } in settings {
        let table = key.parent().unwrap_or_default();
        if table != open {
            let gap = if text.is_empty() { "" } else { "\n" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{gap}[{table}]");
            open = table;
        }
        let name = KeyPath::new(key.parts().last().map(String::as_str));
        let by = if with_origins { format!("  # {origin}") } else { String::new() };
        let _ = writeln!(text, "{name} = {}{by}", toml_value(value));
    }
    text
}

/// A value as TOML writes it.
pub fn toml_value(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(toml_value).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// All that counts, in the order of the sections.
pub(super) fn settings(merged: &Merged, settings: &Settings) -> serde_json::Result<Vec<Setting>> {
    let raw = serde_json::to_value(&merged.raw)?;
    let mut walk = Walk { origins: &merged.origins, settings, found: Vec::new() };
    for section in &SECTIONS {
        let path = KeyPath::new([section.name]);
        let table = &raw[section.name];
        if !section.named {
            walk.table(section, &path, table);
        }
        let named = table.as_object().filter(|_| section.named);
        for (name, table) in named.into_iter().flatten() {
            walk.table(section, &path.join(name), table);
        }
    }
    Ok(walk.found)
}

struct Walk<'a> {
    origins: &'a Origins,
    settings: &'a Settings,
    found: Vec<Setting>,
}

impl Walk<'_> {
    fn table(&mut self, section: &Section, path: &KeyPath, table: &Value) {
        let kind = table["kind"].as_str().unwrap_or_default();
        let of_kind = keys_of_kind(section.name, kind);
        for (name, _) in section.keys {
            let key = path.join(name);
            let counts = match of_kind {
                Some(names) => *name == "kind" || names.contains(name),
                // Which of its defaults count is not known.
                None => !section.keys.iter().any(|(name, _)| *name == "kind"),
            };
            if self.origins.is_set(&key) || counts {
                let written = Some(&table[*name]).filter(|value| !value.is_null()).cloned();
                let value = written.or_else(|| self.found_elsewhere(&key));
                self.add(key, value.filter(|_| self.belongs(path, table, name)));
            }
        }
        for (name, _) in section.tables {
            if let Some(inner) = section.table(name) {
                self.table(&inner, &path.join(name), &table[*name]);
            }
        }
        for (name, _) in section.free {
            let entries = table[*name].as_object().into_iter().flatten();
            for (entry, value) in entries {
                self.add(path.join(name).join(entry), Some(value.clone()));
            }
        }
    }

    fn add(&mut self, key: KeyPath, value: Option<Value>) {
        if let Some(value) = value {
            let origin = self.origins.of(&key).clone();
            self.found.push(Setting { key, value, origin });
        }
    }

    /// A printer in a network has no speed.
    fn belongs(&self, path: &KeyPath, table: &Value, name: &str) -> bool {
        let is_elsewhere = name == "baud" && table["address"].is_string();
        !is_elsewhere || self.origins.is_set(&path.join(name))
    }

    /// A default that is not the same everywhere.
    fn found_elsewhere(&self, key: &KeyPath) -> Option<Value> {
        let parts: Vec<&str> = key.parts().iter().map(String::as_str).collect();
        let settings = self.settings;
        match parts[..] {
            ["kiosk", "state_dir"] => Some(settings.kiosk.state_dir.to_str()?.into()),
            ["kiosk", "runtime_dir"] => Some(settings.kiosk.runtime_dir.to_str()?.into()),
            ["product", code, name] => {
                let product = settings.products.get(&code.parse().ok()?)?;
                match name {
                    "slot" => Some(product.slot.as_str().into()),
                    "dispenser" => Some(product.dispenser.as_str().into()),
                    _ => None,
                }
            }
            ["input", name, "baud"] => match settings.inputs.get(name)? {
                InputSettings::Serial(serial) => Some(serial.baud.into()),
                InputSettings::Mdb(machine) => Some(machine.baud.into()),
                InputSettings::Gpio(_)
                | InputSettings::Matrix(_)
                | InputSettings::Evdev(_)
                | InputSettings::Reader(_)
                | InputSettings::Stdin => None,
            },
            ["dispenser", name, "input"] => {
                match &settings.dispensers.get(&name.parse().ok()?)?.kind {
                    DispenserKind::Mdb(machine) => Some(machine.input.as_str().into()),
                    DispenserKind::Serial(_)
                    | DispenserKind::Command(_)
                    | DispenserKind::Gpio(_)
                    | DispenserKind::Escpos(_) => None,
                }
            }
            _ => None,
        }
    }
}

/// What is known of a key that somebody asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Asked<'a> {
    /// One key.
    Setting(&'a Setting),
    /// A table with these keys.
    Table(Vec<&'a Setting>),
    /// A key that nobody has set, and without a default.
    NotSet,
    /// There is no such key; what there is in its place.
    Unknown {
        /// The innermost table that there is.
        within: KeyPath,
        /// What stands in it.
        known: Vec<String>,
        /// What of that is likely meant.
        near: Option<String>,
    },
}

impl Loaded {
    /// The setting or the table of this name.
    pub fn find(&self, key: &KeyPath) -> Asked<'_> {
        if let Some(setting) = self.effective.iter().find(|setting| setting.key == *key) {
            return Asked::Setting(setting);
        }
        let inside: Vec<&Setting> =
            self.effective.iter().filter(|setting| setting.key.is_within(key)).collect();
        if !inside.is_empty() {
            return Asked::Table(inside);
        }
        let mut within = key.parent().unwrap_or_default();
        let is_there =
            |table: &KeyPath| self.effective.iter().any(|setting| setting.key.is_within(table));
        while !is_there(&within) {
            within = within.parent().unwrap_or_default();
        }
        let known = self.names_within(&within);
        if key.parent().as_ref() == Some(&within)
            && key.parts().last().is_some_and(|name| known.contains(name))
        {
            return Asked::NotSet;
        }
        let word = key.parts().get(within.parts().len()).map_or("", String::as_str);
        let near = nearest(word, known.iter().map(String::as_str)).map(str::to_owned);
        Asked::Unknown { within, known: known.into_iter().collect(), near }
    }

    /// What stands, or could stand, in a table.
    fn names_within(&self, table: &KeyPath) -> BTreeSet<String> {
        let depth = table.parts().len();
        let there = self.effective.iter().filter(|setting| setting.key.is_within(table));
        let mut names: BTreeSet<String> =
            there.filter_map(|setting| setting.key.parts().get(depth).cloned()).collect();
        let of_section = |section: &Section| depth == if section.named { 2 } else { 1 };
        match table.parts() {
            [] => names.extend(SECTIONS.iter().map(|section| section.name.to_owned())),
            [name, ..] => {
                let section = SECTIONS.iter().find(|section| section.name == name);
                if let Some(section) = section.filter(|section| of_section(section)) {
                    names.extend(section.key_names().map(str::to_owned));
                }
            }
        }
        names
    }
}
