//! Decisions of people about sales: `kioskd resolve` and `kioskd refund`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::connect_info::ConnectInfo;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{
    Caller, SaleInPath, Shared, ask, ask_journal, named_sale, no_sale, no_sale_id, refused,
    too_long,
};
use crate::daemon::journal_thread::Job;
use crate::daemon::orders::Ordered;
use crate::daemon::run::Message;
use crate::ids::SaleId;
use crate::money::Money;
use crate::sale::resolve::{Asked, Order};

/// The body of `POST /v1/sales/{id}/resolve`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// `capture`, `release`, `refund` or `dismiss`.
    pub decision: String,
    /// How much is captured, in major units; without it, all of it.
    #[serde(default)]
    pub amount: Option<String>,
    /// Why, for the record.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The body of `POST /v1/sales/{id}/refund`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundOrder {
    /// How much, in major units; without it, all that is left.
    #[serde(default)]
    pub amount: Option<String>,
    /// Why, for the record.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What has become of an order.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderDocument {
    /// `decided`, or `already` if the same was decided before.
    pub result: String,
}

pub(super) async fn resolve(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    id: SaleInPath,
    body: Result<Json<Resolution>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Json(Resolution { decision, amount, reason }) = match body {
        Ok(body) => body,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    let what = |amount| {
        Some(match decision.as_str() {
            "capture" => Asked::Capture { amount },
            "release" => Asked::Release,
            "refund" => Asked::Refund,
            "dismiss" => Asked::Dismiss,
            _ => return None,
        })
    };
    if amount.is_some() && decision != "capture" {
        return refused(StatusCode::BAD_REQUEST, "an amount belongs to \"capture\" only");
    }
    order(&shared, caller, (id, amount, reason), what).await
}

pub(super) async fn refund(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    id: SaleInPath,
    body: Result<Json<RefundOrder>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Json(RefundOrder { amount, reason }) = match body {
        Ok(body) => body,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    let what = |amount| Some(Asked::RefundSold { amount });
    order(&shared, caller, (id, amount, reason), what).await
}

/// Reads the sale and gives the order to the driver.
async fn order(
    shared: &Shared,
    caller: Caller,
    (id, amount, reason): (SaleInPath, Option<String>, Option<String>),
    what: impl FnOnce(Option<u64>) -> Option<Asked>,
) -> Response {
    let Caller(Some(by)) = caller else {
        return refused(StatusCode::FORBIDDEN, "the system does not say who asks");
    };
    let Some(id) = named_sale(id) else { return no_sale_id() };
    if let Some(refusal) = too_long(reason.as_ref()) {
        return refusal;
    }
    let _one_at_a_time = shared.orders.lock().await;
    let (answer, stored) = oneshot::channel();
    let stored = match ask_journal(shared, Job::Read { sale: id.clone(), answer }, stored).await {
        Ok(Some(stored)) => Box::new(stored),
        Ok(None) => return no_sale(shared, &id).await,
        Err(response) => return response,
    };
    let currency = stored.summary.amount.currency;
    let amount = match amount.map(|text| Money::decimal(&text, currency)).transpose() {
        Ok(amount) => amount.map(|money| money.amount),
        Err(error) => return refused(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let Some(what) = what(amount) else {
        let allowed = "a decision is capture, release, refund or dismiss";
        return refused(StatusCode::BAD_REQUEST, allowed);
    };
    let order = Order { what, by, reason };
    let unrecorded = unrecorded(&id);
    let (answer, ordered) = oneshot::channel();
    let result =
        match ask(shared, Message::SaleOrder { sale: id, stored, order, answer }, ordered).await {
            Ok(Ordered::Unrecorded) => {
                return refused(StatusCode::INTERNAL_SERVER_ERROR, &unrecorded);
            }
            Ok(Ordered::Decided) => "decided",
            Ok(Ordered::Already) => "already",
            Ok(Ordered::Refused(why)) => return refused(StatusCode::CONFLICT, &why),
            Err(response) => return response,
        };
    Json(OrderDocument { result: result.to_owned() }).into_response()
}

fn unrecorded(sale: &SaleId) -> String {
    format!(
        "the journal has not taken the decision about sale {sale} yet: it is carried out once the \
         journal can be written, and forgotten if kioskd ends before; see: kioskd status"
    )
}
