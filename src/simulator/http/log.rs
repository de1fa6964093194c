//! What was asked of the API.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::super::request::{Method, Request, Response};
use super::rules::Then;
use crate::time::WallTime;

/// How many calls are remembered.
const MOST: usize = 10_000;

/// How many bytes of replies are remembered.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A call of the API. The key of the account is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// 1 for the first call since the simulator was started. A log that begins later was cut.
    pub number: u64,
    /// When it was executed or cut.
    pub at: WallTime,
    /// GET or POST.
    pub method: Method,
    /// The path without query.
    pub path: String,
    /// Query and form.
    pub params: Vec<(String, String)>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The header `Stripe-Version`.
    pub api_version: Option<String>,
    /// What the model answered, whether or not the client got it; `None`: it was not executed.
    pub status: Option<u16>,
    /// The `code` of the error that the model answered with.
    pub error_code: Option<String>,
    /// Whether that was an earlier result.
    pub replayed: bool,
    /// The `Request-Id` of the answer.
    pub request_id: Option<String>,
    /// The fault of the wire that struck.
    pub fault: Option<Then>,
    /// The body that the model answered with, as JSON.
    pub reply: Option<String>,
}

impl LoggedRequest {
    pub(super) fn new(
        at: WallTime,
        request: &Request,
        response: Option<&Response>,
        fault: Option<Then>,
    ) -> Self {
        let id = response.and_then(|response| response.header("request-id"));
        let code = response.and_then(Response::error_code);
        Self {
            number: 0,
            at,
            method: request.method,
            path: request.path.clone(),
            params: request.params.clone(),
            idempotency_key: request.idempotency_key.clone(),
            api_version: request.api_version.clone(),
            status: response.map(|response| response.status),
            error_code: code,
            replayed: response.is_some_and(Response::is_replayed),
            request_id: id.map(str::to_owned),
            fault,
            reply: response.map(|response| response.body.to_string()),
        }
    }

    fn reply_bytes(&self) -> usize {
        self.reply.as_ref().map_or(0, String::len)
    }
}

/// The last calls, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    requests: VecDeque<LoggedRequest>,
    /// How many calls there were, forgotten ones included.
    count: u64,
    reply_bytes: usize,
}

impl Log {
    /// Numbers a call and keeps it.
    pub(super) fn add(&mut self, mut request: LoggedRequest) {
        self.count += 1;
        request.number = self.count;
        self.reply_bytes += request.reply_bytes();
        self.requests.push_back(request);
        while self.requests.len() > MOST || self.reply_bytes > MOST_BYTES {
            let Some(oldest) = self.requests.pop_front() else { return };
            self.reply_bytes -= oldest.reply_bytes();
        }
    }

    pub(super) fn requests(&self) -> &VecDeque<LoggedRequest> {
        &self.requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Body;

    fn call(reply: &str) -> LoggedRequest {
        let body = Body::object(|body| body.put("text", reply));
        let response = Response { status: 200, headers: Vec::new(), body };
        LoggedRequest::new(WallTime(0), &Request::get("/v1/refunds"), Some(&response), None)
    }

    fn numbers(log: &Log) -> (usize, Option<u64>) {
        (log.requests().len(), log.requests().front().map(|request| request.number))
    }

    #[test]
    fn too_many_calls_are_cut_and_the_numbers_tell_it() {
        let mut log = Log::default();
        for _ in 0..MOST {
            log.add(call(""));
        }
        assert_eq!(numbers(&log), (MOST, Some(1)));
        log.add(call(""));
        assert_eq!(numbers(&log), (MOST, Some(2)));
    }

    #[test]
    fn replies_that_are_too_large_together_are_cut() {
        let mut log = Log::default();
        let large = "x".repeat(MOST_BYTES / 4);
        for _ in 0..5 {
            log.add(call(&large));
        }
        assert_eq!(numbers(&log), (3, Some(3)));
        assert!(log.reply_bytes <= MOST_BYTES);
    }
}
