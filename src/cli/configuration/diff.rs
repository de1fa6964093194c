//! `kioskd config diff`: the files as they are now, against what the daemon runs on.

use serde_json::{Value, json};

use super::load;
use crate::cli::{Environment, Exit, SocketArguments, complain_of, control, print};
use crate::config::{Change, ConfigDocument, KeyPath, Origin, changes, toml_value};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// End with 1 if anything would change
    #[arg(long)]
    exit_code: bool,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    socket: SocketArguments,
}

pub(super) fn run(arguments: &Arguments, environment: &Environment) -> Exit {
    let loaded = match load(&arguments.socket.config, environment) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let peeked = control::peek::<ConfigDocument>(&arguments.socket, environment, "/v1/config");
    let running = match peeked {
        Ok(running) => running,
        Err(why) => {
            complain_of(&format!(
                "kioskd: {why}\n  The files are right, and nobody runs to compare them with. \
                 `kioskd config show` prints what they come to; a start takes all of it."
            ));
            return Exit::Unreachable;
        }
    };
    let files = loaded.document();
    let changes = changes(&running, &files);
    if arguments.json {
        let list: Vec<Value> = changes
            .iter()
            .map(|change| {
                json!({
                    "key": change.key.to_string(),
                    "running": change.running,
                    "files": change.files,
                    "origin": loaded.origins.of(&change.key).to_string(),
                    "at_next_start": change.at_next_start,
                })
            })
            .collect();
        let side = |side: &ConfigDocument| json!({ "version": side.version, "hash": side.hash });
        let (running, files) = (side(&running), side(&files));
        let document = json!({ "running": running, "files": files, "changes": list });
        print(&format!("{document:#}\n"));
    } else {
        print(&text(&changes, &running, &files, |key| loaded.origins.of(key)));
    }
    if arguments.exit_code && !changes.is_empty() { Exit::Failed } else { Exit::Done }
}

fn text<'a>(
    changes: &[Change],
    running: &ConfigDocument,
    files: &ConfigDocument,
    origin: impl Fn(&KeyPath) -> &'a Origin,
) -> String {
    let mut text = String::new();
    for Change { key, running, files, at_next_start } in changes {
        if let Some(value) = running {
            text.push_str(&format!("- {key} = {}\n", toml_value(value)));
        }
        if let Some(value) = files {
            text.push_str(&format!("+ {key} = {}  # {}\n", toml_value(value), origin(key)));
        }
        if *at_next_start {
            text.push_str(&format!("  {key} takes effect at the next start\n"));
        }
    }
    let count = match changes.len() {
        0 => "nothing would change: the daemon runs on what the files say".to_owned(),
        1 => "1 key would change".to_owned(),
        more => format!("{more} keys would change"),
    };
    text.push_str(&format!(
        "{count} (hash {} runs, the files have {})\n",
        running.hash, files.hash
    ));
    if running.version != files.version {
        text.push_str(&format!(
            "the daemon is kioskd {}, this is kioskd {}: defaults may differ\n",
            running.version, files.version
        ));
    }
    text
}
