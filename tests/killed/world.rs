//! One kiosk with its simulated Stripe, its boards and its customers, through many deaths.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use crate::auditor::Finding;
use crate::boards::Board;
use crate::http::{self, Ask};
use crate::life::{Life, Process, program};
use crate::machine::{Behavior, Machine};
use crate::people::Person;
use crate::points::Aim;
use crate::wire::Wire;
use crate::writes::Writes;

/// The type of Stripe's request bodies.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The simulated reader.
pub const READER: &str = "tmr_simulated";

/// A kiosk that does not sell again this long after a customer came is broken: the longest wait of
/// a customer, of a vend and of its grace, with room for a loaded machine.
const BACK_WITHIN: Duration = Duration::from_secs(90);

/// A key that had no effect is pressed again.
const PRESSES_AGAIN: Duration = Duration::from_millis(700);

/// How often the daemon is asked how it is.
const LOOKS: Duration = Duration::from_millis(40);

/// How a kiosk sells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Manner {
    /// `process` or `collect_confirm`.
    pub flow: &'static str,
    /// `after_vend` or `automatic`.
    pub capture: &'static str,
    /// `release` or `capture`.
    pub unknown_vend: &'static str,
    /// How old an authorization may be.
    pub resume_window: &'static str,
}

impl Manner {
    /// Four seeds in a row have each flow with each capture.
    fn draw(seed: u64, rng: &mut Rng) -> Self {
        let (flow, capture) = match seed % 4 {
            0 => ("process", "after_vend"),
            1 => ("collect_confirm", "after_vend"),
            2 => ("process", "automatic"),
            _ => ("collect_confirm", "automatic"),
        };
        let unknown_vend = if rng.u32(0..4) == 0 { "capture" } else { "release" };
        let resume_window = if rng.bool() { "5s" } else { "30s" };
        Self { flow, capture, unknown_vend, resume_window }
    }
}

/// Somebody comes, and the daemon dies.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub person: Person,
    /// What the machine makes of it.
    pub vend: Behavior,
    /// Where the daemon dies, one death after the other.
    pub aims: VecDeque<Aim>,
    /// How long it is dead each time.
    pub dead_for: Duration,
}

impl Visit {
    /// Somebody who pays for a product that comes out, and nobody dies.
    pub fn honest() -> Self {
        let (person, vend, aims) = (Person::honest(), Behavior::Gives(20), VecDeque::new());
        Self { person, vend, aims, dead_for: Duration::ZERO }
    }

    /// Anybody, any product, one death or many.
    pub fn draw(rng: &mut Rng) -> Self {
        let mut aims = VecDeque::from([Aim::draw(rng)]);
        let more = match rng.u32(0..20) {
            0..14 => 0,
            14..18 => rng.u32(1..3),
            _ => rng.u32(3..12),
        };
        aims.extend((0..more).map(|_| Aim::draw_after_start(rng)));
        let dead_for = match rng.u32(0..20) {
            0 => rng.u64(2_000..7_000),
            1..5 => rng.u64(200..1_500),
            _ => rng.u64(0..100),
        };
        let dead_for = Duration::from_millis(dead_for);
        Self { person: Person::draw(rng), vend: Behavior::draw(rng), aims, dead_for }
    }
}

