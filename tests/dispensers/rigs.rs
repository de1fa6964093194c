//! The kinds, and whoever plays what is behind them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use kioskd::dispenser::command::Program;
use kioskd::dispenser::gpio::{Lines, Relays};
use kioskd::dispenser::serial;
use kioskd::mdb::bus::Asking;
use kioskd::mdb::{DispenserEnd, bus};
use kioskd::serial::PortSettings;
use kioskd::wiring::{
    CommandDispenser, GpioDispenser, Level, Line, MdbInput, MdbMode, PriceFrom, Pull, Sensor, Until,
};
use tokio::sync::Notify;

use crate::boards::vending::VendingMachine;
use crate::boards::{Board, Jack, PATIENCE};
use crate::{QUIET, Rig, script};

/// A board that remembers, on a pseudoterminal.
pub(crate) struct OnPort {
    jack: Jack,
    board: Option<Board>,
    memory: BTreeMap<String, Option<bool>>,
    vends: usize,
}

impl Rig for OnPort {
    const TAKES_TWO: bool = true;
    const CAN_BE_ASKED: bool = true;
    type Device = serial::Board;

    fn new() -> Self {
        Self { jack: Jack::new(), board: None, memory: BTreeMap::new(), vends: 0 }
    }

    fn device(&self) -> impl FnOnce() -> serial::Board + Send + 'static {
        let settings = PortSettings { device: self.jack.path().to_owned(), baud: 9600 };
        || serial::Board::new(settings)
    }

    fn plug_in(&mut self) {
        self.board = Some(self.jack.plug_in());
    }

    fn unplug(&mut self) {
        self.jack.unplug(self.board.take().expect("a board"));
    }

    fn end(&mut self, order: &str, is_good: bool) {
        self.live(QUIET);
        self.memory.insert(order.to_owned(), Some(is_good));
        let word = if is_good { format!("OK {order}") } else { format!("FAIL {order} jam") };
        self.board.as_ref().expect("a board").send_line(&word);
    }

    fn live(&mut self, time: Duration) {
        let Some(board) = &mut self.board else {
            std::thread::sleep(time);
            return;
        };
        let until = Instant::now() + time;
        while let Some(line) = board.next_line(until.saturating_duration_since(Instant::now())) {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["VEND", order, _] => {
                    self.vends += 1;
                    self.memory.insert(order.to_owned(), None);
                }
                ["STATUS", order] => board.send_line(&match self.memory.get(order) {
                    None => format!("UNKNOWN {order}"),
                    Some(None) => format!("BUSY {order}"),
                    Some(Some(true)) => format!("DONE {order}"),
                    Some(Some(false)) => format!("FAILED {order} jam"),
                }),
                _ => panic!("{line:?}"),
            }
        }
    }

    fn vends(&mut self) -> usize {
        self.vends
    }
}

/// A shell script.
pub(crate) struct Script(tempfile::TempDir);

impl Script {
    fn path(&self) -> PathBuf {
        self.0.path().join("vend")
    }
}

impl Rig for Script {
    const TAKES_TWO: bool = false;
    const CAN_BE_ASKED: bool = false;
    type Device = Program;

    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn device(&self) -> impl FnOnce() -> Program + Send + 'static {
        let settings = CommandDispenser {
            program: self.path(),
            arguments: vec!["{order}".to_owned()],
            status: None,
            user: None,
            timeout: Duration::from_mins(1),
        };
        || Program::new(settings)
    }

    fn plug_in(&mut self) {
        let text = "#!/bin/sh\ncd $(dirname $0); echo $1 >> vends\n\
                    until [ -e end.$1 ]; do sleep 0.05; done\nexit $(cat end.$1)\n";
        script::write(&self.path(), text);
    }

    fn unplug(&mut self) {
        std::fs::remove_file(self.path()).expect("a script");
    }

    fn end(&mut self, order: &str, is_good: bool) {
        let draft = self.0.path().join("draft");
        std::fs::write(&draft, if is_good { "0" } else { "3" }).expect("a file");
        std::fs::rename(&draft, self.0.path().join(format!("end.{order}"))).expect("a name");
    }

    fn live(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn vends(&mut self) -> usize {
        let vends = std::fs::read_to_string(self.0.path().join("vends")).unwrap_or_default();
        vends.lines().count()
    }
}

/// A chip with one relay and a drop sensor.
#[derive(Default)]
struct Chip {
    is_there: bool,
    vends: usize,
    /// How many things have fallen, and how many of them were seen.
    fallen: usize,
    seen: usize,
}

type Shared = Arc<(Mutex<Chip>, Notify)>;

/// All chips of this process, by their names.
fn chips() -> MutexGuard<'static, BTreeMap<PathBuf, Shared>> {
    static CHIPS: OnceLock<Mutex<BTreeMap<PathBuf, Shared>>> = OnceLock::new();
    CHIPS.get_or_init(Mutex::default).lock().expect("no test panics while it has it")
}

pub(crate) struct Played(Shared);

