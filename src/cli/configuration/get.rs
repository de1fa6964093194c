//! `kioskd config get KEY`: one value, for scripts.

use serde_json::Value;

use super::{key, load};
use crate::cli::{ConfigArguments, Environment, Exit, complain_of, print};
use crate::config::{self, Asked, KeyPath, Setting};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The key or table, as in product.A1.price
    #[arg(value_name = "KEY", value_parser = key)]
    key: KeyPath,
    /// Print the value, or the keys of the table with their values, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let loaded = match load(&arguments.config, environment) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let key = &arguments.key;
    match loaded.find(key) {
        Asked::Setting(setting) => {
            print(&format!("{}\n", shown(&setting.value, arguments.json)));
            Exit::Done
        }
        Asked::Table(settings) => {
            let settings: Vec<Setting> = settings.into_iter().cloned().collect();
            if arguments.json {
                let pairs = settings.iter().map(|one| (one.key.to_string(), one.value.clone()));
                let table: serde_json::Map<String, Value> = pairs.collect();
                print(&format!("{:#}\n", Value::Object(table)));
            } else {
                print(&config::toml(&settings, false));
            }
            Exit::Done
        }
        Asked::NotSet => {
            complain_of(&format!("kioskd: {key} is not set, and has no default"));
            Exit::Failed
        }
        Asked::Unknown { within, known, near } => {
            let place = match within.to_string() {
                root if root.is_empty() => "the configuration has".to_owned(),
                table => format!("[{table}] has"),
            };
            let near = near.map_or_else(String::new, |near| format!("; is {near} meant?"));
            let known = known.join(", ");
            complain_of(&format!("kioskd: there is no key or table {key}; {place} {known}{near}"));
            Exit::Usage
        }
    }
}

fn shown(value: &Value, json: bool) -> String {
    match value {
        Value::String(text) if !json => text.clone(),
        Value::Array(_) if !json => config::toml_value(value),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    }
}
