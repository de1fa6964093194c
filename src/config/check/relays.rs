//! Relays and motors on GPIO lines.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::origins::KeyPath;
use super::super::raw::RawDispenser;
use super::super::settings::{DispenserKind, DispenserSettings, ProductSettings};
use super::gpio::MOST_LINES;
use super::{Check, values};
use crate::ids::{DispenserName, ProductCode, Slot};
use crate::wiring::{GpioDispenser, Level, Line, Pull, Reverse, Sensor, Until};

/// The keys of the kind.
pub(super) const KEYS: &[&str] = &[
    "unknown_vend",
    "timeout",
    "chip",
    "lines",
    "active",
    "pulse",
    "sensor",
    "sensor_kind",
    "sensor_active",
    "sensor_pull",
    "sensor_debounce",
    "reverse_lines",
    "reverse",
];

/// As many lines as the kernel gives with one request.
const MOST_AT_ONCE: usize = 64;

impl Check<'_> {
    pub(super) fn relays(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<GpioDispenser> {
        let chip = match &raw.chip {
            Some(path) => Some(self.absolute(&table.join("chip"), path)?),
            None => None,
        };
        let key = table.join("lines");
        if raw.lines.is_empty() && !self.is_refused_within(&key) {
            let fix = "add, for example: lines = { 11 = 23, 12 = 24 }";
            self.wrong_unless_refused(&key, "has no line", "one or more", fix);
        }
        let lines = self.lines_of_slots(&key, &raw.lines);
        let active = self.level(&table.join("active"), &raw.active);
        let key = table.join("pulse");
        let pulse = self.required(&key, raw.pulse.as_ref(), "pulse = \"800ms\"");
        let pulse = pulse.and_then(|text| self.duration(&key, text, values::PULSE));
        let sensor = self.sensor(table, raw, pulse);
        let reverse = self.reverse(table, raw);
        let relays =
            GpioDispenser { chip, lines: lines?, active: active?, pulse: pulse?, sensor, reverse };
        self.one_use_for_each_line(table, &relays).then_some(relays)
    }

    /// A level that a line has when it is on.
    pub(super) fn level(&mut self, key: &KeyPath, word: &str) -> Option<Level> {
        self.choice(key, word, &[("low", Level::Low), ("high", Level::High)])
    }

    /// A number of a line.
    pub(super) fn line(&mut self, key: &KeyPath, number: i64) -> Option<Line> {
        let line = Line::try_from(number).ok().filter(|line| *line < MOST_LINES);
        if line.is_none() {
            let wrong = format!("{number} is no line of a chip");
            let fix = "write the line's number on its chip: see `gpioinfo`";
            self.wrong(key, wrong, format!("0 to {}", MOST_LINES - 1), fix);
        }
        line
    }

    fn lines_of_slots(
        &mut self,
        table: &KeyPath,
        raw: &BTreeMap<String, i64>,
    ) -> Option<BTreeMap<Slot, Line>> {
        let mut lines = BTreeMap::new();
        for (slot, number) in raw {
            let key = table.join(slot);
            let line = self.line(&key, *number);
            if let Some((slot, line)) = self.parsed(&key, slot, Slot::new).zip(line) {
                lines.insert(slot, line);
            }
        }
        (lines.len() == raw.len()).then_some(lines)
    }

    /// The sensor, if there is one. What is wrong with it is noted.
    fn sensor(
        &mut self,
        table: &KeyPath,
        raw: &RawDispenser,
        pulse: Option<Duration>,
    ) -> Option<Sensor> {
        let timeout = self.duration(&table.join("timeout"), &raw.timeout, values::VEND_TIMEOUT);
        let key = table.join("sensor_kind");
        let kinds =
            [("drop", Until::Drop { timeout: timeout.unwrap_or_default() }), ("home", Until::Home)];
        let until = self.choice(&key, &raw.sensor_kind, &kinds);
        let active = self.level(&table.join("sensor_active"), &raw.sensor_active);
        let pulls = [("up", Pull::Up), ("down", Pull::Down), ("none", Pull::None)];
        let pull = self.choice(&table.join("sensor_pull"), &raw.sensor_pull, &pulls);
        let key = table.join("sensor_debounce");
        let debounce = self.duration(&key, &raw.sensor_debounce, values::SENSOR_DEBOUNCE);
        let line = self.line(&table.join("sensor"), raw.sensor?);
        let is_drop = matches!(until, Some(Until::Drop { .. }));
        if let (Some(pulse), Some(timeout), true) = (pulse, timeout, is_drop)
            && pulse > timeout
        {
            let wrong = "is longer than timeout, after which nothing may fall any more";
            let fix = "write a shorter pulse, or a longer timeout";
            self.wrong(&table.join("pulse"), wrong, "a time up to timeout", fix);
            return None;
        }
        Some(Sensor {
            line: line?,
            until: until?,
            active: active?,
            pull: pull?,
            debounce: debounce?,
        })
    }

    /// How motors are turned back, if any is. What is wrong with it is noted.
    fn reverse(&mut self, table: &KeyPath, raw: &RawDispenser) -> Option<Reverse> {
        let key = table.join("reverse_lines");
        let lines = self.lines_of_slots(&key, &raw.reverse_lines);
        let pulse = self.duration(&table.join("reverse"), &raw.reverse, values::REVERSE);
        let lines = lines?;
        for slot in lines.keys().filter(|slot| !raw.lines.contains_key(slot.as_str())) {
            let wrong = "is a slot without a line in lines";
            let fix = "name the line that turns it forward in lines";
            self.wrong(&key.join(slot.as_str()), wrong, "the slots of lines", fix);
        }
        let pulse = pulse?;
        (!lines.is_empty()).then_some(Reverse { lines, pulse })
    }

    /// A line that is two things at once is wired wrongly, or written wrongly.
    fn one_use_for_each_line(&mut self, table: &KeyPath, relays: &GpioDispenser) -> bool {
        let reverse = relays.reverse.iter().flat_map(|reverse| &reverse.lines);
        let reverse = reverse.map(|(slot, line)| (format!("reverse_lines.{slot}"), *line));
        let sensor = relays.sensor.iter().map(|sensor| ("sensor".to_owned(), sensor.line));
        let forward = relays.lines.iter().map(|(slot, line)| (format!("lines.{slot}"), *line));
        let mut uses: BTreeMap<Line, String> = BTreeMap::new();
        let mut is_right = true;
        let outputs = relays.lines.len() + relays.reverse.iter().flat_map(|r| &r.lines).count();
        if outputs > MOST_AT_ONCE {
            let wrong = format!("and reverse_lines have {outputs} lines");
            let fix = "make two dispensers of it";
            self.wrong(&table.join("lines"), wrong, format!("{MOST_AT_ONCE} in all"), fix);
            is_right = false;
        }
        for (name, line) in forward.chain(reverse).chain(sensor) {
            if let Some(other) = uses.insert(line, name.clone()) {
                let wrong = format!("{line} is also the line of {other}");
                let key = name.split('.').fold(table.clone(), |key, part| key.join(part));
                self.wrong(&key, wrong, "a line of its own", "correct one of the two");
                is_right = false;
            }
        }
        is_right
    }

    /// Each product that comes out of relays has a line to come out by.
    pub(super) fn a_line_for_each_slot(
        &mut self,
        products: &BTreeMap<ProductCode, ProductSettings>,
        dispensers: &BTreeMap<DispenserName, DispenserSettings>,
    ) {
        for (code, product) in products {
            let dispenser = dispensers.get(&product.dispenser).map(|dispenser| &dispenser.kind);
            if let Some(DispenserKind::Gpio(relays)) = dispenser
                && !relays.lines.contains_key(&product.slot)
            {
                let line =
                    ["dispenser", product.dispenser.as_str(), "lines", product.slot.as_str()];
                if self.is_refused(&KeyPath::new(line)) {
                    continue;
                }
                let key = KeyPath::new(["product", code.as_str(), "slot"]);
                let (slot, name) = (&product.slot, &product.dispenser);
                let wrong = format!("{slot} has no line in [dispenser.{name}]");
                let slots: Vec<&str> = relays.lines.keys().map(Slot::as_str).collect();
                let fix = "name one of its slots, or add the slot to its lines";
                self.wrong(&key, wrong, slots.join(", "), fix);
            }
        }
    }
}