impl Played {
    fn with<T>(&self, change: impl FnOnce(&mut Chip) -> T) -> Result<T, String> {
        let mut chip = self.0.0.lock().expect("no test panics while it has it");
        if chip.is_there { Ok(change(&mut chip)) } else { Err("the chip is gone".to_owned()) }
    }
}

impl Lines for Played {
    fn open(settings: &GpioDispenser) -> Result<Self, String> {
        let name = settings.chip.as_deref().expect("a chip");
        let played = Self(chips().get(name).expect("a chip of this name").clone());
        played.with(|_| ())?;
        Ok(played)
    }

    fn drive(&mut self, _: Line, is_on: bool) -> Result<(), String> {
        self.with(|chip| chip.vends += usize::from(is_on))
    }

    fn rest(&mut self) -> Result<(), String> {
        self.with(|_| ())
    }

    fn is_sensed(&self) -> Result<bool, String> {
        self.with(|_| false)
    }

    async fn change(&mut self) -> Result<bool, String> {
        loop {
            let is_seen = self.with(|chip| {
                let is_new = chip.seen < chip.fallen;
                chip.seen += usize::from(is_new);
                is_new
            })?;
            if is_seen {
                return Ok(true);
            }
            self.0.1.notified().await;
        }
    }
}

/// Relays on that chip.
pub(crate) struct OnLines {
    name: PathBuf,
    chip: Shared,
}

impl OnLines {
    fn change(&self, change: impl FnOnce(&mut Chip)) {
        change(&mut self.chip.0.lock().expect("no test panics while it has it"));
        self.chip.1.notify_one();
    }
}

impl Rig for OnLines {
    const TAKES_TWO: bool = false;
    const CAN_BE_ASKED: bool = false;
    type Device = Relays<Played>;

    fn new() -> Self {
        let (mut chips, chip) = (chips(), Shared::default());
        let name = Path::new("/chips").join(chips.len().to_string());
        chips.insert(name.clone(), chip.clone());
        Self { name, chip }
    }

    fn device(&self) -> impl FnOnce() -> Relays<Played> + Send + 'static {
        let sensor = Sensor {
            line: 25,
            until: Until::Drop { timeout: Duration::from_secs(4) },
            active: Level::Low,
            pull: Pull::Up,
            debounce: Duration::ZERO,
        };
        let settings = GpioDispenser {
            chip: Some(self.name.clone()),
            lines: [("11".parse().expect("a slot"), 23)].into(),
            active: Level::High,
            pulse: Duration::from_millis(50),
            sensor: Some(sensor),
            reverse: None,
        };
        || Relays::new(settings)
    }

    fn plug_in(&mut self) {
        self.change(|chip| chip.is_there = true);
    }

    fn unplug(&mut self) {
        self.change(|chip| chip.is_there = false);
    }

    /// Something falls, or nothing does, which takes its time to be seen.
    fn end(&mut self, _: &str, is_good: bool) {
        self.change(|chip| chip.fallen += usize::from(is_good));
    }

    fn live(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn vends(&mut self) -> usize {
        self.chip.0.lock().expect("no test panics while it has it").vends
    }
}

/// A vending machine. Every question of its is of the one sale that the suite vends for.
pub(crate) struct OnBus {
    machine: VendingMachine,
    /// How many questions have reached the kiosk's end, and were not taken back.
    asked: Arc<Mutex<usize>>,
}

impl OnBus {
    fn asked(&self) -> MutexGuard<'_, usize> {
        self.asked.lock().expect("no test panics while it has it")
    }
}

impl Rig for OnBus {
    const TAKES_TWO: bool = false;
    const CAN_BE_ASKED: bool = false;
    type Device = DispenserEnd;

    fn new() -> Self {
        Self { machine: VendingMachine::new(), asked: Arc::default() }
    }

    fn device(&self) -> impl FnOnce() -> DispenserEnd + Send + 'static {
        let settings = MdbInput {
            device: self.machine.device(),
            baud: 115_200,
            mode: MdbMode::AlwaysIdle,
            price_from: PriceFrom::Machine,
            otherwise: None,
            setup: Vec::new(),
        };
        let asked = Arc::clone(&self.asked);
        move || {
            let usd = "usd".parse().expect("a currency");
            let (_, free) = tokio::sync::watch::channel(false);
            let sale = || "sale1".parse().ok();
            let (bus, mut input, dispenser) = bus(&settings, usd, free, Box::new(sale));
            tokio::spawn(bus.run(crate::pulse()));
            tokio::spawn(async move {
                loop {
                    if let Asking::Asked { .. } = input.next().await {
                        *asked.lock().expect("no test panics while it has it") += 1;
                    }
                }
            });
            dispenser
        }
    }

    fn plug_in(&mut self) {
        self.machine.plug_in();
    }

    fn unplug(&mut self) {
        self.machine.unplug();
    }

    fn choose(&mut self) {
        let before = *self.asked();
        if !self.machine.choose("2.50", "11") {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        while *self.asked() == before {
            assert!(Instant::now() < deadline, "the question does not arrive");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn end(&mut self, _: &str, is_good: bool) {
        self.machine.wait_for_approval();
        self.machine.stop(is_good);
    }

    fn live(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn vends(&mut self) -> usize {
        self.machine.approved().len()
    }
}
