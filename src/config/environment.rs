//! The environment as a layer: `KIOSKD__SECTION__KEY`, or `KIOSKD__SECTION__NAME__KEY` where a
//! section holds named tables.
//!
//! A list is written with commas: `KIOSKD__PAYMENT__ACCEPT__BRANDS=visa,mastercard`.
//!
//! Sections and keys are read without regard to case. A name is taken as it is written, or else as
//! the one name in the files that differs from it only by case. Names with characters that a
//! variable's name cannot have (`-`, `.`) are out of reach: write a drop-in for them.

use config::{Value, ValueKind};

use super::keys::{self, Kind, SECTIONS};
use super::layers::Layer;
use super::origins::{KeyPath, Origin, Origins};
use super::parse::unknown_key;
use super::problem::{ConfigError, Problem, quoted};
use super::secret;

/// What the names of kioskd's variables begin with.
pub(super) const PREFIX: &str = "KIOSKD__";

/// The layer of these variables; `files` knows which names the files have.
pub(super) fn layer(environment: &[(String, String)], files: &Origins) -> Layer {
    let mut layer = Layer::default();
    let mut ours: Vec<&(String, String)> =
        environment.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    ours.sort();
    for (variable, value) in ours {
        if let Err(error) = add(&mut layer, variable, value, files) {
            error.problems.into_iter().for_each(|problem| layer.refuse(problem));
        }
    }
    layer
}

fn add(layer: &mut Layer, variable: &str, value: &str, files: &Origins) -> Result<(), ConfigError> {
    let origin = Origin::Environment { variable: variable.to_owned() };
    let parts: Vec<&str> = variable.strip_prefix(PREFIX).unwrap_or(variable).split("__").collect();
    let Some((section, rest)) = parts.split_first() else {
        return Err(shapeless(origin).into());
    };
    let table = KeyPath::new([section.to_lowercase().as_str()]);
    let Some(section) = keys::section(&section.to_lowercase()) else {
        let known: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
        return Err(unknown_key(origin, table, &known).into());
    };
    let (inner, key) = match rest {
        [key] if !section.named && section.table(&key.to_lowercase()).is_none() => {
            (table.clone(), key.to_lowercase())
        }
        [inner, key] if section.table(&inner.to_lowercase()).is_some() => {
            (table.join(&inner.to_lowercase()), key.to_lowercase())
        }
        [name, key] if section.named => {
            (table.join(&known_name(name, &table, files)), key.to_lowercase())
        }
        _ => return Err(shapeless(origin).into()),
    };
    let path = inner.join(&key);
    if let Some(found) = secret::find(value) {
        return Err(secret::refusal(origin, Some(path), &found).into());
    }
    let innermost = inner.parts().last().filter(|_| !section.named);
    let section = innermost.and_then(|name| section.table(name)).unwrap_or(*section);
    let Some(kind) = section.kind(&key) else {
        let known: Vec<&str> = section.key_names().collect();
        return Err(unknown_key(origin, path, &known).into());
    };
    let Some(converted) = converted(kind, value) else {
        let wrong = format!("{} is not {}", quoted(value), plain(kind));
        let fix = format!("write {} after {variable}=", plain(kind));
        return Err(Problem::of_key(origin, path, wrong, fix).into());
    };
    layer.open(table, origin.clone());
    layer.open(inner, origin.clone());
    layer.set(path, converted, origin);
    Ok(())
}

fn known_name(name: &str, table: &KeyPath, files: &Origins) -> String {
    let known = files.tables_in(table);
    if known.contains(&name) {
        return name.to_owned();
    }
    let mut alike = known.iter().filter(|known| known.eq_ignore_ascii_case(name));
    match (alike.next(), alike.next()) {
        (Some(only), None) => (*only).to_owned(),
        (None | Some(_), _) => name.to_owned(),
    }
}

fn converted(kind: Kind, value: &str) -> Option<ValueKind> {
    match kind {
        Kind::Text | Kind::Duration => Some(ValueKind::String(value.to_owned())),
        Kind::Integer => value.parse().ok().map(ValueKind::I64),
        Kind::Boolean => value.parse().ok().map(ValueKind::Boolean),
        Kind::Numbers => {
            let number = |word: &str| Some(Value::new(None, word.trim().parse::<i64>().ok()?));
            value.split(',').map(number).collect::<Option<Vec<Value>>>().map(ValueKind::Array)
        }
        Kind::Words => {
            let words = value.split(',').map(str::trim).filter(|word| !word.is_empty());
            let text = |word: &str| Value::new(None, ValueKind::String(word.to_owned()));
            Some(ValueKind::Array(words.map(text).collect()))
        }
    }
}

fn plain(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Duration => "a duration",
        Kind::Integer => "a whole number",
        Kind::Boolean => "true or false",
        Kind::Numbers => "whole numbers with commas between them",
        Kind::Words => "texts with commas between them",
    }
}

fn shapeless(origin: Origin) -> Problem {
    let fix = "write KIOSKD__SECTION__KEY, or KIOSKD__SECTION__NAME__KEY for product, input, \
               dispenser, display and the tables in payment; or unset it";
    Problem::whole(origin, "does not name a key", fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], files: &Origins) -> Layer {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        layer(&variables.iter().map(owned).collect::<Vec<_>>(), files)
    }

    #[test]
    fn a_name_that_differs_by_case_only_is_the_one_in_the_files() {
        let mut files = Origins::default();
        files.open_table(KeyPath::new(["input", "keypad"]), Origin::Default);
        let layer = of(&[("KIOSKD__INPUT__KEYPAD__BAUD", "19200")], &files);
        assert!(layer.origins.is_set(&KeyPath::new(["input", "keypad", "baud"])));
        let layer = of(&[("KIOSKD__PRODUCT__A1__NAME", "Cola")], &files);
        assert!(layer.origins.is_set(&KeyPath::new(["product", "A1", "name"])));
    }

    #[test]
    fn variables_of_others_are_left_alone_and_ours_never_ignored() {
        let none = Origins::default();
        assert!(of(&[("KIOSKD_BLESS", "1"), ("PATH", "/bin")], &none).problems.is_empty());
        for name in ["KIOSKD__", "KIOSKD__KIOSK", "KIOSKD__PRODUCT__A1", "KIOSKD__PRODUCT__A__B__C"]
        {
            assert_eq!(of(&[(name, "x")], &none).problems.len(), 1, "{name}");
        }
    }
}
