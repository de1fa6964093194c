//! The dispenser and the line to it.

use kioskd::sale::input::VendNews;

use crate::world::World;

/// What the board is at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Motor {
    /// Nothing was ordered, as far as it knows.
    Idle,
    /// It turns.
    Turns,
    /// The product came out.
    Gave,
    /// It did not.
    Jammed,
}

/// What an order can come to before the board has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Written {
    /// Whole, and heard.
    Heard,
    /// Whole, and garbled on the line.
    Unheard,
    /// In part, and completed by nothing.
    InPart,
    /// The port is not open.
    Closed,
}

/// The board, its line, and what is under way on it.
#[derive(Clone, Hash, Debug)]
pub struct Board {
    /// What it knows of this sale.
    pub motor: Motor,
    /// An order that the daemon has given and that is not written yet.
    pub ordered: bool,
    /// A question that the board has not heard yet.
    pub asked: bool,
    /// Lines on their way to the daemon.
    pub lines: Vec<Line>,
    /// Orders that it has carried out.
    pub pulses: u8,
    /// Whether the product came out.
    pub gave: bool,
}

/// A line from the board, or from the port.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Line {
    /// The order was written.
    Sent,
    /// It may have been written in part.
    Unclear,
    /// It was not written.
    NeverSent,
    /// It came out.
    Delivered,
    /// It did not.
    Failed,
    /// Still turning.
    Busy,
    /// Never heard of it.
    NotKnown,
}

impl Line {
    /// Whether the port says it, and not the board.
    pub fn is_the_ports(self) -> bool {
        match self {
            Self::Sent | Self::Unclear | Self::NeverSent => true,
            Self::Delivered | Self::Failed | Self::Busy | Self::NotKnown => false,
        }
    }

    /// In the core's words.
    pub fn news(self) -> VendNews {
        match self {
            Self::Sent => VendNews::Sent,
            Self::Unclear => VendNews::Unclear { why: String::new() },
            Self::NeverSent => VendNews::NeverSent { why: String::new() },
            Self::Delivered => VendNews::Delivered,
            Self::Failed => VendNews::Failed { reason: String::new() },
            Self::Busy => VendNews::Busy,
            Self::NotKnown => VendNews::NotKnown,
        }
    }
}

impl Board {
    /// Untouched.
    pub const NEW: Self = Self {
        motor: Motor::Idle,
        ordered: false,
        asked: false,
        lines: Vec::new(),
        pulses: 0,
        gave: false,
    };

    /// The motor stops; tells whether the product came out.
    pub fn stop(&mut self, gives: bool) {
        self.gave |= gives;
        self.motor = if gives { Motor::Gave } else { Motor::Jammed };
    }

    /// What it says of the sale.
    pub fn says(&self) -> Line {
        match self.motor {
            Motor::Idle => Line::NotKnown,
            Motor::Turns => Line::Busy,
            Motor::Gave => Line::Delivered,
            Motor::Jammed => Line::Failed,
        }
    }
}

impl World {
    /// The order is written to the port, or not.
    pub fn write_order(&mut self, written: Written) {
        self.board.ordered = false;
        self.board.lines.push(match written {
            Written::Heard | Written::Unheard => Line::Sent,
            Written::InPart => Line::Unclear,
            Written::Closed => Line::NeverSent,
        });
        if written == Written::Heard {
            self.audit_pulse();
            self.board.pulses += 1;
            self.board.motor = Motor::Turns;
        }
    }

    /// A line of the board, if anybody listens.
    pub fn board_says(&mut self, line: Line) {
        if self.daemon.is_some() {
            self.board.lines.push(line);
        }
    }
}
