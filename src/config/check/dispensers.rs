//! Dispensers: a kind each, and the keys that this kind has.

use std::collections::BTreeMap;

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawDispenser;
use super::super::settings::{DispenserKind, DispenserSettings, SerialDispenser};
use super::{Check, UNKNOWN_VEND, bus, printers, relays, values};
use crate::ids::DispenserName;
use crate::wiring::CommandDispenser;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Serial,
    Command,
    Gpio,
    Mdb,
    Escpos,
}

/// The longest name of a user that Linux takes.
const LONGEST_USER: usize = 32;
/// What stands for an order's own words in a program's arguments.
const OF_A_VEND: [&str; 4] = ["order", "sale", "slot", "product"];
/// The same where only the order's id is known.
const OF_AN_ORDER: [&str; 1] = ["order"];

impl Kind {
    const ALL: [(&str, Self); 5] = [
        ("serial", Self::Serial),
        ("command", Self::Command),
        ("gpio", Self::Gpio),
        ("mdb", Self::Mdb),
        ("escpos", Self::Escpos),
    ];

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Serial => &["unknown_vend", "timeout", "device", "baud"],
            Self::Command => &["unknown_vend", "timeout", "program", "arguments", "status", "user"],
            Self::Gpio => relays::KEYS,
            Self::Mdb => bus::DISPENSER_KEYS,
            Self::Escpos => printers::KEYS,
        }
    }
}

/// The keys of a dispenser of the kind of this name.
pub(super) fn keys(kind: &str) -> Option<&'static [&'static str]> {
    Kind::ALL.iter().find(|(name, _)| *name == kind).map(|(_, kind)| kind.keys())
}

impl Check<'_> {
    pub(super) fn dispensers(
        &mut self,
        raw: &BTreeMap<String, RawDispenser>,
    ) -> BTreeMap<DispenserName, DispenserSettings> {
        let section = KeyPath::new(["dispenser"]);
        if raw.is_empty() {
            self.nothing(&section, "no dispenser: nothing can be delivered", "[dispenser.main]");
        }
        let mut dispensers = BTreeMap::new();
        for (name, raw) in raw {
            let table = section.join(name);
            let name = self.parsed(&table, name, DispenserName::new);
            let dispenser = self.dispenser(&table, raw);
            if let (Some(name), Some(dispenser)) = (name, dispenser) {
                dispensers.insert(name, dispenser);
            }
        }
        dispensers
    }

    fn dispenser(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<DispenserSettings> {
        let kind = self.kind(table, raw.kind.as_ref(), &Kind::ALL)?;
        self.no_keys_but(table, raw.kind.as_deref().unwrap_or_default(), kind.keys());
        let key = table.join("unknown_vend");
        let unknown_vend = match &raw.unknown_vend {
            Some(word) => Some(self.choice(&key, word, &UNKNOWN_VEND)?),
            None => None,
        };
        let kind = match kind {
            Kind::Serial => DispenserKind::Serial(self.board(table, raw)?),
            Kind::Command => DispenserKind::Command(self.command(table, raw)?),
            Kind::Gpio => DispenserKind::Gpio(self.relays(table, raw)?),
            Kind::Mdb => DispenserKind::Mdb(self.machine(table, raw)?),
            Kind::Escpos => DispenserKind::Escpos(self.printer(table, raw)?),
        };
        Some(DispenserSettings { kind, unknown_vend })
    }

    fn board(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<SerialDispenser> {
        let device = self.device(table, raw.device.as_ref());
        let baud = self.baud(&table.join("baud"), raw.baud);
        let timeout = self.duration(&table.join("timeout"), &raw.timeout, values::VEND_TIMEOUT);
        Some(SerialDispenser { device: device?, baud: baud?, timeout: timeout? })
    }

    fn command(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<CommandDispenser> {
        let key = table.join("program");
        let example = "program = \"/usr/local/lib/kiosk/print-ticket\"";
        let program = self.required(&key, raw.program.as_ref(), example);
        let program = program.and_then(|path| self.absolute(&key, path));
        let arguments = self.arguments(&table.join("arguments"), &raw.arguments, &OF_A_VEND);
        let key = table.join("status");
        let status = match raw.status.split_first() {
            None => Some(None),
            Some((path, rest)) => {
                let path = self.absolute(&key, path);
                path.zip(self.arguments(&key, rest, &OF_AN_ORDER)).map(Some)
            }
        };
        let user = match &raw.user {
            Some(name) => self.user(&table.join("user"), name).map(Some),
            None => Some(None),
        };
        let timeout = self.duration(&table.join("timeout"), &raw.timeout, values::VEND_TIMEOUT);
        Some(CommandDispenser {
            program: program?,
            arguments: arguments?,
            status: status?,
            user: user?,
            timeout: timeout?,
        })
    }

    /// Arguments in which only known words stand in braces.
    fn arguments(
        &mut self,
        key: &KeyPath,
        arguments: &[String],
        known: &[&str],
    ) -> Option<Vec<String>> {
        for argument in arguments {
            let braced = argument.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            let is_word = |word: &str| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            };
            let unknown =
                braced.map(|(word, _)| word).find(|word| is_word(word) && !known.contains(word));
            let wrong = if argument.contains('\0') {
                "has a null character in it".to_owned()
            } else if let Some(word) = unknown {
                format!("{{{word}}} in {} stands for nothing", quoted(argument))
            } else {
                continue;
            };
            let words: Vec<String> = known.iter().map(|word| format!("{{{word}}}")).collect();
            self.wrong(key, wrong, words.join(", "), "write one of these, or no braces");
            return None;
        }
        Some(arguments.to_vec())
    }

    /// The name of a user of the machine.
    fn user(&mut self, key: &KeyPath, name: &str) -> Option<String> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        if (1..=LONGEST_USER).contains(&name.len()) && name.bytes().all(plain) {
            return Some(name.to_owned());
        }
        let wrong = format!("{} is no user's name", quoted(name));
        let allowed = format!("1 to {LONGEST_USER} ASCII letters, digits, '_', '-' or '.'");
        self.wrong(key, wrong, allowed, "name a user of this machine, or remove the key");
        None
    }
}