/// The world.
pub struct World {
    /// What it is drawn from.
    pub seed: u64,
    /// How the kiosk sells.
    pub manner: Manner,
    /// The daemon.
    pub life: Arc<Life>,
    /// The dispenser.
    pub machine: Machine,
    /// The way to Stripe.
    pub wire: Wire,
    /// Where Stripe is.
    pub stripe: SocketAddr,
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// The most deaths within one visit.
    pub worst_storm: u64,
    /// Draws the rest.
    pub rng: Rng,
    keypad: Board,
    _writes: Writes,
    _simulator: Process,
    /// Taken out where it is to be kept.
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl World {
    /// A kiosk that was just installed and started.
    pub fn open(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let manner = Manner::draw(seed, &mut rng);
        let folder = tempfile::Builder::new().prefix("kioskd-killed-").tempdir().unwrap();
        let path = folder.path().to_owned();
        let (simulator, stripe) = simulate(&path, seed);
        let life = Arc::new(Life::new(&path, seed));
        let state = path.join("state");
        fs::create_dir(&state).unwrap();
        let world = Self {
            seed,
            manner,
            machine: Machine::start(stripe, Arc::clone(&life)),
            wire: Wire::to(stripe, Arc::clone(&life)),
            _writes: Writes::to(&state, Arc::clone(&life)),
            life,
            stripe,
            findings: Vec::new(),
            worst_storm: 0,
            rng,
            keypad: Board::new(),
            _simulator: simulator,
            folder: Some(folder),
            path,
        };
        world.configure();
        world.ask_stripe(("POST", "/simulator/setup", FORM, "authorization_takes_ms=200"));
        world.life.start();
        world
    }

    fn configure(&self) {
        let mut key =
            File::options().create_new(true).write(true).mode(0o600).open(self.path.join("key"));
        key.as_mut().unwrap().write_all(b"rk_test_killed\n").unwrap();
        let Manner { flow, capture, unknown_vend, resume_window } = self.manner;
        let config = format!(
            "[kiosk]\nid = \"killed\"\ncurrency = \"usd\"\nstate_dir = \"{dir}/state\"\n\
             runtime_dir = \"{dir}/run\"\n\
             [stripe]\napi_base = \"http://{base}\"\nreader = \"{READER}\"\n\
             api_key_file = \"{dir}/key\"\n\
             [payment]\ncustomer_timeout = \"10s\"\nvend_grace = \"2s\"\nflow = \"{flow}\"\n\
             capture = \"{capture}\"\nunknown_vend = \"{unknown_vend}\"\n\
             resume_window = \"{resume_window}\"\n\
             [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\nslot = \"11\"\n\
             [product.B2]\nname = \"Crisps\"\nprice = \"1.80\"\nslot = \"22\"\n\
             [input.keypad]\nkind = \"serial\"\ndevice = \"{keypad}\"\n\
             [dispenser.main]\nkind = \"serial\"\ndevice = \"{machine}\"\ntimeout = \"2s\"\n\
             [display.main]\nkind = \"terminal\"\n",
            dir = self.path.display(),
            base = self.wire.address,
            keypad = self.keypad.path().display(),
            machine = self.machine.device.display(),
        );
        fs::write(self.path.join("kioskd.toml"), config).unwrap();
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Asks the simulator past the wire.
    pub fn ask_stripe(&self, ask: Ask<'_>) -> Value {
        let reply = http::ask(self.stripe, ask).unwrap();
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    /// Asks the daemon, which may be dead or die meanwhile.
    pub fn ask_daemon(&self, ask: Ask<'_>) -> Option<Value> {
        let reply = http::ask_daemon(&self.path.join("run/control.sock"), ask).ok()?;
        serde_json::from_slice(&reply.body).ok()
    }

    /// Presses a key.
    pub fn press(&self, key: &str) {
        self.life.tell(format!("the customer presses {key}"));
        self.keypad.press(key);
    }

    /// How the daemon is.
    pub fn status(&self) -> Option<Value> {
        self.ask_daemon(("GET", "/v1/status", "text/plain", ""))
    }

    /// Plays a visit until the kiosk can sell again. How many deaths there were.
    pub fn serve(&mut self, mut visit: Visit) -> u64 {
        let deaths = self.life.deaths();
        let creations = self.wire.creations();
        let (begun, mut looked) = (Instant::now(), Instant::now());
        let mut pressed: Option<Instant> = None;
        self.machine.behave(visit.vend);
        self.life.arm(visit.aims.pop_front());
        loop {
            self.revive(&mut visit);
            self.life.tick();
            visit.person.act(self);
            if looked.elapsed() >= LOOKS {
                looked = Instant::now();
                let status = self.status().unwrap_or_default();
                let is_idle = status["state"] == "ready" && status["sale"].is_null();
                let met = self.life.deaths() > deaths || self.wire.creations() > creations;
                if is_idle && met {
                    break;
                }
                if is_idle && pressed.is_none_or(|at| at.elapsed() > PRESSES_AGAIN) {
                    pressed = Some(Instant::now());
                    self.press(visit.person.code);
                }
                if begun.elapsed() > BACK_WITHIN {
                    self.find("comes_back", format!("not ready in {BACK_WITHIN:?}: {status}"));
                    break;
                }
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        self.life.arm(None);
        let died = self.life.deaths() - deaths;
        self.worst_storm = self.worst_storm.max(died);
        died
    }

    /// Starts the daemon again once it was dead for as long as the visit has it.
    fn revive(&mut self, visit: &mut Visit) {
        if let Some(ended) = self.life.ended_by_itself() {
            self.find("lives_on", format!("kioskd ended by itself: {ended}"));
        }
        if self.life.dead_for().is_some_and(|dead| dead >= visit.dead_for) {
            self.life.arm(visit.aims.pop_front());
            self.life.start();
        }
    }

    /// Waits until nothing is left to be done.
    pub fn settle(&mut self) {
        let begun = Instant::now();
        let mut status = Value::Null;
        while begun.elapsed() < BACK_WITHIN {
            status = self.status().unwrap_or_default();
            if status["open"]["settling"] == 0 && status["sale"].is_null() {
                return;
            }
            std::thread::sleep(LOOKS);
        }
        self.find("comes_to_rest", format!("not at rest in {BACK_WITHIN:?}: {status}"));
    }

    /// Notes a breach.
    pub fn find(&mut self, invariant: &'static str, what: String) {
        self.life.tell(format!("BREACH {invariant}: {what}"));
        self.findings.push(Finding { invariant, what });
    }

    /// Keeps its folder for whoever has to find out.
    pub fn keep(&mut self) {
        if let Some(folder) = self.folder.take() {
            drop(folder.keep());
        }
    }
}

impl Drop for World {
    /// The wire's threads know the daemon too, and wait for it.
    fn drop(&mut self) {
        self.life.end();
    }
}

/// A simulated Stripe of its own, and where it listens.
fn simulate(folder: &Path, seed: u64) -> (Process, SocketAddr) {
    let log = folder.join("simulator.log");
    let seed = seed.to_string();
    let arguments = ["simulate", "--listen", "127.0.0.1:0", "--seed", &seed];
    let mut command = program();
    let simulator = Process::start(command.args(arguments), &log);
    let deadline = Instant::now() + BACK_WITHIN;
    loop {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let complete = text.split_inclusive('\n').find(|line| line.ends_with('\n'));
        if let Some((_, address)) = complete.and_then(|line| line.trim().split_once("http://")) {
            return (simulator, address.parse().unwrap());
        }
        assert!(Instant::now() < deadline, "the simulator does not start: {text}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
