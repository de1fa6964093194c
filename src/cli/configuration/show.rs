//! `kioskd config show`: the effective settings.

use super::load;
use crate::cli::{ConfigArguments, Environment, Exit, print};
use crate::config;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Say beside each key who set it: the file and line, the variable, or nobody
    #[arg(long)]
    origins: bool,
    /// Print a JSON document, with the hash and the files that were read
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
    if arguments.json {
        let mut document = serde_json::json!(loaded.document());
        if let Some(fields) = document.as_object_mut().filter(|_| !arguments.origins) {
            fields.remove("origins");
        }
        print(&format!("{document:#}\n"));
    } else {
        let version = env!("CARGO_PKG_VERSION");
        print(&format!("# configuration {} of kioskd {version}\n", loaded.hash));
        print(&config::toml(&loaded.effective, arguments.origins));
    }
    Exit::Done
}
