//! HTTPS that trusts nothing: limits on everything, no redirects, no proxy from the environment.

use std::error::Error;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::sale::input::Obstacle;
use crate::stripe::API_VERSION;
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::request::{Method, Wire};
use crate::stripe::warm::{Keeper, Link, Pace};
use crate::time::StripeTime;

/// The most of a reply that is read. Stripe's objects here are under 20 KiB.
pub(super) const MOST_BODY_BYTES: usize = 1024 * 1024;

/// Source: Stripe's SDKs allow 10 s to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// An idle connection is asked so often whether it lives, and a dead one noticed ten seconds later.
///
/// Routers of carriers forget what is silent for more than a few minutes, some for more than one. A
/// ping of HTTP/2 and its answer come to some 250 bytes with their headers: 480 kB a day, as much as
/// TCP's own keep-alives of every 20 s would be. Less often would let more customers find a
/// connection that is dead, which costs them up to [`UNACKNOWLEDGED_LIMIT`].
const PING_EVERY: Duration = Duration::from_secs(45);

/// How long an answer to a ping may take.
const PING_LIMIT: Duration = Duration::from_secs(10);

/// TCP's own, for HTTP/1.1, which has no pings: behind these, so that not both are paid for.
const TCP_PING_EVERY: Duration = Duration::from_mins(1);

/// What the other end's kernel does not acknowledge by then is lost, and the connection with it: a
/// call that was sent into a dead one does not hold up the next.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(30);

/// A sale's call, and a look beside it: HTTP/1.1 needs a connection for each.
const MOST_IDLE: usize = 2;

/// The way to Stripe: one warm connection.
#[derive(Clone)]
pub struct Client {
    link: Arc<Link>,
    authorization: HeaderValue,
}

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// TLS or the connection pool cannot be set up.
    #[error("the HTTPS client cannot be set up (are the system's CA certificates installed?)")]
    Setup(#[source] reqwest::Error),
    /// The key has characters that no header can hold.
    #[error("the API key has characters that an HTTP header cannot hold")]
    Key,
}

