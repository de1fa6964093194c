//! The customer's keys, through the socket.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;

use super::{Selection, Shared, ask, refused};
use crate::daemon::run::{KeyAnswer, Message, Pressed};

pub(super) async fn select(
    State(shared): State<Arc<Shared>>,
    selection: Result<Json<Selection>, JsonRejection>,
) -> Response {
    match selection {
        Ok(Json(Selection { code })) => {
            press(&shared, |answer| Message::Select { code, answer: Some(answer) }).await
        }
        Err(rejection) => refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    selection: Result<Json<Selection>, JsonRejection>,
) -> Response {
    match selection {
        Ok(Json(Selection { code })) => {
            press(&shared, |answer| Message::Remove { code, answer: Some(answer) }).await
        }
        Err(rejection) => refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

pub(super) async fn pay(State(shared): State<Arc<Shared>>) -> Response {
    press(&shared, |answer| Message::Pay { answer: Some(answer) }).await
}

async fn press(
    shared: &Shared,
    message: impl FnOnce(oneshot::Sender<KeyAnswer>) -> Message,
) -> Response {
    let (answer, pressed) = oneshot::channel();
    match ask(shared, message(answer), pressed).await {
        Ok(Ok(Pressed::Sale(sale))) => {
            (StatusCode::CREATED, Json(serde_json::json!({ "sale": sale }))).into_response()
        }
        Ok(Ok(Pressed::Cart(cart))) => Json(serde_json::json!({ "cart": cart })).into_response(),
        Ok(Err(why)) => refused(StatusCode::CONFLICT, &why),
        Err(response) => response,
    }
}
