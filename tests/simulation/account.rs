//! The account at Stripe. Most calls look at what has not changed since the last look: their
//! replies are kept until something changes.

use std::ops::Deref;

use kioskd::simulator::{Method, Model, Request, Response};
use kioskd::stripe::meaning::Answer;
use kioskd::time::WallTime;

/// What is said of a reader is kept for no longer than this, in milliseconds: its status changes with
/// time. What is said of money stays true until somebody does something.
const KEPT: i64 = 20_000;

/// A reply that is still true.
struct Kept {
    request: Request,
    at: WallTime,
    reply: Answer,
}

impl Kept {
    /// Whether the same was asked, by the same key.
    fn answers(&self, request: &Request) -> bool {
        self.request.path == request.path
            && self.request.params == request.params
            && self.request.api_key == request.api_key
    }
}

/// The model, and replies that are still true.
pub struct Account {
    model: Model,
    /// A handful: whatever changes clears them.
    replies: Vec<Kept>,
}

impl Account {
    /// With this account.
    pub fn new(model: Model) -> Self {
        Self { model, replies: Vec::new() }
    }

    /// Something changes at Stripe, or at the reader.
    pub fn changes(&mut self) -> &mut Model {
        self.replies.clear();
        &mut self.model
    }

    /// Reads past all that is kept.
    pub fn read(&mut self, request: &Request, now: WallTime) -> serde_json::Value {
        self.model.handle(request, now).body.json()
    }

    /// Lets time pass.
    pub fn advance(&mut self, now: WallTime) {
        if self.model.next_event().is_some_and(|at| at <= now) {
            self.replies.clear();
        }
        self.model.advance(now);
    }

    /// Answers a call.
    pub fn handle(&mut self, request: Request, now: WallTime) -> Answer {
        let lists = request.path.ends_with("/payment_intents") || request.path.ends_with("/search");
        if request.method == Method::Post || lists {
            return answer(self.changes().handle(&request, now), now);
        }
        let known = self.replies.iter().position(|kept| kept.answers(&request));
        if let Some(kept) = known.map(|known| &self.replies[known])
            && (now.0 - kept.at.0 < KEPT || !request.path.starts_with("/v1/terminal/"))
        {
            return Answer { date: Some(now.as_stripe_time()), ..kept.reply.clone() };
        }
        if let Some(known) = known {
            self.replies.swap_remove(known);
        }
        let reply = answer(self.model.handle(&request, now), now);
        self.replies.push(Kept { request, at: now, reply: reply.clone() });
        reply
    }
}

/// A reply as it would come off the wire.
pub fn answer(response: Response, now: WallTime) -> Answer {
    Answer {
        status: response.status,
        request_id: response.header("request-id").map(str::to_owned),
        date: Some(now.as_stripe_time()),
        retry_after: None,
        replayed: response.is_replayed(),
        body: response.body.into_bytes(),
    }
}

impl Deref for Account {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.model
    }
}
