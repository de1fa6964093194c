//! Keypads: what their keys do, and when what is typed is a code.

use std::collections::{BTreeMap, BTreeSet};

use evdev::KeyCode;

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawInput;
use super::gpio::MOST_LINES;
use super::{Check, values};
use crate::wiring::{EvdevInput, KeyNumber, Line, MatrixInput, Stroke, TypingRules, WhichKeyboard};

/// The keys of `kind = "matrix"`.
pub(super) const MATRIX_KEYS: &[&str] = &[
    "chip",
    "backend",
    "rows",
    "columns",
    "layout",
    "scan",
    "debounce",
    "stuck_after",
    "code_length",
    "enter",
    "clear",
    "cancel",
    "pay",
    "language",
    "typing_timeout",
];

/// The keys of `kind = "evdev"`.
pub(super) const EVDEV_KEYS: &[&str] = &[
    "device",
    "vendor",
    "product",
    "stuck_after",
    "code_length",
    "enter",
    "clear",
    "cancel",
    "pay",
    "language",
    "typing_timeout",
];

/// No code of a product is longer.
const LONGEST_CODE: usize = 16;
/// No keypad has more rows or columns.
const MOST_ROWS: usize = 8;

impl Check<'_> {
    pub(super) fn matrix(&mut self, table: &KeyPath, raw: &RawInput) -> Option<MatrixInput> {
        let (chip, backend) = self.chip(table, raw);
        let rows = self.keypad_lines(&table.join("rows"), &raw.rows, "rows = [5, 6, 13, 19]");
        let columns =
            self.keypad_lines(&table.join("columns"), &raw.columns, "columns = [12, 16, 20]");
        let keys = self.layout(table, raw);
        let typing = self.typing(table, raw, raw.enter.is_some());
        let scan = self.duration(&table.join("scan"), &raw.scan, values::SCAN);
        let debounce = self.duration(&table.join("debounce"), &raw.debounce, values::DEBOUNCE);
        if let (Some(scan), Some(debounce)) = (scan, debounce)
            && debounce < scan
        {
            let wrong = format!("{} is shorter than scan", quoted(&raw.debounce));
            let fix = "write a longer one, so that each key is looked at twice";
            self.wrong(&table.join("debounce"), wrong, "scan or longer", fix);
        }
        let stuck_after =
            self.duration(&table.join("stuck_after"), &raw.stuck_after, values::STUCK_AFTER);
        Some(MatrixInput {
            chip,
            backend: backend?,
            rows: rows?,
            columns: columns?,
            keys: keys?,
            typing: typing?,
            scan: scan?,
            debounce: debounce?,
            stuck_after: stuck_after?,
        })
    }

    pub(super) fn evdev(&mut self, table: &KeyPath, raw: &RawInput) -> Option<EvdevInput> {
        let keyboard = self.keyboard(table, raw);
        let functions = self.functions_of_keyboard(table, raw);
        let typing = self.typing(table, raw, true);
        let stuck_after =
            self.duration(&table.join("stuck_after"), &raw.stuck_after, values::STUCK_AFTER);
        Some(EvdevInput {
            keyboard: keyboard?,
            functions: functions?,
            typing: typing?,
            stuck_after: stuck_after?,
        })
    }

    /// Which keyboard is meant: by its device, or by who made it.
    fn keyboard(&mut self, table: &KeyPath, raw: &RawInput) -> Option<WhichKeyboard> {
        match (&raw.device, raw.vendor, raw.product) {
            (Some(device), None, None) => {
                self.absolute(&table.join("device"), device).map(WhichKeyboard::At)
            }
            (None, Some(vendor), Some(product)) => {
                let vendor = self.usb_number(&table.join("vendor"), vendor);
                let product = self.usb_number(&table.join("product"), product);
                Some(WhichKeyboard::Usb { vendor: vendor?, product: product? })
            }
            (None, vendor, product) => {
                let device = "device = \"/dev/input/by-id/usb-…-event-kbd\"";
                let (name, wrong, example) = match (vendor, product) {
                    (Some(_), _) => ("product", "is missing beside vendor", "product = 0x2124"),
                    (None, Some(_)) => ("vendor", "is missing beside product", "vendor = 0x1a2c"),
                    (None, None) => ("device", "is missing", device),
                };
                let allowed = "device, or vendor and product";
                let fix = format!("add, for example: {example}");
                self.wrong_unless_refused(&table.join(name), wrong, allowed, fix);
                None
            }
            (Some(_), _, _) => {
                let allowed = "device, or vendor and product";
                let wrong = "stands beside vendor or product: which keyboard is meant?";
                self.wrong(&table.join("device"), wrong, allowed, "remove one of the two");
                None
            }
        }
    }

    fn usb_number(&mut self, key: &KeyPath, number: i64) -> Option<u16> {
        let id = u16::try_from(number).ok();
        if id.is_none() {
            let fix = "write what `lsusb` shows, such as 0x1a2c";
            self.wrong(key, format!("{number} is out of range"), "0x0000 to 0xffff", fix);
        }
        id
    }

    /// The keys of a keyboard that do something else than what stands on them.
    fn functions_of_keyboard(
        &mut self,
        table: &KeyPath,
        raw: &RawInput,
    ) -> Option<BTreeMap<KeyNumber, Stroke>> {
        let mut functions = BTreeMap::new();
        let mut is_right = true;
        for (name, text, stroke) in named(raw) {
            let Some(text) = text else { continue };
            let wrong = match text.parse::<KeyCode>() {
                Ok(key) if functions.insert(key.code(), stroke).is_none() => continue,
                Ok(_) => "does something else already",
                Err(_) => "is no key of a keyboard",
            };
            is_right = false;
            let allowed = "the kernel's name of a key, such as \"KEY_KPASTERISK\"";
            let fix = "write the name that `evtest` shows";
            self.wrong(&table.join(name), format!("{} {wrong}", quoted(text)), allowed, fix);
        }
        is_right.then_some(functions)
    }

    /// The lines of the rows, or of the columns.
    fn keypad_lines(&mut self, key: &KeyPath, raw: &[i64], example: &str) -> Option<Vec<Line>> {
        if raw.is_empty() || raw.len() > MOST_ROWS {
            let wrong = format!("has {} lines", raw.len());
            let fix = format!("add, for example: {example}");
            self.wrong_unless_refused(key, wrong, format!("1 to {MOST_ROWS}"), fix);
            return None;
        }
        let line = |number: &i64| Line::try_from(*number).ok().filter(|line| *line < MOST_LINES);
        let lines: Vec<Line> = raw.iter().filter_map(line).collect();
        for number in raw.iter().filter(|number| line(number).is_none()) {
            let allowed = format!("0 to {}", MOST_LINES - 1);
            let fix = "write the line's number on its chip: see `gpioinfo`";
            self.wrong(key, format!("{number} is no line of a chip"), allowed, fix);
        }
        (lines.len() == raw.len()).then_some(lines)
    }

    /// What each key does: by rows, as they are printed.
    fn layout(&mut self, table: &KeyPath, raw: &RawInput) -> Option<Vec<Vec<(char, Stroke)>>> {
        let key = table.join("layout");
        let (rows, columns) = (raw.rows.len(), raw.columns.len());
        let has_its_size =
            raw.layout.len() == rows && raw.layout.iter().all(|row| row.chars().count() == columns);
        if rows == 0 || columns == 0 {
            // That is told already.
            return None;
        }
        if !has_its_size {
            let wrong = format!("is no layout of {rows} rows and {columns} columns");
            let allowed = "a text for each row, a character for each column";
            let fix = "add, for example: layout = [\"123\", \"456\", \"789\", \"*0#\"]";
            self.wrong_unless_refused(&key, wrong, allowed, fix);
            return None;
        }
        let functions = self.functions(table, raw)?;
        let mut seen = BTreeSet::new();
        let mut is_right = true;
        let mut keys = Vec::new();
        for row in &raw.layout {
            let mut strokes = Vec::new();
            for printed in row.chars() {
                let of_codes = Some(Stroke::Character(printed)).filter(|_| is_of_codes(printed));
                let stroke = functions.get(&printed).copied().or(of_codes);
                let wrong = match stroke {
                    Some(_) if seen.insert(printed) => "",
                    Some(_) => "stands on two keys",
                    None => "does nothing: it is in no code",
                };
                if !wrong.is_empty() {
                    is_right = false;
                    let wrong = format!("{} {wrong}", quoted(&printed.to_string()));
                    let allowed = "ASCII letters, digits, '_', '-' and '.', each once; and what \
                                   enter, clear, cancel and pay name";
                    self.wrong(&key, wrong, allowed, "change it, or name what it does");
                }
                strokes.extend(stroke.map(|stroke| (printed, stroke)));
            }
            keys.push(strokes);
        }
        is_right.then_some(keys)
    }

    /// The keys that do something else than add to a code.
    fn functions(&mut self, table: &KeyPath, raw: &RawInput) -> Option<BTreeMap<char, Stroke>> {
        let printed: Vec<char> = raw.layout.iter().flat_map(|row| row.chars()).collect();
        let mut functions = BTreeMap::new();
        let mut is_right = true;
        for (name, text, stroke) in named(raw) {
            let Some(text) = text else { continue };
            let key = printed.iter().find(|key| key.to_string() == *text);
            let wrong = match key {
                Some(key) if functions.insert(*key, stroke).is_none() => continue,
                Some(_) => "does something else already",
                None => "is no key of the layout",
            };
            is_right = false;
            let wrong = format!("{} {wrong}", quoted(text));
            let fix = "write what is printed on the key that does this";
            self.wrong(&table.join(name), wrong, "a key of its own", fix);
        }
        is_right.then_some(functions)
    }

    /// When what is typed is a code.
    fn typing(&mut self, table: &KeyPath, raw: &RawInput, has_enter: bool) -> Option<TypingRules> {
        let key = table.join("code_length");
        let code_length = match raw.code_length {
            Some(length) => Some(self.count(&key, length, LONGEST_CODE)?),
            None => None,
        };
        if code_length.is_none() && !has_enter {
            let wrong = "is missing, and there is no enter: no code is ever complete";
            let allowed = format!("1 to {LONGEST_CODE}");
            self.wrong_unless_refused(&key, wrong, allowed, "add one of the two");
        }
        let key = table.join("typing_timeout");
        let typing_timeout = self.duration(&key, &raw.typing_timeout, values::TYPING_TIMEOUT);
        Some(TypingRules { code_length, typing_timeout: typing_timeout? })
    }
}

/// The keys that do something else than add to a code, as they are written.
fn named(raw: &RawInput) -> [(&'static str, &Option<String>, Stroke); 5] {
    [
        ("enter", &raw.enter, Stroke::Enter),
        ("clear", &raw.clear, Stroke::Clear),
        ("cancel", &raw.cancel, Stroke::Cancel),
        ("pay", &raw.pay, Stroke::Pay),
        ("language", &raw.language, Stroke::Language),
    ]
}

fn is_of_codes(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}
