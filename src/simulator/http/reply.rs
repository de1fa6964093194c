//! Replies on the wire, whole or damaged.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::super::request::Response;

/// A reply as hyper sends it.
pub(super) type Reply = hyper::Response<Content>;

/// The connection is to be closed without (the rest of) a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the simulator cut the connection")]
pub(super) struct Cut;

/// The body of a reply.
#[derive(Debug)]
pub(super) enum Content {
    /// All of it.
    Whole(Option<Bytes>),
    /// A part, and then the connection is cut: by whom this tells, or by hyper itself.
    Part { part: Option<Bytes>, is_flushed: bool, cut: Option<Arc<Notify>> },
}

impl Body for Content {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Part { part, is_flushed, cut } => match part.take() {
                Some(part) => Poll::Ready(Some(Ok(Frame::data(part)))),
                None if *is_flushed => {
                    if let Some(cut) = cut {
                        cut.notify_one();
                    }
                    Poll::Ready(Some(Err(Cut)))
                }
                // hyper sends what it has whenever a body makes it wait.
                None => {
                    *is_flushed = true;
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                let length = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
            Self::Part { .. } => SizeHint::default(),
        }
    }
}

/// What the model answered.
pub(super) fn whole(response: &Response) -> Reply {
    let mut reply = json_text(response.status, response.body.clone().into_bytes());
    for (name, value) in &response.headers {
        // A client may have sent bytes in its key that no header can carry back.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            reply.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    reply
}

/// What the model answered, up to the middle of its body.
pub(super) fn truncated(response: &Response) -> Reply {
    let mut reply = whole(response);
    let text = response.body.as_bytes();
    reply.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
    let part = Bytes::copy_from_slice(&text[..text.len() / 2]);
    *reply.body_mut() = Content::Part { part: Some(part), is_flushed: false, cut: None };
    reply
}

/// The same reply; whoever is to cut the connection in its middle is told by this.
pub(super) fn cutting(mut reply: Reply, by: Arc<Notify>) -> Reply {
    if let Content::Part { cut, .. } = reply.body_mut() {
        *cut = Some(by);
    }
    reply
}

/// A refusal in Stripe's shape of what is no call of the API.
pub(super) fn refusal(status: u16, message: &str) -> Reply {
    let error = json!({ "type": "invalid_request_error", "message": message });
    json_reply(status, &json!({ "error": error }))
}

/// Stripe has nothing there.
pub(super) fn unrecognized(parts: &Parts) -> Reply {
    let (method, path) = (&parts.method, parts.uri.path());
    refusal(404, &format!("Unrecognized request URL ({method}: {path})."))
}

/// A page of a proxy.
pub(super) fn html() -> Reply {
    let page = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>";
    let mut reply = plain(502, page);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    reply
}

/// Text without any shape.
pub(super) fn plain(status: u16, text: &'static str) -> Reply {
    let mut reply = Reply::new(Content::Whole(Some(Bytes::from_static(text.as_bytes()))));
    set_status(&mut reply, status);
    reply
}

/// JSON of the simulator's own calls.
pub(super) fn json_reply(status: u16, body: &Value) -> Reply {
    json_text(status, body.to_string().into_bytes())
}

fn json_text(status: u16, text: Vec<u8>) -> Reply {
    let mut reply = Reply::new(Content::Whole(Some(Bytes::from(text))));
    set_status(&mut reply, status);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

fn set_status(reply: &mut Reply, status: u16) {
    let status = hyper::StatusCode::from_u16(status);
    *reply.status_mut() = status.unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
}
