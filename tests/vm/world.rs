//! A kiosk in a virtual machine. What must outlive its power is outside: Stripe, the customers, and
//! the boards with their memory.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use kioskd::display::picture::rgb::Picture;
use serde_json::Value;

use crate::boards::Board;
use crate::evidence::Seen;
use crate::guest::{Guest, Hardware, free_port};
use crate::http::{self, Ask};
use crate::life::{Life, Process, program};
use crate::machine::{Behavior, Machine};
use crate::people::Person;
use crate::screen::ppm;
use crate::wire::Wire;

/// The type of Stripe's request bodies.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The simulated reader.
pub const READER: &str = "tmr_simulated";

/// A kiosk that has not done with a customer this long after they came is broken.
const DONE_WITHIN: Duration = Duration::from_mins(2);

/// A key that had no effect is pressed again: more than an emulated kiosk takes to show one.
const PRESSES_AGAIN: Duration = Duration::from_secs(2);

/// How often the daemon is asked how it is.
const LOOKS: Duration = Duration::from_millis(150);

/// What is closed is written within a second, by an idle daemon; and then there is the guest.
const CLOSED_WITHIN: Duration = Duration::from_secs(10);

/// After so long everything is written that an idle daemon writes.
const LAZY: Duration = Duration::from_secs(3);

/// Somebody comes.
pub struct Visit {
    /// Who.
    pub person: Person,
    /// What the machine makes of it.
    pub vend: Behavior,
    /// How many sales there were before.
    creations: Option<usize>,
}

impl Visit {
    /// Somebody who wants something.
    pub fn of(person: Person, vend: Behavior) -> Self {
        Self { person, vend, creations: None }
    }

    /// Somebody who pays for a product that comes out.
    pub fn honest() -> Self {
        Self::of(Person::honest(), Behavior::Gives(300))
    }

    /// Anybody.
    pub fn draw(rng: &mut Rng) -> Self {
        Self::of(Person::draw(rng), Behavior::draw(rng))
    }
}

/// How a visit, or the harness's part of it, has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The kiosk is free for the next.
    Free,
    /// The power is gone.
    Cut,
    /// What the harness waited for was seen.
    Seen,
}

/// How a key of the guest's own hardware is pressed: the command for it.
pub type Hand = fn(&str) -> String;

/// The world.
pub struct World {
    /// The machine's power, and what happened.
    pub life: Arc<Life>,
    /// The dispenser.
    pub machine: Machine,
    /// The way to Stripe.
    pub wire: Wire,
    /// Where Stripe is.
    pub stripe: SocketAddr,
    /// Draws the rest.
    pub rng: Rng,
    /// Where customers choose, unless it is the serial keypad.
    pub hand: Option<Hand>,
    hardware: Hardware,
    guest: Option<Guest>,
    keypad: Board,
    _simulator: Process,
    folder: PathBuf,
}

impl World {
    /// A machine on which kioskd was never installed, built in the folder `built`, with the package
    /// `package` at hand. Its power is off.
    pub fn new(built: &Path, package: &Path, seed: u64) -> Self {
        let folder = built.join("run");
        drop(fs::remove_dir_all(&folder));
        fs::create_dir(&folder).unwrap();
        let (simulator, stripe) = simulate(&folder, seed);
        let life = Arc::new(Life::new(&folder, seed));
        let (keypad, machine) = (Board::new(), Machine::start(stripe, Arc::clone(&life)));
        let wire = Wire::to(stripe, Arc::clone(&life));
        disks(built, &folder, package);
        let hardware = Hardware {
            built: built.to_owned(),
            folder: folder.clone(),
            keypad: keypad.path().to_owned(),
            dispenser: machine.device.clone(),
            stripe: wire.address,
            control: free_port(),
        };
        Self {
            life,
            machine,
            wire,
            stripe,
            rng: Rng::with_seed(seed),
            hand: None,
            hardware,
            guest: None,
            keypad,
            _simulator: simulator,
            folder,
        }
    }

    /// Switches the machine on; how long it took until the system did what it is told.
    pub fn power_on(&mut self) -> Duration {
        let begun = Instant::now();
        self.guest = Some(self.hardware.boot(&self.life));
        begun.elapsed()
    }

    /// The system's own way down; the machine is off afterwards.
    pub fn power_off(&mut self) {
        self.guest().must("systemctl --no-block poweroff");
        let begun = Instant::now();
        while self.life.ended_by_itself().is_none() {
            assert!(begun.elapsed() < DONE_WITHIN, "the machine does not go down");
            std::thread::sleep(Duration::from_millis(50));
        }
        self.guest = None;
    }

