//! A call as the model takes it, and the answer as it leaves it.

use serde::{Deserialize, Serialize};

use super::body::Body;

/// The two methods that Stripe's v1 API needs here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, changes, acts.
    Post,
}

impl Method {
    /// The method as HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One call of the API, already decoded.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET or POST.
    pub method: Method,
    /// The path without query, such as `/v1/payment_intents`.
    pub path: String,
    /// Query and form, decoded, in their order; brackets stay in the names (`expand[]`).
    pub params: Vec<(String, String)>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The header `Stripe-Version`.
    pub api_version: Option<String>,
    /// The key of the header `Authorization`.
    pub api_key: Option<String>,
}

impl Request {
    /// A GET without headers or parameters, for tests and the demo.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path, &[])
    }

    /// A POST of a form, for tests and the demo.
    pub fn post(path: impl Into<String>, params: &[(&str, &str)]) -> Self {
        Self::new(Method::Post, path, params)
    }

    /// The same request with parameters added.
    #[must_use]
    pub fn with(mut self, params: &[(&str, &str)]) -> Self {
        self.params.extend(params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        self
    }

    /// The same request under an idempotency key.
    #[must_use]
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// The same request pinned to a version of the API.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    fn new(method: Method, path: impl Into<String>, params: &[(&str, &str)]) -> Self {
        let request = Self {
            method,
            path: path.into(),
            params: Vec::new(),
            idempotency_key: None,
            api_version: None,
            api_key: Some("sk_test_simulator".to_owned()),
        };
        request.with(params)
    }
}

/// What Stripe answers.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers that mean something to a client, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Body,
}

impl Response {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// Whether this is an earlier result of the same idempotency key.
    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// The `code` of the error, if the body is an error that has one.
    pub fn error_code(&self) -> Option<String> {
        Some(self.body.json()["error"]["code"].as_str()?.to_owned())
    }
}
