//! A kiosk on the bench: `kioskd simulate`, `kioskd run`, a keypad and a dispenser board.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use kioskd::simulator::Books;
use kioskd::simulator::http::{Connections, LoggedRequest};
use serde_json::{Value, json};

use crate::boards::Board;
pub use crate::machine::{Behavior, Machine};
use crate::process::Process;
use crate::schema;

pub const PRICE: u64 = 250;
pub const VISA: &str = "4242424242424242";
pub const INTERAC: &str = "4506445006931933";
pub const DECLINED: &str = "4000000000000002";

/// Nothing here takes longer on a machine that works; a loaded one gets time.
pub const LIMIT: Duration = Duration::from_mins(1);

/// The type of Stripe's request bodies.
const FORM: &str = "application/x-www-form-urlencoded";

const READER: &str = "tmr_simulated";

/// Waits until something is so. `what` is said if it never is.
#[track_caller]
pub fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    wait_within(LIMIT, what, look)
}

/// The same for what takes its time.
#[track_caller]
pub fn wait_within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The whole bench.
pub struct Rig {
    dir: tempfile::TempDir,
    base: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    pub keypad: Board,
    pub machine: Machine,
    daemon: Option<Process>,
    _simulator: Process,
}

impl Rig {
    /// Simulator and boards, and no daemon yet.
    pub fn without_daemon() -> Self {
        Self::without_daemon_paying("")
    }

    /// The same, with these lines of `[payment]`.
    pub fn without_daemon_paying(payment: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self::with_simulator(&[], http, payment)
    }

    /// The same, with a simulator that is started with these words more, and a client that it
    /// answers.
    pub fn with_simulator(words: &[&str], http: reqwest::Client, payment: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (simulator, base) = Process::simulator(words, &dir.path().join("simulator.log"));
        let rig = Self {
            base,
            http,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            keypad: Board::new(),
            machine: Machine::start(),
            daemon: None,
            _simulator: simulator,
            dir,
        };
        rig.write_config(payment);
        rig
    }

    /// A kiosk that is ready to sell, with these lines of `[payment]`.
    pub fn paying(payment: &str) -> Self {
        let mut rig = Self::without_daemon_paying(payment);
        rig.start();
        rig
    }

    /// A kiosk that is ready to sell.
    pub fn ready() -> Self {
        let mut rig = Self::without_daemon();
        rig.start();
        rig
    }

    /// A kiosk with three products and a cart that is ready to sell, with these lines of `[payment]`.
    pub fn with_cart(payment: &str) -> Self {
        let mut rig = Self::without_daemon_paying(payment);
        rig.configure_cart();
        rig.start();
        rig
    }

    /// Three products, and customers have a cart.
    pub fn configure_cart(&self) {
        self.configure(
            "[kiosk]\ncart = true\ncart_limit = 4\n\
             [product.A2]\nname = \"Water\"\nprice = \"1.50\"\nslot = \"12\"\n\
             [product.B1]\nname = \"Crisps\"\nprice = \"3.00\"\nslot = \"21\"\n",
        );
    }

    /// A kiosk in Canada that is ready to sell.
    pub fn canadian(payment: &str) -> Self {
        let mut rig = Self::without_daemon_paying(payment);
        rig.set_currency("cad");
        rig.set_up("locations/tml_simulated", "country=CA");
        rig.start();
        rig
    }

    /// The currency of all prices.
    pub fn set_currency(&self, code: &str) {
        let config = fs::read_to_string(self.config()).unwrap();
        fs::write(self.config(), config.replace("\"usd\"", &format!("\"{code}\""))).unwrap();
    }

