//! Out of service and back: `kioskd drain` and `kioskd resume`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Caller, Shared, refused, sent, too_long};
use crate::daemon::drained::DrainFile;
use crate::daemon::run::Message;
use crate::daemon::{Event, clock, tell};
use crate::kiosk::service::Drained;

/// The body of `POST /v1/drain`. It may be left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrainOrder {
    /// Why, for whoever asks next.
    #[serde(default)]
    pub why: Option<String>,
    /// Whether it ends with the daemon, for whoever restarts it anyway. A drain that lasts is left
    /// as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_restart: bool,
}

/// Takes the kiosk out of service. Also if that cannot be recorded: then a restart ends it, and the
/// caller is told so.
pub(super) async fn drain(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Bytes,
) -> Response {
    let parsed = if body.is_empty() { Ok(DrainOrder::default()) } else { parse(&body) };
    let DrainOrder { why, until_restart } = match parsed {
        Ok(order) => order,
        Err(why) => return refused(StatusCode::BAD_REQUEST, &why),
    };
    if let Some(refusal) = too_long(why.as_ref()) {
        return refusal;
    }
    let _one_at_a_time = shared.orders.lock().await;
    tell::ordered(&caller.to_string(), "drain");
    let drained = Drained { by: caller.to_string(), why, since: clock::now().wall };
    let record = drained.clone();
    let recorded = if until_restart {
        match on_disk(&shared, |file| Ok(file.read())).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => return StatusCode::NO_CONTENT.into_response(),
            Err(why) => Err(why),
        }
    } else {
        on_disk(&shared, move |file| file.write(&record)).await
    };
    let response = sent(&shared, Message::Event(Event::Drain(drained))).await;
    match recorded {
        Ok(()) => response,
        Err(why) => refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("it takes no new sales, but only until kioskd ends: not recorded, {why}"),
        ),
    }
}

/// Makes what the body names hang, for tests.
#[cfg(debug_assertions)]
pub(super) async fn hang(State(shared): State<Arc<Shared>>, name: String) -> Response {
    let (answer, known) = tokio::sync::oneshot::channel();
    let response = sent(&shared, Message::Hang(name, answer)).await;
    match known.await {
        Ok(true) => response,
        Ok(false) | Err(_) => refused(StatusCode::NOT_FOUND, "there is nothing of this name"),
    }
}

/// Puts the kiosk back into service. Not if that cannot be recorded: a restart would take it out
/// again, and nobody would know why.
pub(super) async fn resume(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Response {
    let _one_at_a_time = shared.orders.lock().await;
    tell::ordered(&caller.to_string(), "resume");
    if let Err(why) = on_disk(&shared, DrainFile::remove).await {
        let why = format!("it stays out of service: that it ends cannot be recorded, {why}");
        return refused(StatusCode::INTERNAL_SERVER_ERROR, &why);
    }
    sent(&shared, Message::Event(Event::Resume)).await
}

fn parse(body: &Bytes) -> Result<DrainOrder, String> {
    serde_json::from_slice(body)
        .map_err(|error| format!("the body is {{\"why\": \"a sentence\"}} or nothing: {error}"))
}

/// Works on the file beside the loop: a disk may hang.
async fn on_disk<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&DrainFile) -> std::io::Result<T> + Send + 'static,
) -> Result<T, String> {
    let file = shared.drained.clone();
    match tokio::task::spawn_blocking(move || work(&file)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
