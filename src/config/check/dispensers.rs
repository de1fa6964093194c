//! Dispensers: a kind each, and the keys that this kind has.

use std::collections::BTreeMap;

use super::super::origins::KeyPath;
use super::super::raw::RawDispenser;
use super::super::settings::{DispenserKind, DispenserSettings, SerialDispenser};
use super::{Check, UNKNOWN_VEND, values};
use crate::ids::DispenserName;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Serial,
}

impl Kind {
    const ALL: [(&str, Self); 1] = [("serial", Self::Serial)];

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Serial => &["unknown_vend", "device", "baud", "timeout"],
        }
    }
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
        };
        Some(DispenserSettings { kind, unknown_vend })
    }

    fn board(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<SerialDispenser> {
        let device = self.device(table, raw.device.as_ref());
        let baud = self.baud(&table.join("baud"), raw.baud);
        let timeout = self.duration(&table.join("timeout"), &raw.timeout, values::VEND_TIMEOUT);
        Some(SerialDispenser { device: device?, baud: baud?, timeout: timeout? })
    }
}
