//! What each key is for, read from the comments of the shipped example: the one text that the file,
//! `kioskd.toml(5)`, `docs/configuration.md` and the schema have in common. A test of `keys.rs`
//! holds the example against the keys that there are.

use std::collections::BTreeSet;

/// The configuration that the package installs.
const EXAMPLE: &str = include_str!("../../config/kioskd.toml");

/// What the example says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reference {
    /// What it says of the configuration as a whole, a line each; an empty one ends a paragraph, and
    /// one that begins with a space is set in.
    pub opening: Vec<String>,
    /// Its tables, but for those that only repeat an earlier one.
    pub tables: Vec<ReferenceTable>,
}

/// A table of the example.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReferenceTable {
    /// Its header without brackets.
    pub header: String,
    /// The lines above it.
    pub words: Vec<String>,
    /// Its keys, in their order.
    pub keys: Vec<ReferenceKey>,
    /// Lines below its keys that belong to none of them.
    pub notes: Vec<String>,
}

/// A key of the example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReferenceKey {
    /// Its name.
    pub name: String,
    /// The value that it has there.
    pub value: String,
    /// Whether that is what it is where nobody sets it.
    pub is_default: bool,
    /// The lines above it.
    pub words: Vec<String>,
}

impl ReferenceTable {
    /// The section that it is in, or is.
    pub fn section(&self) -> &str {
        self.header.split('.').next().unwrap_or(&self.header)
    }

    /// The kind that it shows, of a section that has kinds.
    pub fn kind(&self) -> Option<&str> {
        let key = self.keys.iter().find(|key| key.name == "kind")?;
        Some(key.value.trim_matches('"'))
    }
}

/// Reads the shipped example.
pub fn reference() -> Reference {
    let (opening, rest) = EXAMPLE.split_once("\n\n").unwrap_or((EXAMPLE, ""));
    let mut reference = Reference { opening: comments(opening), ..Reference::default() };
    let mut sections = BTreeSet::new();
    let mut words = Vec::new();
    // None: a table that has nothing new to say.
    let mut table: Option<ReferenceTable> = None;
    for line in rest.lines() {
        // A table that is commented out has an example of another kind.
        let line = if line.starts_with("#[") { &line[1..] } else { line };
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            reference.tables.extend(table.take());
            let words = std::mem::take(&mut words);
            let new = ReferenceTable { header: header.to_owned(), words, ..Default::default() };
            let is_first = sections.insert(new.section().to_owned());
            table = Some(new).filter(|new| is_first || !new.words.is_empty());
        } else if let Some(key) = key(line, &words) {
            words.clear();
            if let Some(table) = &mut table {
                table.keys.push(key);
            }
        } else if line.is_empty() {
            let words = std::mem::take(&mut words);
            if let Some(table) = &mut table {
                table.notes.extend(words);
            }
        } else {
            words.extend(comments(line));
        }
    }
    reference.tables.extend(table);
    reference
}

/// A key that is set, or commented out to show its default.
fn key(line: &str, words: &[String]) -> Option<ReferenceKey> {
    let bare = line.strip_prefix('#');
    let (name, value) = bare.unwrap_or(line).split_once(" = ")?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return None;
    }
    let tells_of_none = |line: &String| {
        let line = line.to_lowercase();
        line.contains("no default") || line.contains("required")
    };
    let is_default = bare.is_some() && !words.iter().any(tells_of_none);
    let (name, value) = (name.to_owned(), value.to_owned());
    Some(ReferenceKey { name, value, is_default, words: words.to_vec() })
}

/// The lines of a comment without their marks; what begins with `#:` is for editors.
fn comments(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with("#:"));
    let lines = lines.filter_map(|line| line.strip_prefix('#'));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_read_with_its_words() {
        let reference = reference();
        assert_eq!(reference.opening[0], "The configuration of kioskd.");
        let table = |header: &str| {
            reference.tables.iter().find(|table| table.header == header).unwrap().clone()
        };
        let payment = table("payment");
        let limit = payment.keys.iter().find(|key| key.name == "exposure_limit").unwrap();
        assert_eq!((limit.value.as_str(), limit.is_default), ("20", true));
        assert!(limit.words.join(" ").ends_with("1 to 1000."), "{limit:?}");
        assert_eq!(table("input.pad").kind(), Some("matrix"));
        assert!(table("input.pad").notes.join(" ").starts_with("backend, chip"));
        assert!(
            table("input.scanner").words.join(" ").starts_with("A keypad or a barcode scanner")
        );
        let id = &table("kiosk").keys[0];
        assert_eq!((id.name.as_str(), id.is_default), ("id", false));
        assert!(!reference.tables.iter().any(|table| table.header == "product.A2"));
    }
}
