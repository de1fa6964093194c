//! The way to Stripe, against a simulator that closes what is idle: connections are there again before
//! the next call, and each is opened once.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kioskd::simulator::http::{Connections, Tls, Wire, serve_as};
use kioskd::simulator::{Model, ReaderSetup, Setup};
use kioskd::stripe::meaning::NoAnswer;
use kioskd::stripe::warm::Pace;
use kioskd::stripe::{Client, Request};
use rustls::pki_types::CertificateDer;
use tokio::net::TcpListener;

const READER: &str = "tmr_simulated";

/// Longer than a call takes on a busy machine, and than the test likes to wait.
const IDLE: Duration = Duration::from_millis(1500);

/// A simulator on a loopback port.
struct Stripe {
    base: String,
    root: Option<CertificateDer<'static>>,
    serves: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Stripe {
    /// HTTP/1.1 in clear.
    async fn plain() -> Self {
        Self::open("http", None, None).await
    }

    /// TLS with HTTP/2.
    async fn over_tls() -> Self {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        std::fs::write(&certificate, cert.pem()).unwrap();
        std::fs::write(&key, signing_key.serialize_pem()).unwrap();
        let tls = Tls::of_files(&certificate, &key).unwrap();
        Self::open("https", Some(tls), Some(cert.der().clone())).await
    }

    async fn open(scheme: &str, tls: Option<Tls>, root: Option<CertificateDer<'static>>) -> Self {
        let readers = vec![ReaderSetup::new(READER.parse().unwrap())];
        let model = Arc::new(Mutex::new(Model::new(Setup { readers, ..Setup::default() })));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("{scheme}://{}", listener.local_addr().unwrap());
        let wire = Wire { tls, idle_timeout: Some(IDLE) };
        let serves = tokio::spawn(serve_as(wire, listener, model));
        Self { base, root, serves }
    }

    fn client(&self) -> Client {
        Client::new(&self.base, "rk_test_1", self.root.as_slice()).unwrap()
    }

    fn console(&self) -> reqwest::Client {
        let mut console = reqwest::Client::builder().no_proxy().http1_only();
        if let Some(root) = &self.root {
            console = console.tls_certs_only([reqwest::Certificate::from_der(root).unwrap()]);
        }
        console.build().unwrap()
    }

    /// How often the client connected, and how often it asked for nothing. The test itself comes as
    /// somebody new each time, which `asked` counts: it resumes nothing.
    async fn connections(&self, asked: &mut u64) -> Connections {
        *asked += 1;
        let page = self.console().get(format!("{}/simulator/connections", self.base)).send();
        let text = page.await.unwrap().text().await.unwrap();
        let found: Connections = serde_json::from_str(&text).unwrap();
        Connections { accepted: found.accepted - *asked, ..found }
    }

    /// Waits until there is a connection that was opened to ask for nothing.
    async fn restored(&self, asked: &mut u64, beyond: u64) -> Connections {
        let begun = Instant::now();
        loop {
            let found = self.connections(asked).await;
            if found.accepted > beyond && found.without_a_call > 0 {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "never: {found:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn call(client: &Client) {
    let request = Request::ReadReader { reader: READER.parse().unwrap() };
    assert_eq!(client.send(&request.wire()).await.unwrap().status, 200);
}

fn millis(least: u64, most: u64) -> Pace {
    Pace::between(Duration::from_millis(least), Duration::from_millis(most))
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_there_again_before_the_next_call() {
    let (stripe, mut asked) = (Stripe::over_tls().await, 0);
    let client = stripe.client();
    let _keeper = client.keep_warm(millis(200, 2000));
    call(&client).await;
    let first = stripe.connections(&mut asked).await;
    assert_eq!((first.accepted, first.http2, first.resumed), (1, 1, 0));
    let second = stripe.restored(&mut asked, 1).await;
    assert_eq!(second.resumed, 1, "a ticket spares the long handshake");
    call(&client).await;
    assert_eq!(stripe.connections(&mut asked).await.accepted, 2, "the call opened none");
}

#[tokio::test]
async fn a_connection_that_is_tried_soon_enough_is_never_closed() {
    for stripe in [Stripe::over_tls().await, Stripe::plain().await] {
        let (client, mut asked) = (stripe.client(), 0);
        let _keeper = client.keep_warm(millis(50, 100));
        call(&client).await;
        tokio::time::sleep(IDLE * 3).await;
        let found = stripe.connections(&mut asked).await;
        let (a, b) = (client.clone(), client.with_key("rk_test_2").unwrap());
        tokio::join!(call(&a), call(&b));
        let one_each = u64::from(stripe.root.is_none());
        assert_eq!(found.accepted, 1 + one_each, "HTTP/1.1 has a second for what goes beside");
        assert_eq!(stripe.connections(&mut asked).await.accepted, found.accepted);
    }
}

#[tokio::test]
async fn without_a_keeper_the_next_call_pays() {
    let (stripe, mut asked) = (Stripe::over_tls().await, 0);
    let client = stripe.client();
    drop(client.keep_warm(millis(50, 100)));
    call(&client).await;
    tokio::time::sleep(IDLE * 2).await;
    let before = stripe.connections(&mut asked).await;
    assert_eq!((before.accepted, before.without_a_call), (1, 0));
    call(&client).await;
    assert_eq!(stripe.connections(&mut asked).await.accepted, 2);
}

#[tokio::test]
async fn a_wire_that_is_cut_over_http2_leaves_no_answer_and_takes_its_connection_with_it() {
    let (stripe, mut asked) = (Stripe::over_tls().await, 0);
    let client = stripe.client();
    for (at, then) in (1..).zip(["drop_before", "drop_after", "truncate"]) {
        let fault = format!("{{\"path\": \"/v1/terminal/readers/*\", \"then\": \"{then}\"}}");
        asked += 1;
        let put = stripe.console().post(format!("{}/simulator/faults", stripe.base)).body(fault);
        assert_eq!(put.send().await.unwrap().status(), 200);
        let request = Request::ReadReader { reader: READER.parse().unwrap() };
        let answer = client.send(&request.wire()).await;
        assert!(matches!(answer, Err(NoAnswer::Unknown(..))), "{then}: {answer:?}");
        call(&client).await;
        assert_eq!(stripe.connections(&mut asked).await.http2, at + 1, "{then}");
    }
}

#[tokio::test]
async fn who_wants_older_protocols_gets_them_and_nothing_is_said_in_clear() {
    let stripe = Stripe::over_tls().await;
    let url = format!("{}/v1/nothing", stripe.base);
    let root = reqwest::Certificate::from_der(stripe.root.as_ref().unwrap()).unwrap();
    let client = || reqwest::Client::builder().no_proxy().tls_certs_only([root.clone()]);
    let (old, newest) = (reqwest::tls::Version::TLS_1_2, reqwest::tls::Version::TLS_1_3);
    for (client, version) in [
        (client().max_tls_version(old), reqwest::Version::HTTP_2),
        (client().min_tls_version(newest), reqwest::Version::HTTP_2),
        (client().max_tls_version(old).http1_only(), reqwest::Version::HTTP_11),
    ] {
        let reply = client.build().unwrap().get(&url).send().await.unwrap();
        assert_eq!((reply.version(), reply.status().as_u16()), (version, 401));
    }
    let clear = client().build().unwrap().get(url.replace("https", "http")).send().await;
    assert!(clear.is_err(), "{clear:?}");
}

#[tokio::test]
async fn what_asks_for_nothing_shows_no_key() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::new(&base, "rk_test_1", &[]).unwrap();
    let _keeper = client.keep_warm(millis(10, 10));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = [0; 4096];
    let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await.unwrap();
    let asked = String::from_utf8_lossy(&buffer[..read]).to_lowercase();
    assert!(asked.starts_with("get / http/1.1\r\n"), "{asked}");
    for header in ["authorization", "idempotency-key", "rk_test"] {
        assert!(!asked.contains(header), "{asked}");
    }
}

#[tokio::test]
async fn nobody_there_is_asked_ever_less_often() {
    let stripe = Stripe::plain().await;
    stripe.serves.abort();
    let _ = stripe.serves.await;
    let address = stripe.base.trim_start_matches("http://");
    let listener = TcpListener::bind(address).await.unwrap();
    let client = Client::new(&stripe.base, "rk_test_1", &[]).unwrap();
    let _keeper = client.keep_warm(millis(100, 1600));
    let begun = Instant::now();
    let mut came = Vec::new();
    while came.len() < 5 {
        // Whoever is hung up on has no answer.
        drop(listener.accept().await.unwrap());
        came.push(begun.elapsed());
    }
    // 1600 after the start, then 100, 200, 400, 800.
    for (two, least) in came.windows(2).zip([100, 200, 400, 800]) {
        let pause = two[1].saturating_sub(two[0]);
        assert!(pause >= Duration::from_millis(least - 20), "{pause:?} of {came:?}");
    }
}
