//! Every key that a configuration may have, with the TOML type of its value.
//!
//! [`super::raw`] holds the same keys as structs; a test compares the two. This table is what lets
//! one pass report every unknown key and every wrong type of a file with its line.

/// The TOML type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    /// Text that holds a duration.
    Duration,
    Integer,
    Boolean,
    /// A list of texts.
    Words,
    /// A list of whole numbers.
    Numbers,
}

impl Kind {
    /// For "expected …".
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "text in quotes",
            Self::Duration => "a duration in quotes, such as \"8s\"",
            Self::Integer => "a whole number without quotes",
            Self::Boolean => "true or false without quotes",
            Self::Words => "a list of texts, such as [\"visa\"]",
            Self::Numbers => "a list of whole numbers, such as [5, 6]",
        }
    }
}

/// A section of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// The name of its table.
    pub(super) name: &'static str,
    /// Whether it holds tables keyed by a name that the operator chooses.
    pub(super) named: bool,
    /// The keys of the table, or of each table in it.
    pub(super) keys: &'static [(&'static str, Kind)],
    /// The tables inside it whose names are fixed, each with keys only.
    pub(super) tables: &'static [(&'static str, &'static [(&'static str, Kind)])],
    /// The tables inside it whose keys the operator chooses, and what each of these holds.
    pub(super) free: &'static [(&'static str, Kind)],
}

/// Kinds of cards.
const CARDS: &[(&str, Kind)] = &[("brands", Words), ("funding", Words), ("countries", Words)];

use Kind::{Boolean, Duration, Integer, Numbers, Text, Words};

/// All sections, in the order of the shipped example.
pub(super) const SECTIONS: [Section; 10] = [
    Section {
        name: "kiosk",
        named: false,
        keys: &[
            ("id", Text),
            ("currency", Text),
            ("locale", Text),
            ("languages", Words),
            ("phone", Text),
            ("message_time", Duration),
            ("receipt_time", Duration),
            ("attract_after", Duration),
            ("state_dir", Text),
            ("runtime_dir", Text),
            ("cart", Boolean),
            ("cart_limit", Integer),
        ],
        tables: &[],
        free: &[],
    },
    Section {
        name: "stripe",
        named: false,
        keys: &[("api_base", Text), ("reader", Text), ("api_key_file", Text), ("ca_file", Text)],
        tables: &[],
        free: &[],
    },
    Section {
        name: "reader",
        named: false,
        keys: &[("restart_window", Text), ("power_cycle", Text), ("power_cycle_every", Duration)],
        tables: &[],
        free: &[],
    },
    Section {
        name: "payment",
        named: false,
        keys: &[
            ("flow", Text),
            ("capture", Text),
            ("interac", Boolean),
            ("customer_timeout", Duration),
            ("customer_cancellation", Boolean),
            ("max_attempts", Integer),
            ("resume_window", Duration),
            ("unknown_vend", Text),
            ("vend_grace", Duration),
            ("reader_display", Boolean),
            ("exposure_limit", Integer),
        ],
        tables: &[("accept", CARDS), ("reject", CARDS)],
        free: &[],
    },
    Section { name: "journal", named: false, keys: &[("keep", Text)], tables: &[], free: &[] },
    Section {
        name: "product",
        named: true,
        keys: &[
            ("name", Text),
            ("price", Text),
            ("slot", Text),
            ("dispenser", Text),
            ("stock", Integer),
            ("disabled", Boolean),
        ],
        tables: &[],
        free: &[],
    },
    Section {
        name: "input",
        named: true,
        keys: &[
            ("kind", Text),
            ("device", Text),
            ("baud", Integer),
            ("chip", Text),
            ("backend", Text),
            ("pull", Text),
            ("active", Text),
            ("debounce", Duration),
            ("hold", Duration),
            ("stuck_after", Duration),
            ("rows", Numbers),
            ("columns", Numbers),
            ("layout", Words),
            ("scan", Duration),
            ("code_length", Integer),
            ("enter", Text),
            ("clear", Text),
            ("cancel", Text),
            ("pay", Text),
            ("language", Text),
            ("typing_timeout", Duration),
            ("vendor", Integer),
            ("product", Integer),
            ("mode", Text),
            ("credit", Text),
            ("price_from", Text),
            ("otherwise", Text),
            ("setup", Words),
            ("title", Text),
            ("style", Text),
            ("poll", Duration),
        ],
        tables: &[],
        free: &[("lines", Text)],
    },
    Section {
        name: "dispenser",
        named: true,
        keys: &[
            ("kind", Text),
            ("unknown_vend", Text),
            ("timeout", Duration),
            ("device", Text),
            ("baud", Integer),
            ("program", Text),
            ("arguments", Words),
            ("status", Words),
            ("user", Text),
            ("chip", Text),
            ("active", Text),
            ("pulse", Duration),
            ("sensor", Integer),
            ("sensor_kind", Text),
            ("sensor_active", Text),
            ("sensor_pull", Text),
            ("sensor_debounce", Duration),
            ("reverse", Duration),
            ("input", Text),
            ("address", Text),
            ("ask_status", Boolean),
            ("code_page", Text),
            ("width", Integer),
            ("ticket", Words),
        ],
        tables: &[],
        free: &[("lines", Integer), ("reverse_lines", Integer)],
    },
    Section {
        name: "display",
        named: true,
        keys: &[
            ("kind", Text),
            ("device", Text),
            ("bus", Text),
            ("address", Integer),
            ("size", Text),
            ("controller", Text),
            ("upside_down", Boolean),
            ("rom", Text),
            ("chip", Text),
            ("backend", Text),
            ("line", Integer),
            ("active", Text),
            ("on", Words),
            ("file", Text),
            ("rotate", Integer),
            ("theme", Text),
            ("logo", Text),
            ("font", Text),
            ("brightness", Integer),
            ("night", Text),
            ("night_brightness", Integer),
            ("dim_after", Duration),
            ("sleep_after", Duration),
            ("shift", Boolean),
            ("page_time", Duration),
        ],
        tables: &[],
        free: &[("lines", Integer)],
    },
    Section { name: "language", named: true, keys: &[], tables: &[], free: &[("texts", Text)] },
];

