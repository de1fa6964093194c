//! What is left of products that are counted: `kioskd stock`.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Caller, Shared, ask, refused};
use crate::daemon::orders::Ordered;
use crate::daemon::run::{Message, StockMessage};
use crate::daemon::{stock, tell};
use crate::ids::ProductCode;
use crate::kiosk::stock::Filling;

/// The body of `POST /v1/stock`: either `code` with `set` or `add`, or `all`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockOrder {
    /// Which product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ProductCode>,
    /// So many are there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<u32>,
    /// So many more are there than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<u32>,
    /// Everything that is counted was filled up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
}

impl StockOrder {
    fn filling(self) -> Option<Filling> {
        match self {
            Self { code: None, set: None, add: None, all: true } => Some(Filling::All),
            Self { code: Some(code), set: Some(left), add: None, all: false } => {
                Some(Filling::Set { code, left })
            }
            Self { code: Some(code), set: None, add: Some(count), all: false } => {
                Some(Filling::Add { code, count })
            }
            Self { .. } => None,
        }
    }
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    let (answer, document) = oneshot::channel();
    match ask(&shared, Message::Stock(StockMessage::Show(answer)), document).await {
        Ok(document) => Json(document).into_response(),
        Err(response) => response,
    }
}

/// Sets counts, and answers with all of them once that is on disk.
pub(super) async fn fill(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    order: Result<Json<StockOrder>, JsonRejection>,
) -> Response {
    let order = match order {
        Ok(Json(order)) => order,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    let Some(filling) = order.filling() else {
        let allowed = "an order is code with set or add, or all";
        return refused(StatusCode::BAD_REQUEST, allowed);
    };
    let by = caller.to_string();
    let one_at_a_time = shared.orders.lock().await;
    tell::ordered(&by, &stock::in_words(&filling));
    let (answer, filled) = oneshot::channel();
    let order = StockMessage::Fill { filling, by, answer };
    match ask(&shared, Message::Stock(order), filled).await {
        Ok(Ordered::Decided | Ordered::Already) => {}
        Ok(Ordered::Refused(why)) => return refused(StatusCode::CONFLICT, &why),
        Ok(Ordered::Unrecorded) => {
            let why = "the journal has not taken the count yet: it counts from now on, and is \
                       forgotten if kioskd ends before the journal can be written; see: kioskd \
                       status";
            return refused(StatusCode::INTERNAL_SERVER_ERROR, why);
        }
        Err(response) => return response,
    }
    drop(one_at_a_time);
    show(State(shared)).await
}
