//! `kioskd check`: is the configuration right?

use std::path::Path;

use crate::cli::{ConfigArguments, Environment, Exit, complain, print};
use crate::config;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// Do not look for the API key (to check files on another machine)
    #[arg(long)]
    without_key: bool,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let loaded = match config::load(&arguments.config.config, &environment.variables) {
        Ok(loaded) => loaded,
        Err(error) => {
            complain(&error);
            return Exit::Configuration;
        }
    };
    let mut text = String::new();
    if !arguments.without_key {
        let credentials = environment.get("CREDENTIALS_DIRECTORY").map(Path::new);
        match config::api_key(credentials, &loaded.settings.stripe) {
            Ok(key) if key.is_restricted() => text.push_str(&format!("API key: {key}\n")),
            Ok(key) => text.push_str(&format!(
                "API key: {key}\nwarning: this is an unrestricted secret key; give each kiosk a \
                 restricted one (rk_…) of its own\n"
            )),
            Err(error) => {
                complain(&error);
                return Exit::Configuration;
            }
        }
    }
    for warning in &loaded.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    let settings = &loaded.settings;
    text.push_str(&format!(
        "kiosk {} with reader {}: {} products, {} inputs, {} dispensers, {} displays\n\
         configuration {} is right (hash {})\n",
        settings.kiosk.id,
        settings.stripe.reader,
        settings.products.len(),
        settings.inputs.len(),
        settings.dispensers.len(),
        settings.displays.len(),
        loaded.source.display(),
        loaded.hash,
    ));
    print(&text);
    Exit::Done
}