    fn write_config(&self, payment: &str) {
        let dir = self.dir.path();
        let key = dir.join("key");
        let mut file =
            File::options().create(true).write(true).truncate(true).mode(0o600).open(&key).unwrap();
        std::io::Write::write_all(&mut file, b"rk_test_bench\n").unwrap();
        let config = format!(
            "[kiosk]\nid = \"bench\"\ncurrency = \"usd\"\nstate_dir = \"{dir}/state\"\n\
             runtime_dir = \"{dir}/run\"\n\
             [stripe]\napi_base = \"{base}\"\nreader = \"{READER}\"\napi_key_file = \"{dir}/key\"\n\
             [payment]\ncustomer_timeout = \"10s\"\nvend_grace = \"3s\"\n{payment}\n\
             [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\nslot = \"11\"\n\
             [input.keypad]\nkind = \"serial\"\ndevice = \"{keypad}\"\n\
             [dispenser.main]\nkind = \"serial\"\ndevice = \"{machine}\"\ntimeout = \"3s\"\n\
             [display.main]\nkind = \"terminal\"\n",
            dir = dir.display(),
            base = self.base,
            keypad = self.keypad.path().display(),
            machine = self.machine.device.display(),
        );
        fs::write(dir.join("kioskd.toml"), config).unwrap();
    }

    /// Adds a drop-in to the configuration.
    pub fn configure(&self, drop_in: &str) {
        let folder = self.path().join("conf.d");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("more.toml"), drop_in).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("kioskd.toml")
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the simulator listens.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Lets the kiosk look for Stripe elsewhere from its next start on.
    pub fn point_at(&self, api_base: &str) {
        let config = fs::read_to_string(self.config()).unwrap();
        let line = config.lines().find(|line| line.starts_with("api_base")).unwrap();
        let config = config.replace(line, &format!("api_base = \"{api_base}\""));
        fs::write(self.config(), config).unwrap();
    }

