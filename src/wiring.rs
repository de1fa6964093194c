//! How buttons, keypads, relays and the like are wired: what the configuration says, and what
//! whoever holds their other end needs to know.

pub mod display;
pub mod printer;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::ids::{ProductCode, Slot};
use crate::money::Money;

/// Which line of a chip.
pub type Line = u32;

/// Buttons on lines (`kind = "gpio"`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GpioInput {
    /// The chip's device; absolute. None: the one of the board's pin header, or the only one.
    pub chip: Option<PathBuf>,
    /// How the chip is spoken to.
    pub backend: BackendKind,
    /// What each line says when its button is pressed, as a selection board would.
    pub lines: BTreeMap<Line, String>,
    /// What pulls a line that nothing drives.
    pub pull: Pull,
    /// The level of a line whose button is down.
    pub active: Level,
    /// How long a level has to stand still before it counts.
    pub debounce: Duration,
    /// How long a button has to be held. Zero: a touch will do.
    pub hold: Duration,
    /// A button that is down for longer is stuck.
    pub stuck_after: Duration,
}

/// How a chip is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum BackendKind {
    /// `chardev`: the kernel's GPIO character device, on any board.
    Chardev,
    /// `rppal`: a Raspberry Pi's pin header by its BCM numbers.
    Rppal,
}

/// What pulls a line that nothing drives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Pull {
    /// `up`.
    Up,
    /// `down`.
    Down,
    /// `none`: a resistor on the board does.
    None,
}

/// A level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Level {
    /// `low`: connected to ground.
    Low,
    /// `high`.
    High,
}

/// A keypad whose keys join rows and columns (`kind = "matrix"`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MatrixInput {
    /// The chip's device; absolute. None: the one of the board's pin header, or the only one.
    pub chip: Option<PathBuf>,
    /// How the chip is spoken to.
    pub backend: BackendKind,
    /// The lines of the rows, from above.
    pub rows: Vec<Line>,
    /// The lines of the columns, from the left.
    pub columns: Vec<Line>,
    /// What stands on each key, by rows, and what it does.
    pub keys: Vec<Vec<(char, Stroke)>>,
    /// When what is typed is a code.
    pub typing: TypingRules,
    /// How long it takes to look at all keys.
    pub scan: Duration,
    /// How long the keypad has to stand still before a key counts; not less than `scan`.
    pub debounce: Duration,
    /// A key that is down for longer is stuck.
    pub stuck_after: Duration,
}

/// A keyboard of the kernel's: a keypad, or a scanner that types (`kind = "evdev"`).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EvdevInput {
    /// Which one.
    pub keyboard: WhichKeyboard,
    /// Keys that do something else than what stands on them, by the kernel's codes.
    pub functions: BTreeMap<KeyNumber, Stroke>,
    /// When what is typed is a code.
    pub typing: TypingRules,
    /// A key that is down for longer is stuck.
    pub stuck_after: Duration,
}

/// The kernel's number of a key. Source: Linux, `input-event-codes.h`.
pub type KeyNumber = u16;

/// Which keyboard.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum WhichKeyboard {
    /// The device; absolute.
    At(PathBuf),
    /// One of these, wherever it is plugged in.
    Usb {
        /// Who makes it.
        vendor: u16,
        /// What it is.
        product: u16,
    },
}

/// What a key of a keypad does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Stroke {
    /// It adds to the code.
    Character(char),
    /// The code is complete.
    Enter,
    /// What was typed is taken back; where nothing was, the customer gives up.
    Clear,
    /// The customer gives up.
    Cancel,
    /// The cart is complete.
    Pay,
    /// Another language.
    Language,
}

/// When what is typed is a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct TypingRules {
    /// A code of so many characters is complete: 1 to 16. None: only Enter completes it.
    pub code_length: Option<usize>,
    /// How long what was typed waits for more.
    pub typing_timeout: Duration,
}

/// A vending machine on its bus, through an interface on a serial port (`kind = "mdb"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MdbInput {
    /// The interface's port; absolute, and nobody else's.
    pub device: PathBuf,
    /// Bits per second.
    pub baud: u32,
    /// What comes first, the choice or the card.
    pub mode: MdbMode,
    /// Whose price is charged.
    pub price_from: PriceFrom,
    /// The product that stands for numbers which no product has as its slot.
    pub otherwise: Option<ProductCode>,
    /// Settings of the interface's, `NAME=VALUE`, set at each start.
    pub setup: Vec<String>,
}

/// What comes first, the choice or the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum MdbMode {
    /// `always_idle`: the machine asks with the customer's choice.
    AlwaysIdle,
    /// `session`: the machine lets customers choose only once it is told of a credit.
    Session {
        /// What it is told.
        credit: Money,
    },
}

/// Whose price is charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum PriceFrom {
    /// `machine`: what the machine asks for.
    Machine,
    /// `config`: what is configured.
    Config,
}

/// What comes out of a vending machine, by the machine's own doing (`[dispenser.NAME]`,
/// `kind = "mdb"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MdbDispenser {
    /// The input of kind `mdb` that the machine asks at.
    pub input: String,
    /// How long after the approval its result may take.
    pub timeout: Duration,
}

/// Relays or motors on lines (`[dispenser.NAME]`, `kind = "gpio"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GpioDispenser {
    /// The chip's device; absolute. None: the one of the board's pin header, or the only one.
    pub chip: Option<PathBuf>,
    /// The line of each slot.
    pub lines: BTreeMap<Slot, Line>,
    /// The level of a line whose relay is on. The other one is safe.
    pub active: Level,
    /// How long a line is on; with a sensor, at most.
    pub pulse: Duration,
    /// What tells more than the time does.
    pub sensor: Option<Sensor>,
    /// How a motor is turned back.
    pub reverse: Option<Reverse>,
}

/// A line that tells how far a vend is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Sensor {
    /// Its line, on the same chip.
    pub line: Line,
    /// What it says.
    pub until: Until,
    /// Its level when it says so.
    pub active: Level,
    /// What pulls it when nothing drives it.
    pub pull: Pull,
    /// How long a level has to stand still before it counts.
    pub debounce: Duration,
}

/// What a sensor says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Until {
    /// `drop`: goods fall past it.
    Drop {
        /// For how long after the beginning they may.
        timeout: Duration,
    },
    /// `home`: the motor is where it rests.
    Home,
}

/// A motor is turned back for a while after it was turned forward: the second line of its H-bridge.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reverse {
    /// The line of each slot; none of a slot that is not turned back.
    pub lines: BTreeMap<Slot, Line>,
    /// How long it is on.
    pub pulse: Duration,
}

/// A program that delivers (`kind = "command"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CommandDispenser {
    /// The program; absolute.
    pub program: PathBuf,
    /// Its arguments, in which `{order}`, `{sale}`, `{slot}` and `{product}` stand for the order's.
    pub arguments: Vec<String>,
    /// The program, absolute, that is asked what became of an order, and its arguments, in which
    /// `{order}` stands for that.
    pub status: Option<(PathBuf, Vec<String>)>,
    /// Whom they run as, if not as kioskd.
    pub user: Option<String>,
    /// How long a vend may take before it is killed and its outcome counts as unknown.
    pub timeout: Duration,
}
