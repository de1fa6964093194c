//! Buttons on GPIO lines.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::origins::KeyPath;
use super::super::problem::quoted;
use super::super::raw::RawInput;
use super::{Check, values};
use crate::wiring::{BackendKind, GpioInput, Level, Line, Pull};

/// The keys of the kind.
pub(super) const KEYS: &[&str] =
    &["chip", "backend", "lines", "pull", "active", "debounce", "hold", "stuck_after"];

/// No chip has more lines.
pub(super) const MOST_LINES: Line = 1024;

impl Check<'_> {
    pub(super) fn gpio(&mut self, table: &KeyPath, raw: &RawInput) -> Option<GpioInput> {
        let (chip, backend) = self.chip(table, raw);
        let lines = self.lines(&table.join("lines"), &raw.lines);
        let pulls = [("up", Pull::Up), ("down", Pull::Down), ("none", Pull::None)];
        let pull = self.choice(&table.join("pull"), &raw.pull, &pulls);
        let levels = [("low", Level::Low), ("high", Level::High)];
        let active = self.choice(&table.join("active"), &raw.active, &levels);
        let debounce = self.duration(&table.join("debounce"), &raw.debounce, values::DEBOUNCE);
        let hold = self.duration(&table.join("hold"), &raw.hold, values::HOLD);
        let stuck_after =
            self.duration(&table.join("stuck_after"), &raw.stuck_after, values::STUCK_AFTER);
        Some(GpioInput {
            chip,
            backend: backend?,
            lines: lines?,
            pull: pull?,
            active: active?,
            debounce: debounce?,
            hold: hold?,
            stuck_after: stuck_after?,
        })
    }

    /// Which chip, and how it is spoken to.
    pub(super) fn chip(
        &mut self,
        table: &KeyPath,
        raw: &RawInput,
    ) -> (Option<PathBuf>, Option<BackendKind>) {
        let path = raw.chip.as_ref();
        let chip = path.and_then(|path| self.absolute(&table.join("chip"), path));
        let backends = [("chardev", BackendKind::Chardev), ("rppal", BackendKind::Rppal)];
        let backend = self.choice(&table.join("backend"), &raw.backend, &backends);
        if let (Some(BackendKind::Rppal), Some(_)) = (backend, path) {
            let wrong = "is no key of backend \"rppal\", which knows the pin header only";
            self.wrong(&table.join("chip"), wrong, "nothing", "remove it");
        }
        (chip, backend)
    }

    /// What each line says: a key that somebody can press here.
    fn lines(
        &mut self,
        table: &KeyPath,
        raw: &BTreeMap<String, String>,
    ) -> Option<BTreeMap<Line, String>> {
        if raw.is_empty() {
            let fix = "add, for example: lines = { 17 = \"A1\", 27 = \"CANCEL\" }";
            if !self.merged.refused.iter().any(|key| key.is_within(table)) {
                self.wrong_unless_refused(table, "has no line", "one or more", fix);
            }
            return None;
        }
        let mut lines = BTreeMap::new();
        for (number, word) in raw {
            let key = table.join(number);
            let is_plain = |line: &Line| *line < MOST_LINES && line.to_string() == *number;
            let line = number.parse::<Line>().ok().filter(is_plain);
            if line.is_none() {
                let wrong = format!("{} is no line of a chip", quoted(number));
                let fix = "write the line's number on its chip: see `gpioinfo`";
                self.wrong(&key, wrong, format!("0 to {}", MOST_LINES - 1), fix);
            }
            if self.is_key(&key, word)
                && let Some(line) = line
            {
                lines.insert(line, word.clone());
            }
        }
        (lines.len() == raw.len()).then_some(lines)
    }

    /// Whether somebody who presses this does something.
    fn is_key(&mut self, key: &KeyPath, word: &str) -> bool {
        let products = &self.merged.raw.product;
        let code = word.strip_prefix("REMOVE ").unwrap_or(word);
        let is_known = matches!(word, "CANCEL" | "PAY" | "LANGUAGE") || products.contains_key(code);
        if !is_known {
            let wrong = format!("{} is no key of this kiosk", quoted(word));
            let codes: Vec<&str> = products.keys().map(String::as_str).collect();
            let allowed =
                format!("{}, CANCEL, PAY, LANGUAGE, or REMOVE and a product", codes.join(", "));
            self.wrong(key, wrong, allowed, "write what the button stands for");
        }
        is_known
    }
}
