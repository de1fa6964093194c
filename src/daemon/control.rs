//! The control socket: HTTP over a Unix socket, for `kioskd status` and friends and for `curl`.

mod display;
mod hardware;
mod keys;
mod metrics;
mod orders;
mod reader;
mod reload;
mod service;
mod stock;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc as thread_queue;

use axum::Json;
use axum::extract::connect_info::Connected;
use axum::extract::{DefaultBodyLimit, Path as UrlPath, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::IncomingStream;
use serde::{Deserialize, Serialize};
use tokio::net::UnixListener;
use tokio::sync::{mpsc, oneshot, watch};

use crate::config::ConfigDocument;
pub use crate::daemon::configuration::ConfigStatus;
pub use crate::daemon::control::display::{TrialDocument, size_of as display_size};
pub use crate::daemon::control::hardware::{FireDocument, FireOrder};
pub use crate::daemon::control::orders::{OrderDocument, RefundOrder, Resolution};
pub use crate::daemon::control::reader::{AssignOrder, ResetDocument};
pub use crate::daemon::control::service::DrainOrder;
pub use crate::daemon::control::stock::StockOrder;
use crate::daemon::drained::DrainFile;
use crate::daemon::hardware::{DisplayStatus, Hardware};
use crate::daemon::journal_thread::Job;
use crate::daemon::run::Message;
pub use crate::daemon::run::{ReloadDocument, ReloadOrders};
use crate::daemon::screens::Screens;
use crate::daemon::tell;
use crate::daemon::waiting::Waiting;
use crate::ids::{ProductCode, ReaderId, SaleId};
use crate::journal::{Filter, Stored, Summary};
use crate::kiosk::status::KioskStatus;
use crate::sale::Fact;
use crate::telemetry::story;

/// The socket's name in `kiosk.runtime_dir`.
pub const SOCKET: &str = "control.sock";

/// Bodies are a few words.
const MOST_BODY_BYTES: usize = 16 * 1024;

/// A reason is a sentence.
const LONGEST_REASON: usize = 200;

/// How many sales a list has unless asked otherwise.
const LIST_LIMIT: u32 = 50;

/// The socket cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Somebody answers on it.
    #[error("another program listens on {path}; stop it, or give each kiosk its own runtime_dir")]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// The folder or the socket cannot be made.
    #[error("the control socket {path} cannot be made")]
    Io {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// The document of `GET /v1/status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StatusDocument {
    /// The program's version.
    pub version: String,
    /// How the kiosk is.
    #[serde(flatten)]
    pub status: KioskStatus,
    /// The displays, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub displays: BTreeMap<String, DisplayStatus>,
    /// Which configuration it runs.
    pub config: ConfigStatus,
}

/// One sale in `GET /v1/sales`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SaleEntry {
    /// Its id.
    pub id: String,
    /// When it was opened (RFC 3339).
    pub opened_at: String,
    /// What was chosen.
    pub product: String,
    /// The price.
    pub amount: crate::money::Money,
    /// Where it stands.
    pub phase: String,
    /// How it ended, once closed.
    pub outcome: Option<String>,
    /// Its PaymentIntent.
    pub payment_intent: Option<String>,
    /// Whether it is open.
    pub open: bool,
    /// What it waits for, in a list of open sales.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

/// One sale in `GET /v1/sales/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SaleDocument {
    /// The sale.
    #[serde(flatten)]
    pub sale: SaleEntry,
    /// Its facts, oldest first.
    pub facts: Vec<FactEntry>,
    /// What is wrong with its rows in the journal.
    pub damage: Option<String>,
}

/// One fact of a sale.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactEntry {
    /// When (RFC 3339, by the wall clock: a label).
    pub at: String,
    /// As a sentence.
    pub text: String,
    /// As the journal has it.
    pub fact: serde_json::Value,
}

/// The body of `POST /v1/select` and `POST /v1/remove`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// What is chosen, or taken out of the cart.
    pub code: ProductCode,
}

/// The body of `POST /v1/hint`: this reader is said to have news. Only a reason to look.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// The reader.
    pub reader: ReaderId,
}

/// Who is at the other end of a connection, as the kernel says.
#[derive(Clone, Copy, Debug)]
struct Caller(Option<u32>);

impl Connected<IncomingStream<'_, UnixListener>> for Caller {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|peer| peer.uid()))
    }
}

impl std::fmt::Display for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(uid) => write!(f, "user {uid}"),
            None => f.write_str("somebody"),
        }
    }
}

struct Shared {
    driver: mpsc::Sender<Message>,
    journal: thread_queue::Sender<Job>,
    /// Orders go one at a time: what one of them finds in the journal is still so when it is
    /// carried out.
    orders: tokio::sync::Mutex<()>,
    drained: DrainFile,
    hardware: Hardware,
    screens: Screens,
    config: watch::Receiver<ConfigDocument>,
    reloads: ReloadOrders,
}

