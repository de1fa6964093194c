//! Asking the running daemon.

use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::cli::{Environment, Exit, SocketArguments, complain, complain_of, runtime};
use crate::config;
use crate::daemon::control::SOCKET;

/// The daemon answers at once or not at all.
const LIMIT: Duration = Duration::from_secs(10);

/// Reads a document from the running daemon. Complains, and says how to end, if there is none.
pub(super) fn read<T: DeserializeOwned>(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
) -> Result<(T, serde_json::Value), Exit> {
    let socket = socket(arguments, environment)?;
    let unreachable = |why: String| {
        complain_of(&format!(
            "kioskd: no daemon answers on {}: {why}\n  is it running? systemctl status kioskd; \
             journalctl -u kioskd",
            socket.display()
        ));
        Exit::Unreachable
    };
    let (status, body) =
        runtime()?.block_on(fetch(socket.clone(), path)).map_err(|e| unreachable(reason(&e)))?;
    let value: serde_json::Value =
        serde_json::from_slice(&body).map_err(|error| unreachable(error.to_string()))?;
    if !(200..300).contains(&status) {
        let why = value.get("error").and_then(|error| error.as_str()).unwrap_or("it failed");
        complain_of(&format!("kioskd: {why}"));
        return Err(Exit::Failed);
    }
    let document =
        serde_json::from_value(value.clone()).map_err(|error| unreachable(error.to_string()))?;
    Ok((document, value))
}

async fn fetch(socket: PathBuf, path: &str) -> Result<(u16, Vec<u8>), reqwest::Error> {
    let client =
        reqwest::Client::builder().unix_socket(socket).no_proxy().timeout(LIMIT).build()?;
    let response = client.get(format!("http://kioskd{path}")).send().await?;
    let status = response.status().as_u16();
    Ok((status, response.bytes().await?.to_vec()))
}

/// The innermost cause: "Connection refused" and the like.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn socket(arguments: &SocketArguments, environment: &Environment) -> Result<PathBuf, Exit> {
    if let Some(socket) = &arguments.socket {
        return Ok(socket.clone());
    }
    match config::load(&arguments.config.config, &environment.variables) {
        Ok(loaded) => Ok(loaded.settings.kiosk.runtime_dir.join(SOCKET)),
        Err(error) => {
            complain(&error);
            Err(Exit::Configuration)
        }
    }
}
