//! Results that are kept under an idempotency key.
//!
//! The first result of a key is kept once execution has begun, errors included, and replayed for
//! 24 hours. The same key with another request is an error. Afterwards the key is forgotten, and
//! the request runs anew.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::body::Body;
use super::names::later;
use super::request::{Method, Request};
use crate::time::WallTime;

/// A kept result.
#[derive(Clone, Debug)]
pub(super) struct StoredResult {
    method: Method,
    path: String,
    params: Vec<(String, String)>,
    /// The request that ran.
    pub(super) request_id: String,
    pub(super) status: u16,
    pub(super) body: Body,
}

/// What is known of a key.
pub(super) enum Known<'a> {
    /// Nothing: the request runs.
    Nothing,
    /// The result of the same request.
    Result(&'a StoredResult),
    /// It was used for another request.
    OtherRequest,
}

/// The results of all keys that are remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct StoredResults {
    results: BTreeMap<String, StoredResult>,
    /// Keys in the order in which they will be forgotten.
    oldest_first: VecDeque<(WallTime, String)>,
}

impl StoredResults {
    pub(super) fn find(&self, key: &str, request: &Request) -> Known<'_> {
        match self.results.get(key) {
            None => Known::Nothing,
            Some(result)
                if result.method == request.method
                    && result.path == request.path
                    && sorted(&result.params) == sorted(&request.params) =>
            {
                Known::Result(result)
            }
            Some(_) => Known::OtherRequest,
        }
    }

    pub(super) fn keep(
        &mut self,
        request: &Request,
        request_id: &str,
        answer: &(u16, Body),
        now: WallTime,
    ) {
        let Some(key) = &request.idempotency_key else { return };
        let result = StoredResult {
            method: request.method,
            path: request.path.clone(),
            params: request.params.clone(),
            request_id: request_id.to_owned(),
            status: answer.0,
            body: answer.1.clone(),
        };
        self.results.insert(key.clone(), result);
        self.oldest_first.push_back((now, key.clone()));
    }

    /// Forgets all keys, as Stripe may once they are a day old.
    pub(super) fn forget_all(&mut self) {
        self.results.clear();
        self.oldest_first.clear();
    }

    /// Forgets the keys that are older than `keys_last`.
    pub(super) fn forget(&mut self, now: WallTime, keys_last: Duration) {
        while let Some((kept, key)) = self.oldest_first.front() {
            if later(*kept, keys_last) > now {
                return;
            }
            self.results.remove(key);
            self.oldest_first.pop_front();
        }
    }
}

/// The order of a form's fields means nothing.
fn sorted(params: &[(String, String)]) -> Vec<&(String, String)> {
    let mut params: Vec<_> = params.iter().collect();
    params.sort();
    params
}
