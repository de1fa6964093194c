//! How buttons, keypads and the like are wired: what the configuration says, and what whoever
//! listens to them needs to know.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

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
}

/// When what is typed is a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct TypingRules {
    /// A code of so many characters is complete: 1 to 16. None: only Enter completes it.
    pub code_length: Option<usize>,
    /// How long what was typed waits for more.
    pub typing_timeout: Duration,
}
