//! The model behind a socket: plain HTTP/1.1, or TLS with HTTP/2 and HTTP/1.1, the real clock, and
//! faults of the wire.
//!
#![doc = include_str!("console.md")]

mod authorization;
mod connections;
mod console;
mod fields;
mod idle;
mod log;
mod reply;
mod rules;
mod settings;
mod tls;

use std::collections::BTreeSet;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::http::request::Parts;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::model::Model;
use super::request::{Method, Request, Response};
use crate::time::WallTime;

pub use connections::Connections;
pub use log::LoggedRequest;
pub use rules::{Rule, RuleReport, Then};
pub use tls::{Tls, TlsError};

use idle::Idle;
use log::Log;
use reply::{Cut, Reply};
use rules::{RuleError, Rules};

/// No form of Stripe's comes near it.
const LARGEST_BODY: usize = 1024 * 1024;

/// Serves the model on a socket until accepting a connection fails. Dropping it closes every
/// connection.
pub async fn serve(listener: TcpListener, model: Arc<Mutex<Model>>) -> io::Result<()> {
    serve_as(Wire::default(), listener, model).await
}

/// How the socket is spoken to.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    /// Nothing but TLS, if there is one.
    pub tls: Option<Tls>,
    /// Connections on which nothing is asked for so long are closed.
    pub idle_timeout: Option<Duration>,
}

