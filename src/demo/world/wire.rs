//! Calls and answers, between the driver and the simulator without a wire.

use crate::simulator;
use crate::stripe::API_VERSION;
use crate::stripe::meaning::Answer;
use crate::stripe::request::{Method, Wire};
use crate::stripe::transport::stripe_time;

/// A call as the simulator takes it.
pub(crate) fn simulator_request(wire: &Wire) -> simulator::Request {
    simulator::Request {
        method: match wire.method {
            Method::Get => simulator::Method::Get,
            Method::Post => simulator::Method::Post,
        },
        path: wire.path.clone(),
        params: wire.params.clone(),
        idempotency_key: wire.key.as_ref().map(ToString::to_string),
        api_version: Some(API_VERSION.to_owned()),
        api_key: Some("rk_test_demo".to_owned()),
    }
}

/// A reply of the simulator's as it would come off the wire.
pub(crate) fn answer(response: &simulator::Response) -> Answer {
    Answer {
        status: response.status,
        request_id: response.header("request-id").map(str::to_owned),
        date: response.header("date").and_then(stripe_time),
        retry_after: None,
        replayed: response.is_replayed(),
        body: response.body.as_bytes().to_vec(),
    }
}
