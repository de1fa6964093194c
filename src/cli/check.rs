//! `kioskd check`: is the configuration right, and would the kiosk be able to sell?

mod online;

use std::path::Path;

use crate::cli::{ConfigArguments, Environment, Exit, complain, print, runtime};
use crate::config::{self, ApiKey, Settings};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    /// Do not look for the API key (to check files on another machine)
    #[arg(long)]
    without_key: bool,
    /// Also ask Stripe: network, clock, key and its permissions, reader, location and account
    ///
    /// No daemon is needed, and a running one is not disturbed. The reader is only looked at. To
    /// find out whether the account takes card_present, a PaymentIntent over the price of the
    /// cheapest product is made and cancelled at once; no card is ever presented to it.
    #[arg(long, conflicts_with = "without_key")]
    online: bool,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let loaded = match config::load(arguments.config.path(), &environment.variables) {
        Ok(loaded) => loaded,
        Err(error) => {
            complain(&error);
            return Exit::Configuration;
        }
    };
    let mut text = String::new();
    let mut found = None;
    if !arguments.without_key {
        let credentials = environment.get("CREDENTIALS_DIRECTORY").map(Path::new);
        match config::api_key(credentials, &loaded.settings.stripe) {
            Ok(key) => {
                text.push_str(&format!("API key: {key}\n"));
                if !key.is_restricted() {
                    text.push_str(
                        "warning: this is an unrestricted secret key; give each kiosk a \
                         restricted one (rk_…) of its own\n",
                    );
                }
                found = Some(key);
            }
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
    match found.filter(|_| arguments.online) {
        Some(key) => ask_stripe(settings, &key),
        None => Exit::Done,
    }
}

fn ask_stripe(settings: &Settings, key: &ApiKey) -> Exit {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    match runtime.block_on(online::examine(settings, key)) {
        Ok(findings) => {
            print(findings.text());
            if findings.failed() { Exit::Failed } else { Exit::Done }
        }
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}
