//! Inputs: a kind each, and the keys that this kind has. And which kind has a port.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::keys::{self, Section};
use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawInput;
use super::super::settings::{InputSettings, SerialInput};
use super::{Check, bus, gpio, keypads, screen};

/// The longest name of an input or display.
const LONGEST_NAME: usize = 32;
/// What boards with a serial port are used to.
const BAUD: i64 = 9600;

#[derive(Clone, Copy, PartialEq, Eq)]
enum InputKind {
    Serial,
    Gpio,
    Matrix,
    Evdev,
    Mdb,
    Reader,
    Stdin,
}

impl InputKind {
    const ALL: [(&str, Self); 7] = [
        ("serial", Self::Serial),
        ("gpio", Self::Gpio),
        ("matrix", Self::Matrix),
        ("evdev", Self::Evdev),
        ("mdb", Self::Mdb),
        ("reader", Self::Reader),
        ("stdin", Self::Stdin),
    ];

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Serial => &["device", "baud"],
            Self::Gpio => gpio::KEYS,
            Self::Matrix => keypads::MATRIX_KEYS,
            Self::Evdev => keypads::EVDEV_KEYS,
            Self::Mdb => bus::INPUT_KEYS,
            Self::Reader => screen::KEYS,
            Self::Stdin => &[],
        }
    }
}

/// The keys of an input of the kind of this name.
pub(super) fn input_keys(kind: &str) -> Option<&'static [&'static str]> {
    InputKind::ALL.iter().find(|(name, _)| *name == kind).map(|(_, kind)| kind.keys())
}

impl Check<'_> {
    pub(super) fn inputs(
        &mut self,
        raw: &BTreeMap<String, RawInput>,
    ) -> BTreeMap<String, InputSettings> {
        let mut inputs = BTreeMap::new();
        for (name, raw) in raw {
            let table = KeyPath::new(["input", name]);
            let named = self.device_name(&table, name);
            let input = self.input(&table, raw);
            let is_stdin = input == Some(InputSettings::Stdin);
            let is_reader = |input: &InputSettings| matches!(input, InputSettings::Reader(_));
            if input.as_ref().is_some_and(is_reader) && inputs.values().any(is_reader) {
                self.second(&table.join("kind"), "reader", "one payment reader");
            }
            if is_stdin && inputs.values().any(|other| *other == InputSettings::Stdin) {
                self.second(&table.join("kind"), "stdin", "one terminal");
            }
            if let (Some(name), Some(input)) = (named, input) {
                inputs.insert(name, input);
            }
        }
        inputs
    }

    fn input(&mut self, table: &KeyPath, raw: &RawInput) -> Option<InputSettings> {
        let kind = self.kind(table, raw.kind.as_ref(), &InputKind::ALL)?;
        self.no_keys_but(table, raw.kind.as_deref().unwrap_or_default(), kind.keys());
        match kind {
            InputKind::Gpio => self.gpio(table, raw).map(InputSettings::Gpio),
            InputKind::Matrix => self.matrix(table, raw).map(InputSettings::Matrix),
            InputKind::Evdev => self.evdev(table, raw).map(InputSettings::Evdev),
            InputKind::Mdb => self.mdb(table, raw).map(InputSettings::Mdb),
            InputKind::Reader => self.reader_screen(table, raw).map(InputSettings::Reader),
            InputKind::Serial => {
                let device = self.device(table, raw.device.as_ref());
                let baud = self.baud(&table.join("baud"), raw.baud.unwrap_or(BAUD));
                Some(InputSettings::Serial(SerialInput { device: device?, baud: baud? }))
            }
            InputKind::Stdin => Some(InputSettings::Stdin),
        }
    }

    pub(super) fn kind<T: Copy>(
        &mut self,
        table: &KeyPath,
        kind: Option<&String>,
        kinds: &[(&str, T)],
    ) -> Option<T> {
        let key = table.join("kind");
        let example = kinds.first().map_or("", |(word, _)| word);
        let word = self.required(&key, kind, &format!("kind = \"{example}\""))?;
        self.choice(&key, word, kinds)
    }

    pub(super) fn device(&mut self, table: &KeyPath, device: Option<&String>) -> Option<PathBuf> {
        let key = table.join("device");
        let device = self.required(&key, device, "device = \"/dev/ttyUSB0\"")?;
        self.absolute(&key, device)
    }

    /// The name of a table that no type of the domain stands for.
    pub(super) fn device_name(&mut self, table: &KeyPath, name: &str) -> Option<String> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain) {
            return Some(name.to_owned());
        }
        let wrong = format!("{} cannot be its name", quoted(name));
        let allowed = format!("1 to {LONGEST_NAME} ASCII letters, digits, '_', '-' or '.'");
        self.wrong(table, wrong, allowed, "rename it");
        None
    }

    /// What is set is of the kind that the table has.
    pub(super) fn no_keys_but(&mut self, table: &KeyPath, kind: &str, allowed: &[&str]) {
        let section = table.parts().first().and_then(|section| keys::section(section));
        let all = section.into_iter().flat_map(Section::key_names);
        for name in all.filter(|name| *name != "kind" && !allowed.contains(name)) {
            let key = table.join(name);
            if self.merged.origins.is_set(&key) || self.merged.origins.has_table(&key) {
                let wrong = format!("is no key of kind \"{kind}\"");
                let allowed = [&["kind"], allowed].concat().join(", ");
                self.wrong(&key, wrong, allowed, "remove it, or write the kind that it belongs to");
            }
        }
    }

    pub(super) fn second(&mut self, key: &KeyPath, kind: &str, what: &str) {
        let wrong = format!("is the second of kind \"{kind}\"; there is {what} only");
        self.wrong(key, wrong, "one", "remove one of the two");
    }

    /// One port, one board behind it: two readers of a port would each miss half of its lines.
    pub(super) fn one_user_for_each_port(&mut self) {
        let raw = &self.merged.raw;
        let has_port =
            |raw: &RawInput| matches!(raw.kind.as_deref(), Some("serial" | "evdev" | "mdb"));
        let inputs = raw.input.iter().filter(|(_, raw)| has_port(raw));
        let inputs = inputs.map(|(name, raw)| (KeyPath::new(["input", name]), &raw.device));
        let dispensers = raw.dispenser.iter();
        let dispensers =
            dispensers.map(|(name, raw)| (KeyPath::new(["dispenser", name]), &raw.device));
        let mut users: BTreeMap<PathBuf, KeyPath> = BTreeMap::new();
        for (table, device) in inputs.chain(dispensers) {
            let Some(device) = device else { continue };
            if let Some(other) = users.insert(PathBuf::from(device), table.clone()) {
                let wrong = format!("{} is already the port of [{other}]", quoted(device));
                let fix = "name the port that this board is plugged into";
                self.wrong(&table.join("device"), wrong, "a port of its own", fix);
            }
        }
    }

    /// A printer takes one connection: tickets of two would be printed into each other, or not at all.
    pub(super) fn one_user_for_each_address(&mut self) {
        let mut users: BTreeMap<String, KeyPath> = BTreeMap::new();
        for (name, raw) in &self.merged.raw.dispenser {
            let Some(address) = &raw.address else { continue };
            let table = KeyPath::new(["dispenser", name]);
            if let Some(other) = users.insert(address.to_ascii_lowercase(), table.clone()) {
                let wrong = format!("{} is already the address of [{other}]", quoted(address));
                let fix =
                    "write the address of this printer, or name the other table in the products";
                self.wrong(&table.join("address"), wrong, "an address of its own", fix);
            }
        }
    }
}