impl Client {
    /// A client for `base` (scheme and host, no path) with this API key, who trusts these roots
    /// beside the system's.
    pub fn new(
        base: &str,
        api_key: &str,
        roots: &[CertificateDer<'static>],
    ) -> Result<Self, ClientError> {
        let authorization = authorization(api_key)?;
        let base = base.trim_end_matches('/').to_owned();
        let link = Arc::new(Link::new(connections(roots)?, base));
        Ok(Self { link, authorization })
    }

    /// The same key on new connections, which trust these roots beside the system's.
    pub fn trusting(&self, roots: &[CertificateDer<'static>]) -> Result<Self, ClientError> {
        let link = Arc::new(Link::new(connections(roots)?, self.link.base.clone()));
        Ok(Self { link, ..self.clone() })
    }

    /// The same connection with another API key.
    pub fn with_key(&self, api_key: &str) -> Result<Self, ClientError> {
        Ok(Self { authorization: authorization(api_key)?, ..self.clone() })
    }

    /// Keeps the connection warm, as long as the keeper lives. One is enough for all clients that
    /// share it by way of [`Client::with_key`].
    pub fn keep_warm(&self, pace: Pace) -> Keeper {
        Keeper::of(Arc::clone(&self.link), pace)
    }

    /// Sends one call, once. Repeats are the driver's business, which knows what may be repeated.
    pub async fn send(&self, wire: &Wire) -> Result<Answer, NoAnswer> {
        let _in_use = self.link.begin();
        let mut url = reqwest::Url::parse(&format!("{}{}", self.link.base, wire.path))
            .map_err(|error| NoAnswer::NotSent(Obstacle::Name, format!("bad address: {error}")))?;
        let request = match wire.method {
            Method::Get => {
                url.query_pairs_mut().extend_pairs(&wire.params);
                self.link.http.get(url)
            }
            Method::Post => {
                let form = form_body(&wire.params);
                let kind = "application/x-www-form-urlencoded";
                self.link.http.post(url).header("content-type", kind).body(form)
            }
        };
        let mut request = request
            .header("authorization", self.authorization.clone())
            .header("stripe-version", API_VERSION)
            .header("cache-control", "no-store")
            .timeout(wire.limit);
        if let Some(key) = &wire.key {
            request = request.header("idempotency-key", key.as_str());
        }
        let response = request.send().await.map_err(|error| no_answer(&error))?;
        self.link.answered(&response);
        read_answer(response).await
    }
}

fn connections(roots: &[CertificateDer<'static>]) -> Result<reqwest::Client, ClientError> {
    let roots: Result<Vec<_>, _> =
        roots.iter().map(|root| reqwest::Certificate::from_der(root)).collect();
    reqwest::Client::builder()
        .tls_certs_merge(roots.map_err(ClientError::Setup)?)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
        .pool_max_idle_per_host(MOST_IDLE)
        // None that is healthy is closed from here: whether it is, pings tell.
        .pool_idle_timeout(None)
        .tcp_nodelay(true)
        .tcp_keepalive(TCP_PING_EVERY)
        .tcp_user_timeout(UNACKNOWLEDGED_LIMIT)
        .http2_keep_alive_while_idle(true)
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_LIMIT)
        .user_agent(concat!("kioskd/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(ClientError::Setup)
}

fn authorization(api_key: &str) -> Result<HeaderValue, ClientError> {
    let bearer = Zeroizing::new(format!("Bearer {api_key}"));
    let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| ClientError::Key)?;
    authorization.set_sensitive(true);
    Ok(authorization)
}

fn form_body(params: &[(String, String)]) -> String {
    let mut url = reqwest::Url::parse("form:").expect("a fixed address is one");
    url.query_pairs_mut().extend_pairs(params);
    url.query().unwrap_or_default().to_owned()
}

async fn read_answer(mut response: reqwest::Response) -> Result<Answer, NoAnswer> {
    let headers = response.headers();
    let mut answer = Answer {
        status: response.status().as_u16(),
        request_id: text(headers, "request-id"),
        date: text(headers, "date").and_then(|date| stripe_time(&date)),
        retry_after: text(headers, "retry-after")
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs),
        replayed: text(headers, "idempotent-replayed").as_deref() == Some("true"),
        body: Vec::new(),
    };
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if answer.body.len() + chunk.len() <= MOST_BODY_BYTES => {
                answer.body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => {
                return Err(NoAnswer::Unknown(Obstacle::Stranger, "it is over 1 MiB".into()));
            }
            Ok(None) => return Ok(answer),
            Err(error) => return Err(NoAnswer::Unknown(Obstacle::Silence, chain(&error))),
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// An HTTP date, such as `Tue, 24 Nov 2026 19:49:23 GMT`.
pub(crate) fn stripe_time(date: &str) -> Option<StripeTime> {
    let zoned = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(StripeTime(zoned.timestamp().as_second()))
}

/// Before the connection stands nothing has left; after that, nobody knows.
fn no_answer(error: &reqwest::Error) -> NoAnswer {
    let why = chain(error);
    if error.is_connect() || error.is_builder() {
        NoAnswer::NotSent(obstacle(error), why)
    } else {
        NoAnswer::Unknown(Obstacle::Silence, why)
    }
}

/// What kept a connection from coming about: told by the types of the causes, never by their text,
/// but for the resolver, which has no type of its own.
fn obstacle(error: &reqwest::Error) -> Obstacle {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(obstacle) = told_by(error) {
            return obstacle;
        }
        cause = error.source();
    }
    Obstacle::Connection
}

fn told_by(error: &(dyn Error + 'static)) -> Option<Obstacle> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(told_by_tls(error));
    }
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        if let Some(inner) = error.get_ref().and_then(|inner| told_by(inner)) {
            return Some(inner);
        }
        let kinds =
            [ErrorKind::NetworkUnreachable, ErrorKind::HostUnreachable, ErrorKind::NetworkDown];
        return kinds.contains(&error.kind()).then_some(Obstacle::Network);
    }
    error.to_string().starts_with("dns error").then_some(Obstacle::Name)
}

fn told_by_tls(error: &rustls::Error) -> Obstacle {
    let out_of_time = matches!(
        error,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }
                | CertificateError::Expired
                | CertificateError::ExpiredContext { .. },
        )
    );
    if out_of_time { Obstacle::Clock } else { Obstacle::Certificate }
}

/// The error and its causes in one line, without the address (which names objects of Stripe's).
fn chain(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { "failed".to_owned() };
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
