//! Whoever talks to the control socket, from the first byte on, through the real server.
//!
//! An input that begins with `raw` and a line feed is sent as it is. Any other one is a line
//! `METHOD PATH [CONTENT-TYPE]` and a body, sent as the request that it means: the answer to that
//! is known.

use std::collections::BTreeMap;
use std::time::Duration;

use kioskd::config::ConfigDocument;
use kioskd::daemon::Event;
use kioskd::daemon::control::{self, Seen};
use kioskd::daemon::hardware::Hardware;
use kioskd::daemon::journal_thread::Job;
use kioskd::daemon::orders::Ordered;
use kioskd::daemon::run::{Message, Pressed, StockMessage};
use kioskd::daemon::screens::Screens;
use kioskd::ids::SaleId;
use kioskd::kiosk::claim::{OrderRefused, ReaderOrder};
use kioskd::kiosk::reader_status::ReaderDocument;
use kioskd::kiosk::stock::{Filling, StockDocument};
use kioskd::money::Money;
use kioskd::sale::resolve::Asked;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use super::folder;
use super::journal::base;

/// Plays one input.
pub fn play(input: &[u8]) {
    thread_local!(static BENCH: Bench = Bench::new());
    BENCH.with(|bench| bench.play(input));
}

struct Bench {
    runtime: Runtime,
    folder: TempDir,
    heard: std::sync::mpsc::Receiver<Heard>,
}

/// What reached the daemon.
#[derive(Debug)]
enum Heard {
    Code(String),
    Plain,
    Hint(String),
    Drain { why: Option<String> },
    Order { sale: SaleId, what: Asked, reason: Option<String> },
    Reader(ReaderOrder),
    Filling(Filling),
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = folder();
        let (driver, messages) = mpsc::channel(16);
        let (journal, jobs) = std::sync::mpsc::channel();
        let (tell, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || keep_books(&jobs));
        let listener = {
            let _inside = runtime.enter();
            control::bind(folder.path()).unwrap()
        };
        let state_dir = folder.path().to_owned();
        let (_, config) = watch::channel(ConfigDocument::default());
        let (reloads, _) = mpsc::channel(1);
        let (hardware, screens) = (Hardware::default(), Screens::default());
        let shown = Seen { state_dir, hardware, screens, config, reloads };
        runtime.spawn(control::serve(listener, driver, journal, shown));
        runtime.spawn(answer(messages, tell));
        Self { runtime, folder, heard }
    }

    fn play(&self, input: &[u8]) {
        let request = match input.strip_prefix(b"raw\n") {
            Some(_) => None,
            None => match Request::read(input) {
                Some(request) => Some(request),
                None => return,
            },
        };
        let bytes = match &request {
            Some(request) => request.bytes(),
            None => input[4..].to_vec(),
        };
        let reply = self.runtime.block_on(self.exchange(&bytes, request.is_none()));
        let heard: Vec<Heard> = self.heard.try_iter().collect();
        for heard in &heard {
            is_sound(heard);
        }
        if let Some(request) = request {
            request.is_answered(&reply, &heard);
        }
        // Whatever it was, the next one is served.
        let status = b"GET /v1/sales HTTP/1.1\r\nhost: k\r\nconnection: close\r\n\r\n";
        let (code, body) = reply_in(&self.runtime.block_on(self.exchange(status, false)));
        let count = body["sales"].as_array().map(Vec::len);
        assert_eq!((code, count), (200, Some(base().len())), "the socket is as it was");
    }

    /// Sends bytes and reads until the server hangs up, which it is told to do at the end.
    async fn exchange(&self, bytes: &[u8], ends: bool) -> Vec<u8> {
        let path = self.folder.path().join(control::SOCKET);
        let mut stream = UnixStream::connect(path).await.unwrap();
        let (mut from, mut to) = stream.split();
        let send = async {
            // A server that has heard enough may have hung up.
            let _ = to.write_all(bytes).await;
            if ends {
                let _ = to.shutdown().await;
            }
        };
        let mut reply = Vec::new();
        let receive = from.read_to_end(&mut reply);
        let both = async { tokio::join!(send, receive) };
        let ended = tokio::time::timeout(Duration::from_secs(20), both).await;
        assert!(ended.is_ok(), "the server neither answers nor hangs up");
        reply
    }
}

