//! What people ask and order of the reader. Orders are logged with the user who gave them.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::daemon::control::{Caller, Shared, ask, refused, stopping};
use crate::daemon::run::{Message, OrderAnswer};
use crate::daemon::tell;
use crate::kiosk::claim::{OrderRefused, ReaderOrder};
use crate::kiosk::reader_status::{ActionDocument, ReaderDocument};
use crate::stripe::request::Expected;
use crate::stripe::understand;

/// How long a person waits for a look at the reader before the last one is shown.
const LOOK_LIMIT: Duration = Duration::from_secs(5);

/// How long it may take until a claim that was written is read back.
const READ_BACK_LIMIT: Duration = Duration::from_secs(15);

/// How often the loop is asked whether it was.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// The body of `POST /v1/reader/assign`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignOrder {
    /// Also if the reader belongs to another board.
    #[serde(default)]
    pub take_over: bool,
}

/// The reply of `POST /v1/reader/reset`.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResetDocument {
    /// What stood on the reader and was cleared.
    pub cleared: Option<ActionDocument>,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    match looked(&shared).await {
        Ok(document) => Json(document).into_response(),
        Err(response) => response,
    }
}

pub(super) async fn assign(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    order: Result<Json<AssignOrder>, JsonRejection>,
) -> Response {
    let take_over = match order {
        Ok(Json(order)) => order.take_over,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    let assigned = async {
        let before = looked(&shared).await?;
        let belongs = before.controller.as_deref().unwrap_or("nobody");
        let how = if take_over { "assign, take over if it is another board's" } else { "assign" };
        tell::ordered(
            &caller.to_string(),
            &format!("{how} reader {}, which belonged to {belongs:?}", before.id),
        );
        match order_it(&shared, ReaderOrder::Assign { take_over }).await? {
            Err(OrderRefused::AlreadyOurs) => Ok(before),
            Err(why) => Err(refused(StatusCode::CONFLICT, &why.to_string())),
            Ok(()) => read_back(&shared).await,
        }
    };
    match assigned.await {
        Ok(document) => Json(document).into_response(),
        Err(response) => response,
    }
}

pub(super) async fn reset(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Response {
    let done = async {
        let before = looked(&shared).await?;
        if before.looked_seconds_ago.is_none_or(|seconds| seconds > LOOK_LIMIT.as_secs()) {
            let why = "the reader cannot be looked at now; see: kioskd status";
            return Err(refused(StatusCode::BAD_GATEWAY, why));
        }
        let Some(action) = before.action.filter(|action| action.status == "in_progress") else {
            return Ok(ResetDocument { cleared: None });
        };
        let about = action.payment_intent.as_deref().unwrap_or("no PaymentIntent");
        let what = format!("{} ({about}) of {}", action.kind, action.whose);
        tell::ordered(
            &caller.to_string(),
            &format!("reset reader {}, on which stands {what}", before.id),
        );
        match order_it(&shared, ReaderOrder::Reset).await? {
            Ok(()) => Ok(ResetDocument { cleared: Some(action) }),
            Err(why) => Err(refused(StatusCode::CONFLICT, &why.to_string())),
        }
    };
    match done.await {
        Ok(document) => Json(document).into_response(),
        Err(response) => response,
    }
}

/// What is known of the reader after a look, if one can be had in time.
async fn looked(shared: &Shared) -> Result<ReaderDocument, Response> {
    let (answer, ended) = oneshot::channel::<OrderAnswer>();
    let look = Message::ReaderOrder { order: ReaderOrder::Look, answer };
    shared.driver.send(look).await.map_err(|_| stopping())?;
    // Refused or too late: another look is under way, and what is known is told.
    drop(timeout(LOOK_LIMIT, ended).await);
    known(shared).await
}

async fn known(shared: &Shared) -> Result<ReaderDocument, Response> {
    let (answer, document) = oneshot::channel();
    ask(shared, Message::Reader(answer), document).await
}

/// Gives an order, and waits for the end of the call that it becomes.
async fn order_it(
    shared: &Shared,
    order: ReaderOrder,
) -> Result<Result<(), OrderRefused>, Response> {
    let (answer, ended) = oneshot::channel();
    let result = match ask(shared, Message::ReaderOrder { order, answer }, ended).await? {
        Ok(result) => result,
        Err(why) => return Ok(Err(why)),
    };
    match understand(Expected::Reader, &result) {
        Ok(_) => Ok(Ok(())),
        Err(trouble) => {
            let why = format!("Stripe did not do it: {}", tell::why(&trouble));
            Err(refused(StatusCode::BAD_GATEWAY, &why))
        }
    }
}

/// The claim is written; it counts when it was read back a little later.
async fn read_back(shared: &Shared) -> Result<ReaderDocument, Response> {
    let deadline = Instant::now() + READ_BACK_LIMIT;
    loop {
        let document = known(shared).await?;
        if document.assignment == "ours" {
            return Ok(document);
        }
        if Instant::now() > deadline {
            let belongs = document.controller.as_deref().unwrap_or("nobody");
            let why = format!(
                "the assignment was written, but the reader still belongs to {belongs:?}; see: \
                 kioskd reader show"
            );
            return Err(refused(StatusCode::CONFLICT, &why));
        }
        sleep(ASK_EVERY).await;
    }
}
