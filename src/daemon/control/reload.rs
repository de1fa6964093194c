//! The configuration that runs, and `kioskd reload`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;

use super::{Caller, Shared, stopping};
use crate::daemon::tell;

/// What the daemon runs on, as `kioskd config show --json` has it.
pub(super) async fn running(State(shared): State<Arc<Shared>>) -> Response {
    let document = shared.config.borrow().clone();
    Json(document).into_response()
}

/// Reads the files and the API key again, and says what became of it. A refusal is an answer, too.
pub(super) async fn reload(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Response {
    tell::ordered(&caller.to_string(), "reload");
    let (answer, document) = oneshot::channel();
    if shared.reloads.send(answer).await.is_err() {
        return stopping();
    }
    match document.await {
        Ok(document) => Json(document).into_response(),
        Err(_) => stopping(),
    }
}
