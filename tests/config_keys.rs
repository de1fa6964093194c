//! Every key that there is: what is said of a wrong type and of a name that is nearly right, and that
//! the schema knows it. A new key is covered by itself.
//!
//! `KIOSKD_BLESS=1 cargo test --test config_keys` writes the texts anew; read the difference.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use kioskd::config;
use serde_json::Value;

/// A key as the schema has it: the table that it stands in, its name, and what it is.
struct Key {
    table: Vec<String>,
    name: String,
    schema: Value,
}

/// All keys, by a walk over the schema.
fn keys() -> Vec<Key> {
    let schema = config::schema();
    let mut keys = Vec::new();
    for (section, table) in schema["properties"].as_object().unwrap() {
        let is_named = table["additionalProperties"].is_object();
        let (path, table) = if is_named {
            (vec![section.clone(), "x".to_owned()], &table["additionalProperties"])
        } else {
            (vec![section.clone()], table)
        };
        for (name, schema) in table["properties"].as_object().unwrap() {
            let mut inner = path.clone();
            inner.push(name.clone());
            if let Some(of_table) = schema["properties"].as_object() {
                keys.extend(of_table.iter().map(|(name, schema)| Key {
                    table: inner.clone(),
                    name: name.clone(),
                    schema: schema.clone(),
                }));
            }
            keys.push(Key { table: path.clone(), name: name.clone(), schema: schema.clone() });
        }
    }
    keys
}

impl Key {
    fn path(&self) -> String {
        [&self.table[..], std::slice::from_ref(&self.name)].concat().join(".")
    }

    /// A value of another type.
    fn wrong(&self) -> &'static str {
        match self.schema["type"].as_str().unwrap() {
            "string" | "array" => "7",
            "integer" => "\"7\"",
            "boolean" => "\"true\"",
            "object" => "false",
            other => panic!("{}: {other}", self.path()),
        }
    }

    /// A name that is nearly right.
    fn near(&self) -> String {
        let middle = self.name.len() / 2;
        format!("{}{}", &self.name[..=middle], &self.name[middle..])
    }
}

/// What is said of a key of this table, with FILE for where it stands.
fn said(table: &[String], line: &str, key: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kioskd.toml");
    fs::write(&file, format!("[{}]\n{line}\n", table.join("."))).unwrap();
    let error = config::load(&file, &[]).expect_err("it is not right");
    let is_of_key = |problem: &&config::Problem| {
        problem.key.as_ref().is_some_and(|found| found.to_string() == key)
    };
    let mut of_key = error.problems.iter().filter(is_of_key);
    let problem = of_key.next().unwrap_or_else(|| panic!("{line}: {error}"));
    assert_eq!(of_key.next(), None, "{line}: one thing is wrong with it");
    problem.to_string().replace(file.to_str().unwrap(), "FILE")
}

#[test]
fn every_key_says_what_is_wrong_with_its_type_and_with_its_name() {
    let keys = keys();
    assert!(keys.len() > 90, "only {} keys", keys.len());
    let mut text = String::new();
    for key in &keys {
        let path = key.path();
        let wrong = said(&key.table, &format!("{} = {}", key.name, key.wrong()), &path);
        for part in ["FILE:2: ", &path, "; expected ", "\n    to do: "] {
            assert!(wrong.contains(part), "no {part:?} in\n{wrong}");
        }
        let near = key.near();
        let misspelt =
            said(&key.table, &format!("{near} = 1"), &format!("{}.{near}", key.table.join(".")));
        let meant = format!("to do: write \"{}\" if that is meant", key.name);
        for part in ["FILE:2: ", "is not a known key", "\n    allowed: ", &meant] {
            assert!(misspelt.contains(part), "no {part:?} in\n{misspelt}");
        }
        writeln!(text, "{wrong}\n{misspelt}").unwrap();
    }
    is_blessed(Path::new("tests/config/every_key.txt"), &text);
}

#[track_caller]
fn is_blessed(path: &Path, found: &str) {
    if std::env::var_os("KIOSKD_BLESS").is_some() {
        fs::write(path, found).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is not what it was: KIOSKD_BLESS=1 writes it anew, and git shows the difference",
        path.display()
    );
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_program() {
    let text = format!("{:#}\n", config::schema());
    is_blessed(Path::new("config/schema.json"), &text);
    for key in keys() {
        let description = key.schema["description"].as_str().unwrap_or_default();
        let says_so = !description.is_empty() || key.schema["default"].is_array();
        assert!(says_so, "config/kioskd.toml says nothing of {}", key.path());
    }
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft7::new(&config::schema()).unwrap()
}

/// All single files of a folder of cases, with what they hold.
fn files(folder: &str) -> BTreeMap<PathBuf, Option<Value>> {
    let entries = fs::read_dir(Path::new("tests/config").join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_file = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|e| e == "toml");
    let read = |path: PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let value = as_json(text.trim_start_matches('\u{feff}'));
        (path, value)
    };
    paths.filter(is_file).map(read).collect()
}

/// None if it is not TOML.
fn as_json(text: &str) -> Option<Value> {
    let table: toml::Table = text.parse().ok()?;
    serde_json::to_value(table).ok()
}

#[test]
fn the_schema_takes_what_kioskd_takes() {
    let schema = validator();
    let example = fs::read_to_string("config/kioskd.toml").unwrap();
    let is_key = |line: &str| {
        let name = line.split(" = ").next().unwrap_or_default();
        line.contains(" = ") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    let switched_on = example.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with('[') || is_key(rest) => rest,
        Some(_) | None => line,
    });
    let switched_on = switched_on.collect::<Vec<_>>().join("\n");
    for text in [&example, &switched_on] {
        let value = as_json(text).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    for folder in ["good", "doubtful"] {
        for (path, value) in files(folder) {
            let value = value.unwrap();
            let errors: Vec<String> = schema.iter_errors(&value).map(|e| e.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
        }
    }
    for drop_in in ["", "[product.A1]\nprice = \"2.80\"\n"] {
        assert!(schema.is_valid(&as_json(drop_in).unwrap()), "a drop-in holds what it likes");
    }
}

#[test]
fn the_schema_refuses_what_a_schema_can() {
    const OF_A_SCHEMA: [&str; 6] = [
        "is not a known key",
        "is not a known section",
        "; expected ",
        "is none of the choices",
        "is out of range",
        "is no key of kind",
    ];
    let schema = validator();
    let mut refused = 0;
    for (path, value) in files("bad") {
        let Some(value) = value else { continue };
        let Err(error) = config::load(&path, &[]) else { continue };
        let in_file =
            |problem: &&config::Problem| matches!(problem.origin, config::Origin::File { .. });
        let can = error
            .problems
            .iter()
            .filter(in_file)
            .any(|problem| OF_A_SCHEMA.iter().any(|words| problem.wrong.contains(words)));
        if can {
            refused += 1;
            assert!(!schema.is_valid(&value), "{} is taken: {error}", path.display());
        }
    }
    assert!(refused > 25, "only {refused} are refused");
}
