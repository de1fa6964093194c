//! The attached hardware, for technicians.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Caller, Shared, ask, refused};
use crate::daemon::run::{Message, TestFire};
use crate::daemon::tell;
use crate::ids::{DispenserName, Slot};
use crate::sale::input::VendNews;

/// How much longer than the dispenser's own time a person waits for its answer.
const GRACE: Duration = Duration::from_secs(2);

/// The body of `POST /v1/hardware/fire`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FireOrder {
    /// Which dispenser.
    pub dispenser: DispenserName,
    /// Which slot.
    pub slot: Slot,
}

/// The reply of `POST /v1/hardware/fire`.
#[derive(Debug, Serialize, Deserialize)]
pub struct FireDocument {
    /// `ok`, `failed` or `unknown`.
    pub result: String,
    /// What the dispenser said, or why nothing is known.
    pub what: String,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.hardware.document()).into_response()
}

/// What devices say, as server-sent events, until the caller hangs up.
pub(super) async fn watch(State(shared): State<Arc<Shared>>) -> Response {
    let said = futures_util::stream::unfold(shared.hardware.watch(), |mut said| async {
        let event = match said.recv().await {
            Ok(said) => Event::default().json_data(&said).unwrap_or_default(),
            Err(RecvError::Lagged(missed)) => Event::default().comment(format!("{missed} missed")),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok::<_, Infallible>(event), said))
    });
    Sse::new(said).keep_alive(KeepAlive::default()).into_response()
}

/// Fires a dispenser for a technician: with the kiosk out of service, and for no sale.
pub(super) async fn fire(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    order: Result<Json<FireOrder>, JsonRejection>,
) -> Response {
    let FireOrder { dispenser, slot } = match order {
        Ok(Json(order)) => order,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    tell::ordered(
        &caller.to_string(),
        &format!("fire dispenser {dispenser}, slot {slot}, as a test"),
    );
    let (answer, fired) = oneshot::channel();
    let message = Message::Fire { dispenser, slot, answer };
    let TestFire { limit, news } = match ask(&shared, message, fired).await {
        Ok(Ok(fired)) => fired,
        Ok(Err(why)) => return refused(StatusCode::CONFLICT, &why),
        Err(response) => return response,
    };
    let (result, what) = match timeout(limit + GRACE, news).await {
        Ok(Ok(VendNews::Delivered)) => ("ok", "it says that a product came out".to_owned()),
        Ok(Ok(VendNews::Failed { reason })) => ("failed", format!("it says: {reason}")),
        Ok(Ok(VendNews::NeverSent { why })) => ("failed", format!("it was not fired: {why}")),
        Ok(Ok(VendNews::Unclear { why })) => ("unknown", format!("it may have been fired: {why}")),
        Ok(Ok(VendNews::Sent | VendNews::Busy | VendNews::NotKnown) | Err(_)) | Err(_) => {
            ("unknown", format!("it did not answer within {} s", (limit + GRACE).as_secs()))
        }
    };
    Json(FireDocument { result: result.to_owned(), what }).into_response()
}
