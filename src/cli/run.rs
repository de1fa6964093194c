//! `kioskd run`: the daemon.

use std::path::{Path, PathBuf};

use crate::cli::{ConfigArguments, Environment, Exit, complain, complain_of, runtime};
use crate::config::last_good::{self, LastGood};
use crate::config::{self, Loaded, Settings};
use crate::daemon::configuration::{OnLastGood, in_short};
use crate::daemon::run::{Sources, Start};
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
    let Some((loaded, last_good)) = load(arguments.config.path(), environment) else {
        return Exit::Configuration;
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
    let sources = sources(arguments, environment, &loaded.settings);
    let start = Start { loaded, last_good, key };
    let exit = match runtime.block_on(crate::daemon::run(start, sources)) {
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

/// The files, or what the kiosk ran on last. None: neither can be used, and that was said.
fn load(path: &Path, environment: &Environment) -> Option<(Loaded, Option<OnLastGood>)> {
    let loaded = config::load(path, &environment.variables);
    let error = match loaded.and_then(Loaded::with_authorities) {
        Ok(loaded) => return Some((loaded, None)),
        Err(error) => error,
    };
    complain(&error);
    let folder = config::instance::state_dir(path, &environment.variables);
    match last_good::find(&folder, path) {
        Ok(Some(LastGood { loaded, kept })) => {
            let last_good = OnLastGood { kept, because: in_short(&error) };
            tell::configuration::on_last_good(&last_good);
            Some((loaded, Some(last_good)))
        }
        Ok(None) => None,
        Err(unusable) => {
            tell::configuration::last_good_unusable(&unusable);
            None
        }
    }
}

/// What a reload reads. Where the API key lies cannot change while the daemon runs.
fn sources(arguments: &Arguments, environment: &Environment, settings: &Settings) -> Sources {
    let (path, variables) = (arguments.config.path().to_owned(), environment.variables.clone());
    let stripe = settings.stripe.clone();
    let directory = environment.get("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let folder = settings.kiosk.runtime_dir.clone();
    Sources {
        configuration: Box::new(move || config::load(&path, &variables)?.with_authorities()),
        key: Box::new(move || config::api_key_again(&folder, directory.as_deref(), &stripe)),
    }
}

/// The API key and what is known of customers stand in the memory. Under systemd the unit says the
/// same, and its filter refuses this call.
fn forbid_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
}
