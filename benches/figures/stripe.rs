//! The simulated Stripe of a benchmark, and its customer. Asked here directly, never over the line.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kioskd::simulator::http::LoggedRequest;
use kioskd::stripe::API_VERSION;

use crate::line::Line;
use crate::process::{Process, program, wait_for};

/// The one reader.
pub const READER: &str = "tmr_simulated";

/// The type of Stripe's request bodies.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// How the kiosk speaks with Stripe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Plain HTTP/1.1.
    Http,
    /// TLS 1.3, and HTTP/2 for whoever can speak it.
    Tls,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Http, Self::Tls];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "plain HTTP",
            Self::Tls => "TLS 1.3",
        }
    }

    fn url(self, address: SocketAddr) -> String {
        match self {
            Self::Http => format!("http://{address}"),
            Self::Tls => format!("https://{address}"),
        }
    }
}

/// `kioskd simulate`.
pub struct Stripe {
    way: Way,
    address: SocketAddr,
    roots: Option<PathBuf>,
    caller: Caller,
    _process: Process,
}

/// Somebody with a warm connection.
pub struct Caller {
    base: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Stripe {
    /// Starts one, whose log and certificate are in `folder`.
    pub fn start(folder: &Path, way: Way) -> Self {
        let log = folder.join("simulator.log");
        let mut command = program();
        command.args(["simulate", "--listen", "127.0.0.1:0"]);
        let roots = (way == Way::Tls).then(|| certify(folder, &mut command));
        let process = Process::start(&mut command, &log);
        let address = wait_for("the simulator's address", || {
            let text = fs::read_to_string(&log).ok()?;
            let (_, address) = text.lines().next()?.split_once("://")?;
            address.parse().ok()
        });
        let caller = Caller::new(way, address, roots.as_deref());
        Self { way, address, roots, caller, _process: process }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of whatever leads to it.
    pub fn base(&self, over: SocketAddr) -> String {
        self.way.url(over)
    }

    /// The file of the root to trust, if it has a certificate.
    pub fn roots(&self) -> Option<&Path> {
        self.roots.as_deref()
    }

    /// Somebody else, at the other end of a line.
    pub fn over(&self, line: &Line) -> Caller {
        Caller::new(self.way, line.address(), self.roots())
    }

    /// Posts a form.
    pub fn post(&self, path: &str, form: &str) {
        self.caller.call("POST", path, form, FORM);
    }

    /// Posts a document.
    pub fn post_json(&self, path: &str, json: &str) {
        self.caller.call("POST", path, json, "application/json");
    }

    /// Forgets every fault of the wire.
    pub fn mend(&self) {
        self.caller.call("DELETE", "/simulator/faults", "", FORM);
    }

    fn get(&self, path: &str) -> Vec<u8> {
        self.caller.call("GET", path, "", FORM)
    }

    /// What was asked of it, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        serde_json::from_slice(&self.get("/simulator/requests")).expect("the log")
    }

    /// Whether the reader asks for a card.
    pub fn asks_for_a_card(&self) -> bool {
        let screen = self.get(&format!("/simulator/readers/{READER}/screen"));
        String::from_utf8_lossy(&screen).contains("present_card")
    }

    /// Waits until the reader asks for a card.
    pub fn wait_for_the_prompt(&self) {
        wait_for("the reader to ask for a card", || self.asks_for_a_card().then_some(()));
    }

    /// The customer taps. When Stripe has authorized the card, in milliseconds since 1970, follows
    /// from the log.
    pub fn tap(&self) {
        let path = format!("/v1/test_helpers/terminal/readers/{READER}/present_payment_method");
        self.post(&path, "type=card_present&card_present[number]=4242424242424242");
    }

    /// How long the issuer takes from the tap on.
    pub fn authorizes_within(&self, time: Duration) {
        self.post("/simulator/setup", &format!("authorization_takes_ms={}", time.as_millis()));
    }
}

impl Caller {
    fn new(way: Way, address: SocketAddr, roots: Option<&Path>) -> Self {
        let mut http = reqwest::Client::builder().no_proxy();
        if let Some(roots) = roots {
            let pem = fs::read(roots).expect("the certificate");
            let root = reqwest::Certificate::from_pem(&pem).expect("a certificate");
            http = http.tls_certs_merge([root]);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            base: way.url(address),
            http: http.build().expect("an HTTP client"),
            runtime: runtime.expect("a runtime"),
        }
    }

    /// Calls once, and wants success.
    pub fn call(&self, method: &str, path: &str, body: &str, kind: &str) -> Vec<u8> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("authorization", "Bearer rk_test_customer")
            .header("stripe-version", API_VERSION)
            .header("content-type", kind)
            .timeout(Duration::from_secs(20))
            .body(body.to_owned());
        self.runtime.block_on(async {
            let reply = request.send().await.expect("the simulator's answer");
            let status = reply.status();
            let body = reply.bytes().await.expect("the simulator's answer").to_vec();
            assert!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
            body
        })
    }
}

/// A certificate of its own for 127.0.0.1, which is also the root that has to be trusted.
fn certify(folder: &Path, command: &mut Command) -> PathBuf {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let own = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let (cert, key) = (folder.join("tls-cert.pem"), folder.join("tls-key.pem"));
    fs::write(&cert, own.cert.pem()).expect("a file");
    fs::write(&key, own.signing_key.serialize_pem()).expect("a file");
    command.arg("--tls-cert").arg(&cert).arg("--tls-key").arg(&key);
    cert
}