/// What can be seen, and reloaded, through the socket.
#[derive(Debug)]
pub struct Seen {
    /// Where it is remembered that the kiosk is out of service.
    pub state_dir: PathBuf,
    /// The devices.
    pub hardware: Hardware,
    /// The displays.
    pub screens: Screens,
    /// The configuration that runs.
    pub config: watch::Receiver<ConfigDocument>,
    /// Who reloads it.
    pub reloads: ReloadOrders,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    open: bool,
    limit: Option<u32>,
}

/// Opens the socket, 0660. A stale one of a daemon that died is replaced; a living one is not.
pub fn bind(runtime_dir: &Path) -> Result<UnixListener, ControlError> {
    let path = runtime_dir.join(SOCKET);
    let io = |source| ControlError::Io { path: path.clone(), source };
    std::fs::create_dir_all(runtime_dir).map_err(io)?;
    if std::os::unix::net::UnixStream::connect(&path).is_ok() {
        return Err(ControlError::Taken { path });
    }
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(io(error)),
    }
    let listener = UnixListener::bind(&path).map_err(io)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660)).map_err(io)?;
    Ok(listener)
}

/// Removes the socket: nobody serves it any more.
pub fn unbind(runtime_dir: &Path) {
    let path = runtime_dir.join(SOCKET);
    if let Err(error) = std::fs::remove_file(&path) {
        tell::socket_left(&path, &error);
    }
}

/// Serves the socket until the process ends.
pub async fn serve(
    listener: UnixListener,
    driver: mpsc::Sender<Message>,
    journal: thread_queue::Sender<Job>,
    Seen { state_dir, hardware, screens, config, reloads }: Seen,
) {
    let orders = tokio::sync::Mutex::default();
    let drained = DrainFile::in_folder(&state_dir);
    let routes = axum::Router::new()
        .route("/v1/status", get(status))
        .route("/metrics", get(metrics::show))
        .route("/v1/config", get(reload::running))
        .route("/v1/reload", post(reload::reload))
        .route("/v1/sales", get(sales))
        .route("/v1/sales/{id}", get(sale))
        .route("/v1/sales/{id}/resolve", post(orders::resolve))
        .route("/v1/sales/{id}/refund", post(orders::refund))
        .route("/v1/select", post(keys::select))
        .route("/v1/pay", post(keys::pay))
        .route("/v1/remove", post(keys::remove))
        .route("/v1/cancel", post(cancel))
        .route("/v1/language", post(language))
        .route("/v1/hint", post(hint))
        .route("/v1/drain", post(service::drain))
        .route("/v1/resume", post(service::resume))
        .route("/v1/reader", get(reader::show))
        .route("/v1/reader/assign", post(reader::assign))
        .route("/v1/reader/reset", post(reader::reset))
        .route("/v1/stock", get(stock::show).post(stock::fill))
        .route("/v1/hardware", get(hardware::show))
        .route("/v1/hardware/watch", get(hardware::watch))
        .route("/v1/hardware/fire", post(hardware::fire))
        .route("/v1/display/snapshot", get(display::snapshot))
        .route("/v1/display/test", post(display::test));
    #[cfg(debug_assertions)]
    let routes = routes.route("/v1/hang", post(service::hang));
    let routes = routes
        .fallback(|| async { refused(StatusCode::NOT_FOUND, "there is no such path") })
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .with_state(Arc::new(Shared {
            driver,
            journal,
            orders,
            drained,
            hardware,
            screens,
            config,
            reloads,
        }));
    let service = routes.into_make_service_with_connect_info::<Caller>();
    if let Err(error) = axum::serve(listener, service).await {
        tell::control_failed(&error);
    }
}

async fn status(State(shared): State<Arc<Shared>>) -> Response {
    match stated(&shared).await {
        Ok(document) => Json(document).into_response(),
        Err(response) => response,
    }
}

/// How everything is now.
async fn stated(shared: &Shared) -> Result<StatusDocument, Response> {
    let (answer, status) = oneshot::channel();
    let status = ask(shared, Message::Status(answer), status).await?;
    Ok(StatusDocument { displays: shared.hardware.displays(), ..status })
}

/// The next of the kiosk's languages.
async fn language(State(shared): State<Arc<Shared>>) -> Response {
    sent(&shared, Message::Event(crate::daemon::Event::LanguagePressed)).await
}

async fn cancel(State(shared): State<Arc<Shared>>) -> Response {
    sent(&shared, Message::Event(crate::daemon::Event::CancelPressed)).await
}