/// A driver that says yes to everything, and tells what it heard.
async fn answer(mut messages: mpsc::Receiver<Message>, tell: std::sync::mpsc::Sender<Heard>) {
    while let Some(message) = messages.recv().await {
        let heard = match message {
            Message::Event(Event::Hint { reader }) => Heard::Hint(reader.to_string()),
            Message::Event(Event::Drain(drained)) => Heard::Drain { why: drained.why },
            Message::Event(_) | Message::NewKey { .. } | Message::Reload(_) => Heard::Plain,
            Message::Select { code, answer } => {
                let sale = Pressed::Sale(SaleId::new("NEW").unwrap());
                answer.map(|answer| answer.send(Ok(sale)));
                Heard::Code(code.to_string())
            }
            Message::Remove { code, answer } => {
                let why = "the cart is empty".to_owned();
                answer.map(|answer| answer.send(Err(why)));
                Heard::Code(code.to_string())
            }
            Message::Pay { answer } => {
                let why = "the cart is empty".to_owned();
                answer.map(|answer| answer.send(Err(why)));
                Heard::Plain
            }
            Message::SaleOrder { sale, stored, order, answer } => {
                assert_eq!(stored.summary.sale, sale, "the order is about the sale that was read");
                drop(answer.send(Ordered::Decided));
                Heard::Order { sale, what: order.what, reason: order.reason }
            }
            #[cfg(debug_assertions)]
            Message::Hang(_, answer) => {
                answer.send(false).unwrap();
                Heard::Plain
            }
            // The status has a document of its own; here the question alone counts.
            Message::Status(answer) => {
                drop(answer);
                Heard::Plain
            }
            Message::Waiting(answer) => {
                drop(answer.send(BTreeMap::new()));
                Heard::Plain
            }
            Message::Reader(answer) => {
                drop(answer.send(reader()));
                Heard::Plain
            }
            Message::Stock(StockMessage::Show(answer)) => {
                drop(answer.send(StockDocument { products: Vec::new() }));
                Heard::Plain
            }
            Message::Stock(StockMessage::Fill { filling, answer, .. }) => {
                drop(answer.send(Ordered::Decided));
                Heard::Filling(filling)
            }
            Message::Fire { answer, .. } => {
                drop(answer.send(Err("the kiosk is in service".to_owned())));
                Heard::Plain
            }
            Message::ReaderOrder { order, answer } => {
                drop(answer.send(Err(OrderRefused::AlreadyOurs)));
                Heard::Reader(order)
            }
        };
        drop(tell.send(heard));
    }
}

fn reader() -> ReaderDocument {
    ReaderDocument {
        id: "tmr_1".to_owned(),
        assignment: "ours".to_owned(),
        controller: None,
        kiosk: None,
        this_controller: "board".to_owned(),
        looked_seconds_ago: Some(0),
        label: None,
        device_type: None,
        serial_number: None,
        software: None,
        online: None,
        last_seen: None,
        location: None,
        livemode: None,
        action: None,
        reasons: Vec::new(),
    }
}

/// A journal that has the sales of the base.
fn keep_books(jobs: &std::sync::mpsc::Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::List { filter, answer } => {
                let sales = base().iter().map(|stored| stored.summary.clone());
                let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
                let sales = sales.filter(|sale| sale.open || !filter.open_only).take(limit);
                drop(answer.send(Ok(sales.collect())));
            }
            Job::LetGo { answer } => drop(answer.send(Ok(None))),
            Job::Read { sale, answer } => {
                let found = base().iter().find(|stored| stored.summary.sale == sale);
                drop(answer.send(Ok(found.cloned())));
            }
            #[cfg(debug_assertions)]
            Job::Hang => panic!("the socket writes nothing"),
            Job::Commit { .. } | Job::Recall { .. } => panic!("the socket writes nothing"),
        }
    }
}

fn is_sound(heard: &Heard) {
    match heard {
        Heard::Code(code) => assert!(kioskd::ids::ProductCode::new(code.as_str()).is_ok()),
        Heard::Hint(reader) => assert!(kioskd::ids::ReaderId::new(reader.as_str()).is_ok()),
        Heard::Order { sale, reason, .. } => {
            assert!(base().iter().any(|stored| stored.summary.sale == *sale));
            assert!(reason.as_ref().is_none_or(|reason| reason.chars().count() <= 200));
        }
        Heard::Drain { why } => {
            assert!(why.as_ref().is_none_or(|why| why.chars().count() <= 200));
        }
        Heard::Plain | Heard::Reader(_) | Heard::Filling(_) => {}
    }
}

