//! Where each value of the configuration came from, by its dotted key.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::problem::holds_api_key;

/// A key with the tables that it stands in, such as `product.A1.price`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// The path through these names, outermost first.
    pub fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(parts.into_iter().map(str::to_owned).collect())
    }

    /// Reads a path as TOML writes it: `product.A1.price`, `product."A.1".price`.
    pub fn parse(text: &str) -> Option<Self> {
        let line = format!("{text} = 0");
        let mut table: &toml::Table = &line.parse().ok().filter(|_| !text.contains(['\n', '=']))?;
        let mut path = Self::default();
        loop {
            let (name, value) = table.iter().next()?;
            path = path.join(name);
            match value.as_table() {
                Some(inner) => table = inner,
                None => return Some(path),
            }
        }
    }

    /// The path of `name` inside this table.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let mut parts = self.0.clone();
        parts.push(name.to_owned());
        Self(parts)
    }

    /// The table that this key stands in; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, tables) = self.0.split_last()?;
        Some(Self(tables.to_vec()))
    }

    /// The names, outermost first.
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// Whether this key is `table` or stands somewhere inside it.
    pub fn is_within(&self, table: &Self) -> bool {
        self.0.starts_with(&table.0)
    }
}

/// As TOML writes it: names that are not plain stand in quotes. A name that looks like an API key is
/// not shown.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            if holds_api_key(part) {
                f.write_str("(a name that looks like an API key)")?;
            } else if !part.is_empty() && part.bytes().all(plain) {
                f.write_str(part)?;
            } else {
                write!(f, "{part:?}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPath({self})")
    }
}

/// Who set a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody: it is built in.
    Default,
    /// A file.
    File {
        /// The file's path as it was opened.
        path: PathBuf,
        /// The line, from 1, where it is known.
        line: Option<usize>,
    },
    /// The environment.
    Environment {
        /// The variable's whole name.
        variable: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("built-in default"),
            Self::File { path, line: Some(line) } => write!(f, "{}:{line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Environment { variable } if holds_api_key(variable) => {
                f.write_str("an environment variable whose name looks like an API key")
            }
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
        }
    }
}

/// Who set each key last, and who opened each table first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origins {
    values: BTreeMap<KeyPath, Origin>,
    tables: BTreeMap<KeyPath, Origin>,
}

impl Origins {
    /// Notes that `origin` sets the value of `key`, over whoever did before.
    pub(super) fn set_value(&mut self, key: KeyPath, origin: Origin) {
        self.values.insert(key, origin);
    }

    /// Notes that `origin` has the table `key`, unless an earlier layer has it.
    pub(super) fn open_table(&mut self, key: KeyPath, origin: Origin) {
        self.tables.entry(key).or_insert(origin);
    }

    /// Adds a later layer.
    pub(super) fn overlay(&mut self, later: Self) {
        self.values.extend(later.values);
        for (key, origin) in later.tables {
            self.open_table(key, origin);
        }
    }

    /// Who set the value of `key` last; the default if nobody did.
    pub fn of(&self, key: &KeyPath) -> &Origin {
        self.values.get(key).unwrap_or(&Origin::Default)
    }

    /// Whether a layer sets the value of `key`.
    pub fn is_set(&self, key: &KeyPath) -> bool {
        self.values.contains_key(key)
    }

    /// Whether a layer has the table `key`.
    pub(super) fn has_table(&self, key: &KeyPath) -> bool {
        self.tables.contains_key(key)
    }

    /// The names of the tables directly inside `table`.
    pub(super) fn tables_in(&self, table: &KeyPath) -> Vec<&str> {
        let inside = self.tables.keys().filter(|key| key.parent().as_ref() == Some(table));
        inside.filter_map(|key| key.parts().last().map(String::as_str)).collect()
    }

    /// Where to look for `key`: who set it, else who opened the innermost table around it.
    pub(super) fn nearest(&self, key: &KeyPath) -> Option<&Origin> {
        if let Some(origin) = self.values.get(key) {
            return Some(origin);
        }
        let mut table = Some(key.clone());
        while let Some(path) = table {
            if let Some(origin) = self.tables.get(&path) {
                return Some(origin);
            }
            table = path.parent();
        }
        None
    }

    /// Every value that a layer sets, with who set it last, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&KeyPath, &Origin)> {
        self.values.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(line: usize) -> Origin {
        Origin::File { path: "kioskd.toml".into(), line: Some(line) }
    }

    #[test]
    fn a_later_layer_owns_the_value_and_the_first_one_the_table() {
        let (table, key) = (KeyPath::new(["kiosk"]), KeyPath::new(["kiosk", "id"]));
        let mut origins = Origins::default();
        origins.open_table(table.clone(), file(1));
        origins.set_value(key.clone(), file(2));
        let mut later = Origins::default();
        later.open_table(table.clone(), file(8));
        later.set_value(key.clone(), file(9));
        origins.overlay(later);
        assert_eq!(origins.of(&key), &file(9));
        assert_eq!(origins.nearest(&table.join("locale")), Some(&file(1)));
        assert_eq!(origins.of(&table.join("locale")), &Origin::Default);
    }

    #[test]
    fn a_path_is_read_as_it_is_written() {
        for text in ["kiosk", "product.A1.price", "product.\"A.1\".price", "input.keys.lines.17"] {
            assert_eq!(KeyPath::parse(text).unwrap().to_string(), text);
        }
        for text in ["", ".", "a..b", "a b", "a = 1\nb", "a = 1", "[a]", "a #"] {
            assert_eq!(KeyPath::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn names_with_a_point_are_quoted() {
        let key = KeyPath::new(["product", "A.1", "price"]);
        assert_eq!(key.to_string(), "product.\"A.1\".price");
        assert!(key.is_within(&KeyPath::new(["product"])));
        assert!(!key.is_within(&KeyPath::new(["prod"])));
    }
}
