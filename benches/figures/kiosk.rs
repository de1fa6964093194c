//! A kiosk under test: kioskd or a peer, with a keypad, a dispenser board, a line and a Stripe.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::boards::Board;
use crate::http;
use crate::line::{Line, Nature};
use crate::process::{Process, program, wait_for};
use crate::stripe::{READER, Stripe, Way};

/// From `VEND` to `DONE`, unless told otherwise.
const MOTOR_TURNS: Duration = Duration::from_millis(300);

/// Who sells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Seller {
    /// This project.
    Kioskd,
    /// `benches/peers/kiosk.py`.
    Python,
    /// `benches/peers/kiosk.mjs`.
    Node,
}

impl Seller {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kioskd, Self::Python, Self::Node];
}

/// Microseconds since 1970.
pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}

/// The whole bench.
pub struct Kiosk {
    /// Where the customer chooses.
    pub keypad: Board,
    /// What gives the goods.
    pub machine: Machine,
    /// What leads to Stripe.
    pub line: Line,
    /// Stripe.
    pub stripe: Stripe,
    seller: Seller,
    folder: PathBuf,
    process: Option<Process>,
}

impl Kiosk {
    /// One that is not started yet. Its files are in `folder`, which is made.
    pub fn new(seller: Seller, folder: &Path, way: Way, nature: Nature) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let stripe = Stripe::start(folder, way);
        let line = Line::start(stripe.address(), nature);
        let kiosk = Self {
            keypad: Board::new(),
            machine: Machine::start(),
            line,
            stripe,
            seller,
            folder: folder.to_owned(),
            process: None,
        };
        if seller == Seller::Kioskd {
            kiosk.configure();
        }
        kiosk
    }

    fn configure(&self) {
        let folder = self.folder.display();
        let key = self.folder.join("key");
        let file = File::options().create(true).write(true).truncate(true).mode(0o600).open(key);
        file.and_then(|mut file| file.write_all(b"rk_test_bench\n")).expect("a file for the key");
        let roots = self.stripe.roots().map(|path| format!("ca_file = \"{}\"\n", path.display()));
        let config = format!(
            "[kiosk]\nid = \"bench\"\nstate_dir = \"{folder}/state\"\nruntime_dir = \"{folder}/run\"\n\
             message_time = \"3s\"\n\
             [stripe]\napi_base = \"{base}\"\nreader = \"{READER}\"\napi_key_file = \"{folder}/key\"\n\
             {roots}\
             [payment]\nexposure_limit = 1000\n\
             [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\nslot = \"11\"\n\
             [input.keypad]\nkind = \"serial\"\ndevice = \"{keypad}\"\n\
             [dispenser.main]\nkind = \"serial\"\ndevice = \"{machine}\"\n\
             [display.main]\nkind = \"terminal\"\n",
            base = self.stripe.base(self.line.address()),
            roots = roots.unwrap_or_default(),
            keypad = self.keypad.path().display(),
            machine = self.machine.device.display(),
        );
        fs::write(self.folder.join("kioskd.toml"), config).expect("a file");
    }

    /// Starts the program, and waits until it can sell.
    pub fn start(&mut self) {
        let mut command = self.command();
        self.start_as(&mut command);
        self.wait_until_ready();
    }

    /// The same with another command around it; does not wait.
    pub fn start_as(&mut self, command: &mut Command) {
        let log = self.folder.join("kiosk.log");
        self.process = Some(Process::start(command, &log));
    }

    /// Waits until it can sell.
    pub fn wait_until_ready(&self) {
        match self.seller {
            Seller::Kioskd => wait_for("kioskd to be ready", || {
                (self.status()?["state"] == "ready").then_some(())
            }),
            Seller::Python | Seller::Node => wait_for("the peer to be ready", || {
                let log = fs::read_to_string(self.folder.join("kiosk.log")).ok()?;
                log.contains("ready").then_some(())
            }),
        }
    }

    /// The command that starts the program.
    pub fn command(&self) -> Command {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sdk = project.join("target/sdk");
        let mut command = match self.seller {
            Seller::Kioskd => {
                let mut command = program();
                command.args(["run", "--config"]).arg(self.folder.join("kioskd.toml"));
                return command;
            }
            Seller::Python => {
                let mut command = Command::new(sdk.join("python/bin/python"));
                command.arg(project.join("benches/peers/kiosk.py"));
                command
            }
            Seller::Node => {
                let mut command = Command::new("node");
                // Where .ci/sdks put a Node of its own, it lies beside Python.
                let path = std::env::var("PATH").unwrap_or_default();
                let own = sdk.join("python/bin");
                command.env("PATH", format!("{}:{path}", own.display()));
                command.current_dir(sdk.join("node"));
                command.arg(project.join("benches/peers/kiosk.mjs"));
                command
            }
        };
        if let Some(roots) = self.stripe.roots() {
            command.env("STRIPE_CA_BUNDLE", roots).env("NODE_EXTRA_CA_CERTS", roots);
        }
        command.arg(self.stripe.base(self.line.address())).arg(READER);
        command.arg(self.keypad.path()).arg(&self.machine.device);
        command
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("a kiosk that was started")
    }

    /// Ends the program at once.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// SIGTERM, and waits until it has ended.
    pub fn stop(&mut self) {
        self.process.take().expect("a kiosk that was started").terminate();
    }

    /// Another line to Stripe, for the next start of kioskd.
    pub fn lay(&mut self, nature: Nature) {
        self.line = Line::start(self.stripe.address(), nature);
        self.configure();
    }

    /// What it was told and keeps.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// kioskd's status, if it answers.
    pub fn status(&self) -> Option<Value> {
        let ask = ("GET", "/v1/status", "application/json", "");
        let reply = http::ask_daemon(&self.socket(), ask).ok()?;
        serde_json::from_slice(&reply.body).ok()
    }

    /// Tells kioskd that there is news at Stripe, as a webhook's relay does.
    pub fn hint(&self) {
        let news = format!("{{\"reader\": \"{READER}\"}}");
        let ask = ("POST", "/v1/hint", "application/json", news.as_str());
        let reply = http::ask_daemon(&self.socket(), ask).expect("kioskd's answer");
        assert_eq!(reply.begins().1, "204", "{}", String::from_utf8_lossy(&reply.body));
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("run/control.sock")
    }
}