    /// What the daemon printed and logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("daemon.log")).unwrap_or_default()
    }

    /// Starts the daemon and waits until it can sell, or serves again.
    pub fn start(&mut self) {
        self.start_as(Command::new(env!("CARGO_BIN_EXE_kioskd")));
        self.wait_until_ready();
    }

    /// Waits until the kiosk can sell, or serves again.
    pub fn wait_until_ready(&self) {
        wait_for("the kiosk to be ready or busy", || {
            let status = self.status()?;
            matches!(status["state"].as_str(), Some("ready" | "busy")).then_some(())
        });
    }

    /// Starts the daemon by another command, such as a tracer.
    pub fn start_as(&mut self, mut command: Command) {
        let config = self.config();
        command.args(["run", "--config"]).arg(config).env("RUST_LOG", "debug,hyper=info");
        self.daemon = Some(Process::start(&mut command, &self.dir.path().join("daemon.log")));
    }

    /// The daemon's process.
    pub fn daemon_pid(&self) -> u32 {
        self.daemon.as_ref().expect("it runs").0.id()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.daemon.as_mut().expect("it runs").kill();
    }

    /// SIGABRT, as of a watchdog.
    pub fn abort(&mut self) {
        let daemon = self.daemon.as_mut().expect("it runs");
        let pid = rustix::process::Pid::from_child(&daemon.0);
        rustix::process::kill_process(pid, rustix::process::Signal::ABORT).unwrap();
        daemon.0.wait().unwrap();
    }

    /// SIGTERM; returns the exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        let daemon = self.daemon.as_mut().expect("it runs");
        let pid = rustix::process::Pid::from_child(&daemon.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.exit_code()
    }

    /// SIGHUP.
    pub fn hang_up(&self) {
        let daemon = self.daemon.as_ref().expect("it runs");
        let pid = rustix::process::Pid::from_child(&daemon.0);
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    }

    /// Waits for the daemon's end.
    pub fn exit_code(&mut self) -> Option<i32> {
        let daemon = self.daemon.as_mut().expect("it runs");
        wait_for("the daemon to end", || daemon.0.try_wait().unwrap()).code()
    }

    /// Runs another command of the program.
    pub fn kioskd(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
        command.args(arguments).arg("--config").arg(self.config()).output().unwrap()
    }

    pub fn status(&self) -> Option<Value> {
        let output = self.kioskd(&["status", "--json"]);
        output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
    }

    /// Waits until `status` gives this reason, and returns it.
    #[track_caller]
    pub fn wait_for_reason(&self, code: &str) -> Value {
        wait_for(&format!("the reason {code}"), || {
            let status = self.status()?;
            status["reasons"].as_array()?.iter().find(|reason| reason["code"] == code).cloned()
        })
    }

    pub fn sales(&self) -> Vec<Value> {
        let output = self.kioskd(&["sales", "--json"]);
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        list["sales"].as_array().unwrap().clone()
    }

    /// Waits until all sales are over, and returns how they ended.
    #[track_caller]
    pub fn outcomes(&self) -> Vec<String> {
        wait_for("all sales to be over", || {
            let sales = self.sales();
            let over: Vec<String> =
                sales.iter().filter_map(|sale| Some(sale["outcome"].as_str()?.into())).collect();
            (over.len() == sales.len()).then_some(over)
        })
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.base);
        self.runtime.block_on(async {
            let bytes = self.http.get(url).send().await.unwrap().bytes().await.unwrap();
            serde_json::from_slice(&bytes).unwrap()
        })
    }

    fn send(&self, path: &str, kind: &str, key: &str, body: String) -> reqwest::Response {
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .header("content-type", kind)
            .header("stripe-version", "2026-10-28.endive")
            .bearer_auth(key);
        self.runtime.block_on(async { request.body(body).send().await.unwrap() })
    }

    pub fn post(&self, path: &str, kind: &str, body: String) -> bool {
        self.send(path, kind, "rk_test_customer", body).status().is_success()
    }

    /// Uses Stripe's API as another system with the same account would.
    #[track_caller]
    pub fn api(&self, path: &str, form: &str) -> Value {
        let response = self.send(path, FORM, "rk_test_other_system", form.to_owned());
        assert!(response.status().is_success(), "POST {path}: {}", response.status());
        let bytes = self.runtime.block_on(async { response.bytes().await.unwrap() });
        serde_json::from_slice(&bytes).unwrap()
    }

    pub fn books(&self) -> Books {
        serde_json::from_value(self.get("/simulator/books")).unwrap()
    }

    /// How many refunds there are.
    pub fn refunds(&self) -> u64 {
        self.books().payment_intents.iter().map(|intent| intent.refunds).sum()
    }

    /// What Stripe was asked, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        serde_json::from_value(self.get("/simulator/requests")).unwrap()
    }

    /// How often Stripe was connected to, by this bench as well.
    pub fn connections(&self) -> Connections {
        serde_json::from_value(self.get("/simulator/connections")).unwrap()
    }

    /// Waits until Stripe was asked something.
    #[track_caller]
    pub fn wait_for_request(&self, method_and_end: (&str, &str)) {
        let (method, end) = method_and_end;
        wait_for(&format!("{method} …{end}"), || {
            let asked = |request: &LoggedRequest| {
                request.method.as_str() == method && request.path.ends_with(end)
            };
            self.requests().iter().any(asked).then_some(())
        });
    }

    /// A call of Stripe's API by somebody else than kioskd. Whether it succeeded.
    pub fn call_stripe(&self, path: &str, form: &str) -> bool {
        self.post(path, FORM, form.to_owned())
    }

    /// A call of the simulator's console: what the account, its readers and keys are like.
    #[track_caller]
    pub fn set_up(&self, path: &str, form: &str) {
        assert!(self.call_stripe(&format!("/simulator/{path}"), form), "{path} {form}");
    }

    /// Makes every PaymentIntent look older.
    pub fn age_payment_intents(&self, by: Duration) {
        for intent in self.books().payment_intents {
            let path = format!("/simulator/payment_intents/{}/age", intent.id);
            let body = format!("seconds={}", by.as_secs());
            assert!(self.post(&path, FORM, body));
        }
    }

    /// Stripe forgets all idempotency keys, as it may after a day.
    pub fn forget_keys(&self) {
        assert!(self.post("/simulator/idempotency/forget", "text/plain", String::new()));
    }

    /// A PaymentIntent of a card reader's, whoever makes it.
    pub fn make_payment_intent(&self, metadata: &BTreeMap<String, String>) {
        let mut body = "amount=250&currency=usd&allowed_payment_method_types[]=card_present\
                        &capture_method=manual"
            .to_owned();
        for (word, name) in metadata {
            body.push_str(&format!("&metadata[{word}]={name}"));
        }
        assert!(self.post("/v1/payment_intents", FORM, body));
    }

    /// A new SD card: the journal is gone. The daemon must not run.
    pub fn replace_the_card(&self) {
        fs::remove_dir_all(self.dir.path().join("state")).unwrap();
    }

    /// A fault of the reader.
    #[track_caller]
    pub fn reader_fault(&self, fault: &Value) {
        self.fault(&json!({ "reader": READER, "fault": fault }));
    }

    #[track_caller]
    pub fn fault(&self, rule: &Value) {
        assert!(self.post("/simulator/faults", "application/json", rule.to_string()));
    }

    /// Forgets the faults of the wire.
    pub fn forget_faults(&self) {
        let url = format!("{}/simulator/faults", self.base);
        let request = self.http.delete(url);
        let reply = self.runtime.block_on(async { request.send().await.unwrap() });
        assert!(reply.status().is_success());
    }

    /// Delays a call: before it is executed, or its reply.
    pub fn hold(&self, method: &str, path: &str, when: &str) {
        self.fault(&json!({"method": method, "path": path, when: 4000, "then": "answer"}));
    }

    /// Presents a card at the running prompt.
    #[track_caller]
    pub fn tap(&self, number: &str) {
        self.wait_for_prompt();
        let path = format!("/v1/test_helpers/terminal/readers/{READER}/present_payment_method");
        let kind = if number == INTERAC { "interac_present" } else { "card_present" };
        let form = format!("type={kind}&{kind}[number]={number}");
        assert!(self.call_stripe(&path, &form));
    }

    pub fn cancel_on_reader(&self) {
        let path = format!("/simulator/readers/{READER}/customer_cancel");
        assert!(self.call_stripe(&path, ""));
    }

    #[track_caller]
    pub fn wait_for_prompt(&self) {
        wait_for("the reader to prompt", || {
            let screen = self.get(&format!("/simulator/readers/{READER}/screen")).to_string();
            screen.contains("present_card").then_some(())
        });
    }

    /// Waits until the issuer has answered, whoever has noticed.
    #[track_caller]
    pub fn wait_for_authorization(&self) {
        wait_for("an authorization", || {
            let books = self.books();
            books.payment_intents.iter().any(|intent| intent.authorized_charges > 0).then_some(())
        });
    }

    /// The auditor: Stripe's books, the goods and the journal agree.
    #[track_caller]
    pub fn audit(&self) {
        let worth = |order: &String| self.machine.price_of(order);
        self.audit_worth(self.machine.delivered().iter().map(worth).sum());
    }

    /// The same, where the goods that were delivered had other prices.
    #[track_caller]
    pub fn audit_worth(&self, worth: u64) {
        let books = self.books();
        let captured: u64 = books.totals.values().map(|totals| totals.captured).sum();
        let refunded: u64 = books.totals.values().map(|totals| totals.refunded).sum();
        let held: u64 = books.totals.values().map(|totals| totals.held).sum();
        let mut delivered = self.machine.delivered();
        assert_eq!(captured - refunded, worth, "money = goods");
        assert_eq!(held, 0, "nothing is left on hold");
        for intent in &books.payment_intents {
            assert!(intent.captured_charges <= 1, "{intent:?}");
            assert!(intent.authorized_charges <= 1, "{intent:?}");
            assert!(intent.refunds <= 1 && intent.refunded <= intent.amount_received, "{intent:?}");
        }
        let mut vends = self.machine.vends();
        vends.sort();
        assert!(vends.windows(2).all(|two| two[0] != two[1]), "VEND was sent twice: {vends:?}");
        delivered.sort();
        assert!(delivered.windows(2).all(|two| two[0] != two[1]), "given twice: {delivered:?}");
        // The orders of a sale's later items have a letter behind its id.
        let sale = |order: &String| order.trim_end_matches(char::is_lowercase).to_owned();
        let served: BTreeSet<String> = delivered.iter().map(sale).collect();
        let sales = self.sales();
        let kept = |sale: &&Value| sale["outcome"] == "sold" || sale["outcome"] == "partly_sold";
        assert_eq!(sales.iter().filter(kept).count(), served.len(), "the journal agrees");
    }
}

/// Every request of the story and every reply to it has to be Stripe's.
impl Drop for Rig {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.daemon = None;
        let wrong = schema::judge_log(&self.requests());
        assert!(wrong.is_empty(), "Stripe's schema says otherwise:\n{}", wrong.join("\n"));
    }
}