/// The section of this name.
pub(super) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}

impl Section {
    /// The type of a key of this section.
    pub(super) fn kind(&self, key: &str) -> Option<Kind> {
        self.keys.iter().find(|(name, _)| *name == key).map(|(_, kind)| *kind)
    }

    /// The table of this name inside it, as a section of its own.
    pub(super) fn table(&self, name: &str) -> Option<Self> {
        let (name, keys) = self.tables.iter().find(|(table, _)| *table == name)?;
        Some(Self { name, named: false, keys, tables: &[], free: &[] })
    }

    /// What the table of this name holds, whose keys the operator chooses.
    pub(super) fn free(&self, name: &str) -> Option<Kind> {
        self.free.iter().find(|(free, _)| *free == name).map(|(_, kind)| *kind)
    }

    /// The names of the keys and tables, for a message.
    pub(super) fn key_names(&self) -> impl Iterator<Item = &'static str> {
        let tables = self
            .tables
            .iter()
            .map(|(name, _)| *name)
            .chain(self.free.iter().map(|(name, _)| *name));
        self.keys.iter().map(|(name, _)| *name).chain(tables)
    }

    /// How the section's header is written.
    pub(super) fn header(&self) -> String {
        if self.named { format!("[{}.NAME]", self.name) } else { format!("[{}]", self.name) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::raw::{Raw, RawDispenser, RawDisplay, RawInput, RawLanguage, RawProduct};
    use super::*;

    #[test]
    fn the_table_and_the_structs_have_the_same_keys() {
        let name = || "x".to_owned();
        let raw = Raw {
            product: BTreeMap::from([(name(), RawProduct::default())]),
            input: BTreeMap::from([(name(), RawInput::default())]),
            dispenser: BTreeMap::from([(name(), RawDispenser::default())]),
            display: BTreeMap::from([(name(), RawDisplay::default())]),
            language: BTreeMap::from([(name(), RawLanguage::default())]),
            ..Raw::default()
        };
        let json = serde_json::to_value(&raw).unwrap();
        let sections = json.as_object().unwrap();
        assert_eq!(sections.len(), SECTIONS.len());
        for section in SECTIONS {
            let table =
                if section.named { &sections[section.name]["x"] } else { &sections[section.name] };
            let mut of_struct: Vec<&String> = table.as_object().unwrap().keys().collect();
            let mut of_table: Vec<&str> = section.key_names().collect();
            of_struct.sort();
            of_table.sort_unstable();
            assert_eq!(of_struct, of_table, "{}", section.name);
            for (inner, keys) in section.tables {
                let of_struct = table[*inner].as_object().unwrap().keys();
                let mut of_table: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
                of_table.sort_unstable();
                assert!(of_struct.eq(&of_table), "{}.{inner}", section.name);
            }
        }
    }
    /// `kioskd.toml(5)` is made from the example.
    #[test]
    fn the_shipped_example_tells_of_each_key() {
        let switched_on = |line: &'static str| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()) => rest,
            _ => line,
        };
        let lines = include_str!("../../config/kioskd.toml").lines().map(switched_on);
        let example: toml::Table = lines.collect::<Vec<_>>().join("\n").parse().unwrap();
        for section in SECTIONS {
            let table = example[section.name].as_table().unwrap();
            let told: BTreeSet<&String> = if section.named {
                table.values().flat_map(|one| one.as_table().unwrap().keys()).collect()
            } else {
                table.keys().collect()
            };
            for key in section.key_names() {
                assert!(told.contains(&key.to_owned()), "{} {key}", section.header());
            }
            for (inner, keys) in section.tables {
                for (key, _) in *keys {
                    assert!(table[*inner].get(key).is_some(), "{}.{inner} {key}", section.name);
                }
            }
        }
    }
}