/// The dispenser board.
pub struct Machine {
    /// Its device.
    pub device: PathBuf,
    vends: Arc<Mutex<Vec<i64>>>,
    turns: Arc<Mutex<Duration>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Machine {
    fn start() -> Self {
        let mut board = Board::new();
        let device = board.path().to_owned();
        let vends = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let turns = Arc::new(Mutex::new(MOTOR_TURNS));
        let (seen, motor, ends) = (Arc::clone(&vends), Arc::clone(&turns), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                let Some(line) = board.next_line(Duration::from_millis(200)) else { continue };
                let at = now();
                let words: Vec<&str> = line.split(' ').collect();
                match words.as_slice() {
                    ["VEND", sale, _] => {
                        seen.lock().unwrap_or_else(PoisonError::into_inner).push(at);
                        let turns = *motor.lock().unwrap_or_else(PoisonError::into_inner);
                        std::thread::sleep(turns);
                        board.send_line(&format!("DONE {sale}"));
                    }
                    ["STATUS", sale] => board.send_line(&format!("UNKNOWN {sale}")),
                    _ => {}
                }
            }
        });
        Self { device, vends, turns, over, thread: Some(thread) }
    }

    /// How long its motor turns from now on.
    pub fn turns_for(&self, time: Duration) {
        *self.turns.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// When it read each `VEND`, in microseconds since 1970.
    pub fn vends(&self) -> Vec<i64> {
        self.vends.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
