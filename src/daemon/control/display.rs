//! What the displays show.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Caller, Shared, refused};
use crate::daemon::tell;

/// What may be asked of `GET /v1/display/snapshot`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SnapshotQuery {
    /// Which display; all say the same.
    name: Option<String>,
    /// Pixels: `800x480`.
    size: Option<String>,
}

/// The reply of `POST /v1/display/test`.
#[derive(Debug, Serialize, Deserialize)]
pub struct TrialDocument {
    /// For how many seconds the picture stands.
    pub seconds: u64,
}

/// A picture of what customers see now.
pub(super) async fn snapshot(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<SnapshotQuery>, QueryRejection>,
) -> Response {
    let SnapshotQuery { name, size } = match query {
        Ok(Query(query)) => query,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    let size = match size.as_deref().map(size_of).transpose() {
        Ok(size) => size,
        Err(why) => return refused(StatusCode::BAD_REQUEST, &why),
    };
    let screens = shared.screens.clone();
    let drawn = tokio::task::spawn_blocking(move || screens.snapshot(name.as_deref(), size)).await;
    match drawn {
        Ok(Ok(png)) => ([(CONTENT_TYPE, "image/png")], png).into_response(),
        Ok(Err(why)) => refused(StatusCode::NOT_FOUND, &why),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "the picture cannot be drawn"),
    }
}

/// Width and height of a picture.
///
/// # Errors
///
/// It is none, with what is allowed.
pub fn size_of(text: &str) -> Result<(u32, u32), String> {
    let number = |text: &str| text.parse().ok().filter(|number| (240..=4096).contains(number));
    let size = text.split_once('x').and_then(|(x, y)| Some((number(x)?, number(y)?)));
    size.ok_or_else(|| format!("{text:?} is no size: write two numbers of 240 to 4096, as 800x480"))
}

/// Shows a picture on all displays that shows whether they work, while the kiosk is out of service.
pub(super) async fn test(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Response {
    if !shared.screens.are_free() {
        let why = "a customer may be looking: take the kiosk out of service first (kioskd drain)";
        return refused(StatusCode::CONFLICT, why);
    }
    tell::ordered(&caller.to_string(), "show a test picture on the displays");
    let seconds = shared.screens.try_out().as_secs();
    Json(TrialDocument { seconds }).into_response()
}