/// The same with another wire than plain HTTP/1.1.
pub async fn serve_as(
    wire: Wire,
    listener: TcpListener,
    model: Arc<Mutex<Model>>,
) -> io::Result<()> {
    let shell = Arc::new(Shell {
        wire,
        connections: Mutex::default(),
        model,
        rules: Mutex::default(),
        log: Mutex::default(),
        keys_in_use: Mutex::default(),
    });
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                connections.spawn(talk(Arc::clone(&shell), stream));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// What all connections share.
struct Shell {
    wire: Wire,
    connections: Mutex<Connections>,
    model: Arc<Mutex<Model>>,
    rules: Mutex<Rules>,
    log: Mutex<Log>,
    keys_in_use: Mutex<BTreeSet<String>>,
}

async fn talk(shell: Arc<Shell>, stream: TcpStream) {
    lock(&shell.connections).accepted += 1;
    let Some(tls) = &shell.wire.tls else {
        return talk_http1(&shell, stream).await;
    };
    // Who says nothing, or nothing that can be understood, is left.
    let Some(stream) = tls.accept(stream).await else { return };
    let is_http2 = tls::speaks_http2(&stream);
    lock(&shell.connections).add_tls(is_http2, tls::is_resumed(&stream));
    if is_http2 {
        talk_http2(&shell, stream).await;
    } else {
        talk_http1(&shell, stream).await;
    }
}

async fn talk_http1(shell: &Arc<Shell>, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let idle = Idle::new(shell.wire.idle_timeout);
    let service = service_fn(|request| {
        let asked = idle.asked();
        let reply = attend(Arc::clone(shell), request);
        async move {
            let _asked = asked;
            reply.await
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // It ends when the client leaves or a fault cuts the connection: nothing is left to be done.
    tokio::select! {
        ended = &mut connection => return drop(ended),
        () = idle.for_too_long() => connection.as_mut().graceful_shutdown(),
    }
    drop(connection.await);
}

/// hyper itself would end no more than the one call.
async fn talk_http2(shell: &Arc<Shell>, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let (cut, idle) = (Arc::new(Notify::new()), Arc::new(Idle::new(shell.wire.idle_timeout)));
    let service = service_fn(|request| {
        let (shell, cut, idle) = (Arc::clone(shell), Arc::clone(&cut), Arc::clone(&idle));
        async move {
            let _asked = idle.asked();
            let reply = attend(shell, request).await.inspect_err(|_| cut.notify_one())?;
            Ok::<_, Cut>(reply::cutting(reply, Arc::clone(&cut)))
        }
    });
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        ended = &mut connection => return drop(ended),
        () = cut.notified() => return,
        () = idle.for_too_long() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        ended = connection => drop(ended),
        () = cut.notified() => {}
    }
}

async fn attend(shell: Arc<Shell>, request: hyper::Request<Incoming>) -> Result<Reply, Cut> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Ok(reply::plain(413, "The body is cut short or too large."));
    };
    // A task of its own, so that a client that hangs up does not stop it.
    let work = tokio::spawn(answer(shell, parts, body.to_bytes()));
    work.await.map_err(|_| Cut)?
}

async fn answer(shell: Arc<Shell>, parts: Parts, body: Bytes) -> Result<Reply, Cut> {
    if parts.uri.path().starts_with("/simulator/") {
        return Ok(shell.console(&parts, &body));
    }
    // No call of the API, with a key or without.
    if parts.uri.path() == "/" {
        lock(&shell.connections).without_a_call += 1;
        return Ok(reply::unrecognized(&parts));
    }
    let method = parts.method.as_str().to_owned();
    let request = match read(&parts, &body) {
        Ok(request) => request,
        Err(refusal) => return Ok(*refusal),
    };
    let rule = lock(&shell.rules).strike(&method, &request.path);
    let Some(rule) = rule else {
        let response = shell.run(&request, Model::handle);
        return Ok(reply::whole(&response));
    };
    sleep(rule.before_ms).await;
    if rule.then == Then::DropBefore {
        shell.note(&request, None, Some(rule.then));
        return Err(Cut);
    }
    let _in_use = match KeyInUse::claim(&shell, &request) {
        Ok(claim) => claim,
        Err(response) => return Ok(reply::whole(&response)),
    };
    let outcome = shell.run_rule(&request, &rule);
    sleep(rule.after_ms).await;
    outcome
}

impl Shell {
    /// Executes a call now, and notes it.
    fn run(
        &self,
        request: &Request,
        how: impl FnOnce(&mut Model, &Request, WallTime) -> Response,
    ) -> Response {
        let is_in_use = |key: &String| lock(&self.keys_in_use).contains(key);
        let response = if request.idempotency_key.as_ref().is_some_and(is_in_use) {
            lock(&self.model).refuse_key_in_use(request, now())
        } else {
            how(&mut lock(&self.model), request, now())
        };
        self.note(request, Some(&response), None);
        response
    }

    /// Executes a call as a rule has it.
    fn run_rule(&self, request: &Request, rule: &Rule) -> Result<Reply, Cut> {
        let execute = || lock(&self.model).handle(request, now());
        let (response, reply) = match rule.then {
            Then::Answer => {
                let response = execute();
                let reply = reply::whole(&response);
                (Some(response), Ok(reply))
            }
            Then::Truncate => {
                let response = execute();
                let reply = reply::truncated(&response);
                (Some(response), Ok(reply))
            }
            Then::DropBefore => (None, Err(Cut)),
            Then::DropAfter => (Some(execute()), Err(Cut)),
            Then::Status(_) | Then::Error(_) => self.run_error(request, rule),
            Then::Html => (rule.executes.then(execute), Ok(reply::html())),
        };
        self.note(request, response.as_ref(), Some(rule.then));
        reply.map(|mut reply: Reply| {
            reply.headers_mut().extend(rule.headers());
            reply
        })
    }

    /// Ends a call in the error of a rule. What the model answered, if it was asked.
    fn run_error(&self, request: &Request, rule: &Rule) -> (Option<Response>, Result<Reply, Cut>) {
        let Some(RuleError { error, is_stored, is_stripes }) = rule.error() else {
            return (None, Err(Cut));
        };
        let mut model = lock(&self.model);
        let (answered, mut response) = if is_stored {
            let response = model.handle_with_error(request, &error, rule.executes, now());
            (Some(response.clone()), response)
        } else {
            let answered = rule.executes.then(|| model.handle(request, now()));
            (answered, model.refuse_with_error(request, &error, now()))
        };
        if !is_stripes {
            response.headers.clear();
        }
        (answered, Ok(reply::whole(&response)))
    }

    fn note(&self, request: &Request, response: Option<&Response>, then: Option<Then>) {
        lock(&self.log).add(LoggedRequest::new(now(), request, response, then));
    }
}

/// Keeps an idempotency key in use until it is dropped.
struct KeyInUse {
    shell: Arc<Shell>,
    key: Option<String>,
}

impl KeyInUse {
    fn claim(shell: &Arc<Shell>, request: &Request) -> Result<Self, Box<Response>> {
        let key = request.idempotency_key.clone().filter(|_| request.method == Method::Post);
        let is_free = match &key {
            Some(key) => lock(&shell.keys_in_use).insert(key.clone()),
            None => true,
        };
        if is_free {
            return Ok(Self { shell: Arc::clone(shell), key });
        }
        let response = lock(&shell.model).refuse_key_in_use(request, now());
        shell.note(request, Some(&response), None);
        Err(Box::new(response))
    }
}

impl Drop for KeyInUse {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            lock(&self.shell.keys_in_use).remove(key);
        }
    }
}

/// Reads a call of the API; the refusal, if it cannot be one.
fn read(parts: &Parts, body: &Bytes) -> Result<Request, Box<Reply>> {
    let path = parts.uri.path();
    let method = match parts.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        _ => return Err(Box::new(reply::unrecognized(parts))),
    };
    let header = |name| {
        let value = parts.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let is_form = header(CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !body.is_empty() && !is_form {
        let message = "Invalid request (check that your POST content type is \
                       application/x-www-form-urlencoded).";
        return Err(Box::new(reply::refusal(400, message)));
    }
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let pairs = form_urlencoded::parse(query).chain(form_urlencoded::parse(body));
    Ok(Request {
        method,
        path: path.to_owned(),
        params: pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        idempotency_key: header("idempotency-key"),
        api_version: header("stripe-version"),
        api_key: header(AUTHORIZATION.as_str()).as_deref().and_then(authorization::key),
    })
}

async fn sleep(millis: u64) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

/// A poisoned lock is taken all the same: what it guards is changed in one step or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> WallTime {
    WallTime(jiff::Timestamp::now().as_millisecond())
}
