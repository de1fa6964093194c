//! Bytes of whoever answers in Stripe's place, over a real connection into the real client.
//!
//! An input is sent as it is once the request has come, and the connection closed.

use std::time::Duration;

use kioskd::stripe::meaning::{Answer, NoAnswer};
use kioskd::stripe::request::{Expected, Wire};
use kioskd::stripe::{Client, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::replies;

/// Plays one input.
pub fn play(input: &[u8]) {
    thread_local!(static BENCH: Bench = Bench::new());
    BENCH.with(|bench| bench.play(input));
}

struct Bench {
    runtime: Runtime,
    listener: TcpListener,
    client: Client,
    wire: Wire,
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let client = {
            let _inside = runtime.enter();
            let base = format!("http://{}", listener.local_addr().unwrap());
            Client::new(&base, "rk_test_1", &[]).unwrap()
        };
        let wire = Request::ReadReader { reader: "tmr_1".parse().unwrap() }.wire();
        // No input makes the client wait: the connection ends with it.
        let wire = Wire { limit: Duration::from_secs(5), ..wire };
        Self { runtime, listener, client, wire }
    }

    fn play(&self, input: &[u8]) {
        let result = self.runtime.block_on(async {
            tokio::select! {
                result = self.client.send(&self.wire) => result,
                () = self.answer_all(input) => unreachable!("it answers for ever"),
            }
        });
        match result {
            Ok(answer) => {
                came_from_the_wire(&answer, input);
                replies::judge(Expected::Reader, &answer);
            }
            Err(NoAnswer::Unknown(..)) => {}
            Err(NoAnswer::NotSent(_, why)) => panic!("the request was read, and yet: {why}"),
        }
    }

    /// A connection that the client kept may be closed by now: it then comes again, or gives up.
    async fn answer_all(&self, input: &[u8]) {
        loop {
            self.answer(input).await;
        }
    }

    async fn answer(&self, input: &[u8]) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut bytes = [0; 1024];
            match stream.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(count) => request.extend_from_slice(&bytes[..count]),
            }
        }
        // The client may hang up on what it is told: that is what is played.
        let _ = stream.write_all(input).await;
        let _ = stream.shutdown().await;
    }
}

fn came_from_the_wire(answer: &Answer, input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    assert!(text.contains("HTTP/1."), "an answer needs a status line");
    assert!(text.contains(&answer.status.to_string()), "HTTP {}", answer.status);
    if let Some(id) = &answer.request_id {
        assert!(text.contains(id.as_str()), "nobody sent the Request-Id {id:?}");
    }
    if answer.replayed {
        assert!(text.to_ascii_lowercase().contains("idempotent-replayed"));
    }
    assert!(answer.body.len() <= input.len());
}
