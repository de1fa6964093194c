//! What was asked of the API.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::super::request::{Method, Request, Response};
use super::rules::Then;
use crate::time::WallTime;

/// How many calls are remembered.
const MOST: usize = 10_000;

/// A call of the API. The key of the account is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedRequest {
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
            at,
            method: request.method,
            path: request.path.clone(),
            params: request.params.clone(),
            idempotency_key: request.idempotency_key.clone(),
            api_version: request.api_version.clone(),
            status: response.map(|response| response.status),
            error_code: code.map(str::to_owned),
            replayed: response.is_some_and(Response::is_replayed),
            request_id: id.map(str::to_owned),
            fault,
        }
    }
}

/// The last calls, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    requests: VecDeque<LoggedRequest>,
}

impl Log {
    pub(super) fn add(&mut self, request: LoggedRequest) {
        if self.requests.len() == MOST {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(super) fn requests(&self) -> &VecDeque<LoggedRequest> {
        &self.requests
    }
}
