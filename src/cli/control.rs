//! Asking the running daemon.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cli::{Environment, Exit, SocketArguments, complain, complain_of, runtime};
use crate::config;
use crate::daemon::control::SOCKET;

/// The daemon answers at once or not at all.
const LIMIT: Duration = Duration::from_secs(10);

/// An order may wait for the reader itself (85 s) behind a look at it.
const ORDER_LIMIT: Duration = Duration::from_secs(100);

/// Reads a document from the running daemon. Complains, and says how to end, if there is none.
pub(super) fn read<T: DeserializeOwned>(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
) -> Result<(T, serde_json::Value), Exit> {
    let socket = socket(arguments, environment)?;
    let reply = runtime()?.block_on(fetch(&socket, path));
    let value = understand(&socket, reply)?;
    let document = document(&socket, &value)?;
    Ok((document, value))
}

/// Reads a document from the daemon if there is one; otherwise says why not, and complains to nobody.
pub(super) fn peek<T: DeserializeOwned>(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
) -> Result<T, String> {
    let socket = find_socket(arguments, environment)
        .map_err(|error| format!("{error} (kioskd check says more)"))?;
    let nobody = |why: String| format!("no daemon answers on {}: {why}", socket.display());
    let runtime = runtime().map_err(|_| "no thread can be started".to_owned())?;
    let (_, body) =
        runtime.block_on(fetch(&socket, path)).map_err(|error| nobody(reason(&error)))?;
    serde_json::from_slice(&body).map_err(|error| nobody(error.to_string()))
}

/// Reads what is no JSON from the running daemon. Complains, and says how to end, if there is none.
pub(super) fn bytes(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
) -> Result<Vec<u8>, Exit> {
    let socket = socket(arguments, environment)?;
    match runtime()?.block_on(fetch(&socket, path)) {
        Ok((200, body)) => Ok(body),
        reply => {
            understand(&socket, reply)?;
            Err(unreachable(&socket, "its answer cannot be understood"))
        }
    }
}

/// Follows a stream of the running daemon's until it ends.
pub(super) fn follow<T: DeserializeOwned>(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
    mut tell: impl FnMut(&T),
) -> Result<(), Exit> {
    let socket = socket(arguments, environment)?;
    let gone = |error: reqwest::Error| unreachable(&socket, &reason(&error));
    runtime()?.block_on(async {
        // No limit: it lasts as long as somebody looks.
        let client = reqwest::Client::builder().unix_socket(socket.clone()).no_proxy().build();
        let request = client.map_err(gone)?.get(format!("http://kioskd{path}"));
        let mut response = request.send().await.map_err(gone)?;
        let mut text = Vec::new();
        // A daemon that ends cuts the stream.
        while let Ok(Some(bytes)) = response.chunk().await {
            text.extend_from_slice(&bytes);
            while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = text.drain(..=end).collect();
                let event = line.strip_prefix(b"data: ");
                if let Some(event) = event.and_then(|data| serde_json::from_slice(data).ok()) {
                    tell(&event);
                }
            }
        }
        Ok(())
    })
}

/// Gives the running daemon an order, and reads what became of it.
pub(super) fn order<T: DeserializeOwned>(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
    order: &impl Serialize,
) -> Result<T, Exit> {
    let socket = socket(arguments, environment)?;
    let reply = runtime()?.block_on(send(&socket, path, order));
    document(&socket, &understand(&socket, reply)?)
}

/// Gives the running daemon an order that has no answer but that it was taken.
pub(super) fn tell(
    arguments: &SocketArguments,
    environment: &Environment,
    path: &str,
    order: &impl Serialize,
) -> Result<(), Exit> {
    let socket = socket(arguments, environment)?;
    let reply = runtime()?.block_on(send(&socket, path, order));
    match reply {
        Ok((204, _)) => Ok(()),
        reply => understand(&socket, reply).map(drop),
    }
}

type Reply = Result<(u16, Vec<u8>), reqwest::Error>;

async fn fetch(socket: &Path, path: &str) -> Reply {
    let request = client(socket, LIMIT)?.get(format!("http://kioskd{path}"));
    reply(request).await
}

async fn send(socket: &Path, path: &str, order: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(order).unwrap_or_default();
    let request = client(socket, ORDER_LIMIT)?
        .post(format!("http://kioskd{path}"))
        .header("content-type", "application/json")
        .body(body);
    reply(request).await
}

fn client(socket: &Path, limit: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().unix_socket(socket.to_owned()).no_proxy().timeout(limit).build()
}

async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await?;
    let status = response.status().as_u16();
    Ok((status, response.bytes().await?.to_vec()))
}

fn understand(socket: &Path, reply: Reply) -> Result<serde_json::Value, Exit> {
    let (status, body) = reply.map_err(|error| unreachable(socket, &reason(&error)))?;
    let value: serde_json::Value =
        serde_json::from_slice(&body).map_err(|error| unreachable(socket, &error.to_string()))?;
    if (200..300).contains(&status) {
        return Ok(value);
    }
    let why = value.get("error").and_then(|error| error.as_str()).unwrap_or("it failed");
    complain_of(&format!("kioskd: {why}"));
    Err(Exit::Failed)
}

fn document<T: DeserializeOwned>(socket: &Path, value: &serde_json::Value) -> Result<T, Exit> {
    T::deserialize(value).map_err(|error| unreachable(socket, &error.to_string()))
}

fn unreachable(socket: &Path, why: &str) -> Exit {
    complain_of(&format!(
        "kioskd: no daemon answers on {}: {why}\n  is it running? systemctl status kioskd; \
         journalctl -u kioskd",
        socket.display()
    ));
    Exit::Unreachable
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
    find_socket(arguments, environment).map_err(|error| {
        complain(&error);
        Exit::Configuration
    })
}

/// The socket that was named, else the one of the configuration.
fn find_socket(
    arguments: &SocketArguments,
    environment: &Environment,
) -> Result<PathBuf, config::ConfigError> {
    if let Some(socket) = &arguments.socket {
        return Ok(socket.clone());
    }
    let path = arguments.config.path();
    match config::load(path, &environment.variables) {
        Ok(loaded) => Ok(loaded.settings.kiosk.runtime_dir.join(SOCKET)),
        // The daemon may run on an older configuration, and says so.
        Err(error) => {
            let folder = config::instance::runtime_dir(path, &environment.variables);
            Some(folder.join(SOCKET)).filter(|socket| socket.exists()).ok_or(error)
        }
    }
}