async fn hint(
    State(shared): State<Arc<Shared>>,
    hint: Result<Json<Hint>, axum::extract::rejection::JsonRejection>,
) -> Response {
    match hint {
        Ok(Json(Hint { reader })) => {
            sent(&shared, Message::Event(crate::daemon::Event::Hint { reader })).await
        }
        Err(rejection) => refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

async fn sent(shared: &Shared, message: Message) -> Response {
    match shared.driver.send(message).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => stopping(),
    }
}

async fn sales(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Query(query) = match query {
        Ok(query) => query,
        Err(rejection) => return refused(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    let limit = query.limit.unwrap_or(LIST_LIMIT);
    let filter = Filter { open_only: query.open, limit, before: None };
    let (answer, list) = oneshot::channel();
    match ask_journal(&shared, Job::List { filter, answer }, list).await {
        Ok(list) => {
            let mut entries: Vec<SaleEntry> = list.iter().map(SaleEntry::from).collect();
            if query.open {
                let (answer, waiting) = oneshot::channel();
                let mut waiting = match ask(&shared, Message::Waiting(answer), waiting).await {
                    Ok(waiting) => waiting,
                    Err(response) => return response,
                };
                for (entry, summary) in entries.iter_mut().zip(&list) {
                    entry.waiting = waiting.remove(&summary.sale);
                }
            }
            Json(serde_json::json!({ "sales": entries })).into_response()
        }
        Err(response) => response,
    }
}

/// The sale that a path names.
type SaleInPath = Result<UrlPath<String>, axum::extract::rejection::PathRejection>;

async fn sale(State(shared): State<Arc<Shared>>, id: SaleInPath) -> Response {
    let Some(id) = named_sale(id) else { return no_sale_id() };
    let (answer, stored) = oneshot::channel();
    match ask_journal(&shared, Job::Read { sale: id.clone(), answer }, stored).await {
        Ok(Some(stored)) => Json(SaleDocument::from(&stored)).into_response(),
        Ok(None) => no_sale(&shared, &id).await,
        Err(response) => response,
    }
}

/// Says that a sale is not there, and that it may have been.
async fn no_sale(shared: &Shared, id: &SaleId) -> Response {
    let (answer, let_go) = oneshot::channel();
    let mut why = format!("there is no sale {id}");
    match ask_journal(shared, Job::LetGo { answer }, let_go).await {
        Ok(Some(let_go)) => why.push_str(&format!("; {}", tell::gone(&let_go))),
        Ok(None) => {}
        Err(response) => return response,
    }
    refused(StatusCode::NOT_FOUND, &why)
}

/// Reads the sale of a path. What is no text after decoding (`%ff`) is no sale id either.
fn named_sale(id: SaleInPath) -> Option<SaleId> {
    id.ok().and_then(|UrlPath(id)| SaleId::new(id).ok())
}

fn no_sale_id() -> Response {
    refused(StatusCode::BAD_REQUEST, "a sale id is 1 to 32 ASCII letters and digits")
}

async fn ask<T>(
    shared: &Shared,
    message: Message,
    answer: oneshot::Receiver<T>,
) -> Result<T, Response> {
    shared.driver.send(message).await.map_err(|_| stopping())?;
    answer.await.map_err(|_| stopping())
}

async fn ask_journal<T>(
    shared: &Shared,
    job: Job,
    answer: oneshot::Receiver<Result<T, String>>,
) -> Result<T, Response> {
    shared.journal.send(job).map_err(|_| stopping())?;
    let result = answer.await.map_err(|_| stopping())?;
    result.map_err(|why| refused(StatusCode::INTERNAL_SERVER_ERROR, &why))
}

/// The refusal of a person's reason that is longer than a sentence.
fn too_long(reason: Option<&String>) -> Option<Response> {
    let longer = reason?.chars().count() > LONGEST_REASON;
    longer.then(|| refused(StatusCode::BAD_REQUEST, "a reason has 200 characters at most"))
}

fn stopping() -> Response {
    refused(StatusCode::SERVICE_UNAVAILABLE, "kioskd is stopping")
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(serde_json::json!({ "error": why }))).into_response()
}

impl From<&Summary> for SaleEntry {
    fn from(summary: &Summary) -> Self {
        Self {
            id: summary.sale.to_string(),
            opened_at: summary.opened_at.to_string(),
            product: summary.product.clone(),
            amount: summary.amount,
            phase: summary.phase.clone(),
            outcome: summary.outcome.clone(),
            payment_intent: summary.intent.as_ref().map(ToString::to_string),
            open: summary.open,
            waiting: None,
        }
    }
}

impl From<&Stored> for SaleDocument {
    fn from(stored: &Stored) -> Self {
        let facts = stored.rows.iter().map(|row| {
            let fact = serde_json::from_str(&row.body).unwrap_or(serde_json::Value::Null);
            let text = match Fact::deserialize(&fact) {
                Ok(fact) => story::sentence(&fact),
                Err(_) => "a fact that this version cannot read".to_owned(),
            };
            FactEntry { at: row.at.to_string(), text, fact }
        });
        Self {
            sale: SaleEntry::from(&stored.summary),
            facts: facts.collect(),
            damage: stored.damage.clone(),
        }
    }
}
