//! The vending bus: an input and a dispenser that belong together.

use std::collections::BTreeMap;

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::{RawDispenser, RawInput};
use super::super::settings::{DispenserKind, DispenserSettings, InputSettings, ProductSettings};
use super::{Check, values};
use crate::ids::{DispenserName, ProductCode};
use crate::money::{Currency, Money};
use crate::wiring::{MdbDispenser, MdbInput, MdbMode, PriceFrom};

pub(super) const INPUT_KEYS: &[&str] =
    &["device", "baud", "mode", "credit", "price_from", "otherwise", "setup"];
pub(super) const DISPENSER_KEYS: &[&str] = &["unknown_vend", "timeout", "input"];

/// The interface's speed at a serial port; at USB it makes no difference.
const BAUD: i64 = 115_200;

/// What may come first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Choice,
    Card,
}

impl Check<'_> {
    pub(super) fn mdb(&mut self, table: &KeyPath, raw: &RawInput) -> Option<MdbInput> {
        let device = self.device(table, raw.device.as_ref());
        let baud = self.baud(&table.join("baud"), raw.baud.unwrap_or(BAUD));
        let mode = self.mode(table, raw);
        let prices = [("machine", PriceFrom::Machine), ("config", PriceFrom::Config)];
        let price_from = self.choice(&table.join("price_from"), &raw.price_from, &prices);
        let key = table.join("otherwise");
        let otherwise = match &raw.otherwise {
            Some(code) => self.parsed(&key, code, ProductCode::new).map(Some),
            None => Some(None),
        };
        let setup = self.interface_settings(&table.join("setup"), &raw.setup);
        Some(MdbInput {
            device: device?,
            baud: baud?,
            mode: mode?,
            price_from: price_from?,
            otherwise: otherwise?,
            setup: setup?,
        })
    }

    fn mode(&mut self, table: &KeyPath, raw: &RawInput) -> Option<MdbMode> {
        let modes = [("always_idle", First::Choice), ("session", First::Card)];
        let first = self.choice(&table.join("mode"), &raw.mode, &modes)?;
        let key = table.join("credit");
        match first {
            First::Card => {
                let credit = self.required(&key, raw.credit.as_ref(), "credit = \"5.00\"")?;
                let currency: Currency = self.merged.raw.kiosk.currency.parse().ok()?;
                let credit = self.parsed(&key, credit, |text| Money::price(text, currency))?;
                Some(MdbMode::Session { credit })
            }
            First::Choice if raw.credit.is_some() => {
                let wrong = "is told to the machine only where the card comes first";
                let fix = "remove it, or set mode = \"session\"";
                self.wrong(&key, wrong, "nothing in the mode always_idle", fix);
                None
            }
            First::Choice => Some(MdbMode::AlwaysIdle),
        }
    }

    /// Each goes out as one line behind `C,SETCONF,`.
    fn interface_settings(&mut self, key: &KeyPath, settings: &[String]) -> Option<Vec<String>> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'.');
        let is_one = |setting: &String| {
            setting.len() <= 48
                && setting.bytes().all(plain)
                && setting.split_once('=').is_some_and(|(name, value)| {
                    !name.is_empty() && !value.is_empty() && !value.contains('=')
                })
        };
        if let Some(wrong) = settings.iter().find(|setting| !is_one(setting)) {
            let wrong = format!("{} is no setting of the interface", quoted(wrong));
            let fix = "write it as in its manual: \"mdb-currency-code=0x1978\"";
            self.wrong(key, wrong, "NAME=VALUE, of letters, digits, '-', '_' and '.'", fix);
            return None;
        }
        Some(settings.to_vec())
    }

    pub(super) fn machine(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<MdbDispenser> {
        let own = table.parts().last().cloned().unwrap_or_default();
        let timeout = self.duration(&table.join("timeout"), &raw.timeout, values::VEND_TIMEOUT);
        Some(MdbDispenser { input: raw.input.clone().unwrap_or(own), timeout: timeout? })
    }

    /// A bus has two ends, which are configured apart.
    pub(super) fn one_dispenser_for_each_bus(
        &mut self,
        inputs: &BTreeMap<String, InputSettings>,
        dispensers: &BTreeMap<DispenserName, DispenserSettings>,
    ) {
        let mut ends: BTreeMap<&str, &DispenserName> = BTreeMap::new();
        for (name, dispenser) in dispensers {
            let DispenserKind::Mdb(machine) = &dispenser.kind else { continue };
            let key = KeyPath::new(["dispenser", name.as_str()]).join("input");
            if !matches!(inputs.get(&machine.input), Some(InputSettings::Mdb(_))) {
                let wrong = format!("{} is no input of kind \"mdb\"", quoted(&machine.input));
                let allowed = "the name of one";
                self.wrong(&key, wrong, allowed, "name the input that the machine asks at");
            } else if let Some(other) = ends.insert(&machine.input, name) {
                let wrong = format!("the machine at it is already [dispenser.{other}]");
                self.wrong(&key, wrong, "an input of its own", "remove one of the two");
            }
        }
        for (name, input) in inputs {
            if matches!(input, InputSettings::Mdb(_)) && !ends.contains_key(name.as_str()) {
                let wrong = "has no dispenser: what the machine asks for cannot be delivered";
                let fix = format!("add [dispenser.{name}] with kind = \"mdb\"");
                let table = KeyPath::new(["input", name]);
                self.wrong(&table, wrong, "a dispenser of kind \"mdb\"", fix);
            }
        }
    }

    /// What stands for unknown numbers has to be one of the machine's own products.
    pub(super) fn a_product_otherwise(
        &mut self,
        inputs: &BTreeMap<String, InputSettings>,
        dispensers: &BTreeMap<DispenserName, DispenserSettings>,
        products: &BTreeMap<ProductCode, ProductSettings>,
    ) {
        for (name, input) in inputs {
            let InputSettings::Mdb(MdbInput { otherwise: Some(code), .. }) = input else {
                continue;
            };
            let is_of_the_machine = |product: &ProductSettings| {
                let kind = dispensers.get(&product.dispenser).map(|dispenser| &dispenser.kind);
                matches!(kind, Some(DispenserKind::Mdb(machine)) if machine.input == *name)
            };
            if !products.get(code).is_some_and(is_of_the_machine) {
                let wrong = format!("no product {code} comes out of this machine");
                let key = KeyPath::new(["input", name]).join("otherwise");
                let fix = format!("add [product.{code}] with the machine as its dispenser");
                self.wrong(&key, wrong, "the code of a product of the machine", fix);
            }
        }
    }

    /// A machine asks for one product, now.
    pub(super) fn no_cart_at_a_bus(&mut self, inputs: &BTreeMap<String, InputSettings>) {
        let has_bus = inputs.values().any(|input| matches!(input, InputSettings::Mdb(_)));
        if self.merged.raw.kiosk.cart && has_bus {
            let wrong = "a vending machine asks for one product at a time";
            let key = KeyPath::new(["kiosk"]).join("cart");
            self.wrong(&key, wrong, "false with an input of kind \"mdb\"", "remove it");
        }
    }
}
