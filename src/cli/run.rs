//! `kioskd run`: the daemon.

use std::path::Path;

use crate::cli::{ConfigArguments, Environment, Exit, complain, complain_of, runtime};
use crate::config;
use crate::daemon::tell;
use crate::telemetry::log;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    log::start(&environment.log_settings());
    forbid_core_dumps();
    let loaded = match config::load(arguments.config.path(), &environment.variables) {
        Ok(loaded) => loaded,
        Err(error) => {
            complain(&error);
            return Exit::Configuration;
        }
    };
    for warning in &loaded.warnings {
        tell::configuration_doubted(&warning.on_one_line());
    }
    let credentials = environment.get("CREDENTIALS_DIRECTORY").map(Path::new);
    let key = match config::api_key(credentials, &loaded.settings.stripe) {
        Ok(key) => key,
        Err(error) => {
            complain(&error);
            return Exit::Configuration;
        }
    };
    if !key.is_restricted() {
        complain_of(
            "kioskd: this is an unrestricted secret key; give each kiosk a restricted one (rk_…) \
             of its own",
        );
    }
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let stripe = loaded.settings.stripe.clone();
    let directory = credentials.map(Path::to_owned);
    let folder = loaded.settings.kiosk.runtime_dir.clone();
    let reload = move || config::api_key_again(&folder, directory.as_deref(), &stripe);
    let exit = match runtime.block_on(crate::daemon::run(&loaded, &key, reload)) {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    };
    // Tasks that still wait for a slow reply or a line of input are not waited for: all that
    // counts is in the journal.
    runtime.shutdown_background();
    exit
}

/// The API key and what is known of customers stand in the memory. Under systemd the unit says the
/// same, and its filter refuses this call.
fn forbid_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
}