/// A request that is well formed, whatever it asks for.
struct Request {
    method: String,
    path: String,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Request {
    fn read(input: &[u8]) -> Option<Self> {
        let end = input.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&input[..end]).ok()?;
        let mut words = head.split(' ').map(str::to_owned);
        let (method, path, content_type) = (words.next()?, words.next()?, words.next());
        let plain = |text: &str, more: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            !text.is_empty() && text.chars().all(fits)
        };
        let is_path = path.starts_with('/') && plain(&path, "/-_.~%?&=+");
        let is_type = content_type.as_ref().is_none_or(|text| plain(text, "/-;=."));
        let known = matches!(method.as_str(), "GET" | "POST" | "PUT" | "DELETE");
        let body = input[end + 1..].to_vec();
        (known && is_path && is_type).then_some(Self { method, path, content_type, body })
    }

    fn bytes(&self) -> Vec<u8> {
        let kind = self.content_type.as_ref().map(|kind| format!("content-type: {kind}\r\n"));
        let head = format!(
            "{} {} HTTP/1.1\r\nhost: k\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n",
            self.method,
            self.path,
            self.body.len(),
            kind.unwrap_or_default()
        );
        [head.as_bytes(), &self.body].concat()
    }

    fn is_answered(&self, reply: &[u8], heard: &[Heard]) {
        let (code, body) = reply_in(reply);
        match code {
            200 | 201 => assert!(body.is_object(), "{} {}: {body}", self.method, self.path),
            204 => assert!(body.is_null()),
            // Not of ours: axum's own answer to a method that a path does not have.
            405 => assert!(heard.is_empty()),
            400 | 403 | 404 | 409 | 502 | 503 => {
                assert!(
                    body["error"].as_str().is_some_and(|why| !why.is_empty()),
                    "{code}: {body}"
                );
            }
            _ => panic!("{} {} is answered with {code}", self.method, self.path),
        }
        if matches!(code, 400 | 404) {
            assert!(heard.is_empty(), "refused, and yet it reached the daemon: {heard:?}");
        }
        if self.method != "POST" {
            let changes = |heard: &Heard| {
                matches!(
                    heard,
                    Heard::Code(_)
                        | Heard::Hint(_)
                        | Heard::Drain { .. }
                        | Heard::Order { .. }
                        | Heard::Filling(_)
                        | Heard::Reader(ReaderOrder::Assign { .. } | ReaderOrder::Reset)
                )
            };
            assert!(!heard.iter().any(changes), "{} changes nothing: {heard:?}", self.method);
        }
        for heard in heard {
            self.is_meant(heard);
        }
    }

    /// What reached the daemon is what the body says, read in another way.
    fn is_meant(&self, heard: &Heard) {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        match heard {
            Heard::Code(code) => assert_eq!(json["code"], **code),
            Heard::Hint(reader) => assert_eq!(json["reader"], **reader),
            Heard::Drain { why } => assert_eq!(json["why"].as_str(), why.as_deref()),
            Heard::Reader(ReaderOrder::Assign { take_over }) => {
                assert_eq!(json["take_over"].as_bool().unwrap_or(false), *take_over);
            }
            Heard::Order { sale, what, reason } => {
                assert_eq!(json["reason"].as_str(), reason.as_deref());
                is_decision(&json, sale, *what);
            }
            Heard::Filling(filling) => {
                let number = |name: &str| json[name].as_u64().and_then(|n| u32::try_from(n).ok());
                let said = (json["code"].as_str(), number("set"), number("add"), &json["all"]);
                let meant = match filling {
                    Filling::Set { code, left } => (Some(code.as_str()), Some(*left), None),
                    Filling::Add { code, count } => (Some(code.as_str()), None, Some(*count)),
                    Filling::All => (None, None, None),
                };
                assert_eq!((said.0, said.1, said.2), meant);
                assert_eq!(said.3.as_bool().unwrap_or(false), *filling == Filling::All);
            }
            Heard::Plain | Heard::Reader(ReaderOrder::Look | ReaderOrder::Reset) => {}
        }
    }
}

fn is_decision(json: &Value, sale: &SaleId, what: Asked) {
    let stored = base().iter().find(|stored| stored.summary.sale == *sale);
    let currency = stored.expect("a sale of the journal").summary.amount.currency;
    let amount = json["amount"].as_str().map(|text| {
        Money::decimal(text, currency).expect("an amount that was taken is one").amount
    });
    let decision = json["decision"].as_str();
    match what {
        Asked::Capture { amount: taken } => {
            assert_eq!((decision, amount), (Some("capture"), taken));
        }
        Asked::RefundSold { amount: taken } => assert_eq!((decision, amount), (None, taken)),
        Asked::Release => assert_eq!((decision, amount), (Some("release"), None)),
        Asked::Refund => assert_eq!((decision, amount), (Some("refund"), None)),
        Asked::Dismiss => assert_eq!((decision, amount), (Some("dismiss"), None)),
    }
}

/// The status and the JSON of a reply; null if it has no body.
fn reply_in(bytes: &[u8]) -> (u16, Value) {
    let text = std::str::from_utf8(bytes).expect("our replies are text");
    let (head, body) = text.split_once("\r\n\r\n").expect("our replies are HTTP");
    let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let code = code.expect("a status line begins a reply");
    if body.is_empty() {
        return (code, Value::Null);
    }
    (code, serde_json::from_str(body).expect("our bodies are JSON"))
}