    /// A hand in the guest.
    #[track_caller]
    pub fn guest(&mut self) -> &mut Guest {
        self.guest.as_mut().expect("the machine is on")
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What stands on its screen.
    #[track_caller]
    pub fn dump_screen(&self, name: &str) -> Picture {
        let file = self.folder.join(format!("{name}.ppm"));
        self.hardware.dump_screen(&file).unwrap();
        ppm(&fs::read(&file).unwrap()).expect("a picture")
    }

    /// Asks the simulator past the wire.
    pub fn ask_stripe(&self, ask: Ask<'_>) -> Value {
        let reply = http::ask(self.stripe, ask).unwrap();
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    /// Asks the daemon, which may be dead or die meanwhile.
    pub fn ask_daemon(&self, ask: Ask<'_>) -> Option<Value> {
        let reply = http::ask(self.hardware.control, ask).ok()?;
        serde_json::from_slice(&reply.body).ok()
    }

    /// Presses a key.
    pub fn press(&self, key: &str) {
        self.life.tell(format!("the customer presses {key}"));
        self.keypad.press(key);
    }

    /// Presses the key of a product, wherever customers choose.
    fn choose(&mut self, key: &str) {
        let Some(hand) = self.hand else { return self.press(key) };
        self.life.tell(format!("the customer chooses {key}"));
        self.guest().must(&hand(key));
    }

    /// How the daemon is.
    pub fn status(&self) -> Option<Value> {
        self.ask_daemon(("GET", "/v1/status", "text/plain", ""))
    }

    /// Waits until the daemon's state is one of `states`; how long it took.
    #[track_caller]
    pub fn wait_for(&self, what: &str, is: impl Fn(&Value) -> bool) -> Duration {
        let begun = Instant::now();
        loop {
            let status = self.status().unwrap_or_default();
            if is(&status) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < DONE_WITHIN, "{what}: not within {DONE_WITHIN:?}: {status}");
            std::thread::sleep(LOOKS);
        }
    }

    /// Waits until it sells.
    #[track_caller]
    pub fn wait_until_ready(&self) -> Duration {
        self.wait_for("ready", |status| status["state"] == "ready")
    }

    /// Waits until nothing is left to be done.
    #[track_caller]
    pub fn settle(&self) {
        self.wait_for("at rest", |status| {
            status["open"]["settling"] == 0 && status["sale"].is_null()
        });
    }

    /// Somebody pays for a product that comes out.
    #[track_caller]
    pub fn sell(&mut self) {
        self.serve(&mut Visit::honest());
        self.expect_sold();
    }

    /// The sale that came last was sold.
    #[track_caller]
    pub fn expect_sold(&self) {
        self.expect_last("sold");
    }

    /// The sale that came last has ended so.
    #[track_caller]
    pub fn expect_last(&self, outcome: &str) {
        self.settle();
        let begun = Instant::now();
        // That it is closed is written within a second.
        while self.last_outcome() != outcome {
            let status = self.status().unwrap_or_default();
            let last = self.last_outcome();
            assert!(begun.elapsed() < CLOSED_WITHIN, "{last} and not {outcome}: {status}");
            std::thread::sleep(LOOKS);
        }
    }

    /// How the sale that came last has ended.
    pub fn last_outcome(&self) -> String {
        let sales = self.ask_daemon(("GET", "/v1/sales?limit=1", "text/plain", ""));
        let sales = sales.unwrap_or_default();
        let sale = &sales["sales"][0];
        let outcome = sale["outcome"].as_str().or_else(|| sale["phase"].as_str());
        outcome.map_or_else(|| sales.to_string(), str::to_owned)
    }

    /// Plays a visit until the kiosk is free again.
    #[track_caller]
    pub fn serve(&mut self, visit: &mut Visit) {
        let ended = self.serve_until(visit, |_| false);
        assert_eq!(ended, Ended::Free);
    }

    /// Plays a visit, or goes on with it, until the kiosk is free again, the power is cut, or its
    /// status is one that the harness waits for.
    #[track_caller]
    pub fn serve_until(&mut self, visit: &mut Visit, is: impl Fn(&Value) -> bool) -> Ended {
        let (begun, mut looked) = (Instant::now(), Instant::now());
        let creations = *visit.creations.get_or_insert_with(|| self.wire.creations());
        let mut pressed: Option<Instant> = None;
        self.machine.behave(visit.vend);
        while self.life.dead_for().is_none() {
            self.life.tick();
            visit.person.act(self);
            if looked.elapsed() >= LOOKS {
                looked = Instant::now();
                let status = self.status().unwrap_or_default();
                if is(&status) {
                    return Ended::Seen;
                }
                let is_idle = status["state"] == "ready" && status["sale"].is_null();
                let has_come = self.wire.creations() > creations;
                if is_idle && has_come {
                    return Ended::Free;
                }
                if is_idle && pressed.is_none_or(|at| at.elapsed() > PRESSES_AGAIN) {
                    self.choose(visit.person.code);
                    pressed = Some(Instant::now());
                }
                assert!(begun.elapsed() < DONE_WITHIN, "not done in {DONE_WITHIN:?}: {status}");
            }
            std::thread::sleep(Duration::from_millis(4));
        }
        self.guest = None;
        Ended::Cut
    }

    /// Somebody stands before the machine whose power is gone.
    pub fn linger(&self, visit: &mut Visit, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            visit.person.act(self);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Copies the journal of the daemon, which has stopped or is at rest, out of the guest.
    pub fn fetch_journal(&mut self) {
        let (code, bytes) = self.guest().bytes_of("tar -C /var/lib/kioskd -c .");
        assert!(code == 0, "tar: {}", String::from_utf8_lossy(&bytes));
        let (state, archive) = (self.folder.join("state"), self.folder.join("state.tar"));
        drop(fs::remove_dir_all(&state));
        fs::create_dir(&state).unwrap();
        fs::write(&archive, bytes).unwrap();
        host(Command::new("tar").arg("-C").arg(&state).arg("-xf").arg(&archive));
    }

    /// Audits everything that has happened since the kiosk was made. It is at rest.
    #[track_caller]
    pub fn audit(&mut self) -> Seen {
        self.settle();
        std::thread::sleep(LAZY);
        self.fetch_journal();
        let seen = Seen::of(self);
        let findings = seen.audit();
        for finding in &findings {
            self.life.tell(format!("BREACH {finding:?}"));
        }
        assert!(findings.is_empty(), "kept: {}\n{findings:#?}", self.folder.display());
        seen
    }
}

impl Drop for World {
    /// The wire's threads know the machine too, and wait for it.
    fn drop(&mut self) {
        self.life.end();
        let told = |(at, line): (i64, String)| format!("{at} {line}\n");
        let all: String = self.life.chronicle().into_iter().map(told).collect();
        drop(fs::write(self.folder.join("chronicle.txt"), all));
    }
}

/// A command of the host's that must succeed.
fn host(command: &mut Command) {
    let output = command.output();
    let ended = output.as_ref().is_ok_and(|output| output.status.success());
    assert!(ended, "{command:?}: {output:?}");
}

/// The machine's disks: the system, an empty partition for what must last, and the package with
/// what plays hardware.
fn disks(built: &Path, folder: &Path, package: &Path) {
    let copy = ["--sparse=always", "--reflink=auto"];
    let system = folder.join("system.img");
    host(Command::new("cp").args(copy).arg(built.join("system.img")).arg(system));
    let ext4 = ["-q", "-t", "ext4", "-m", "0"];
    host(Command::new("/sbin/mke2fs").args(ext4).arg(folder.join("state.img")).arg("64M"));
    let cargo = folder.join("cargo");
    fs::create_dir(&cargo).unwrap();
    fs::copy(package, cargo.join("kioskd.deb")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_kioskd"), cargo.join("kioskd-that-hangs")).unwrap();
    let played = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vm/played");
    for file in fs::read_dir(played).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), cargo.join(file.file_name())).unwrap();
    }
    let image = folder.join("cargo.img");
    host(Command::new("/sbin/mke2fs").args(ext4).arg("-d").arg(cargo).arg(image).arg("512M"));
}

/// A simulated Stripe, and where it listens.
fn simulate(folder: &Path, seed: u64) -> (Process, SocketAddr) {
    let log = folder.join("simulator.log");
    let seed = seed.to_string();
    let arguments = ["simulate", "--listen", "127.0.0.1:0", "--seed", &seed];
    let mut command = program();
    let simulator = Process::start(command.args(arguments), &log);
    let deadline = Instant::now() + DONE_WITHIN;
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
