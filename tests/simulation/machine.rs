//! The dispensers: motors, boards that remember and answer, relays with a sensor, vending machines
//! that ask for money, and what goes wrong with each.

use std::collections::BTreeMap;

use kioskd::ids::DispenserName;

use crate::auditor::Millis;

/// What a machine is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A board on a serial port, with a memory of its own.
    Board,
    /// Relays with a drop sensor, held by the daemon: they fall off with it.
    Relays,
    /// A vending machine on its bus: it asks, delivers by itself, and reports once.
    Bus,
}

impl Kind {
    /// Whether the machine itself knows of an order after the daemon has died.
    pub fn remembers(self) -> bool {
        match self {
            Self::Board => true,
            Self::Relays | Self::Bus => false,
        }
    }
}

/// What becomes of one order, drawn when it reaches the board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The product comes, and the board says so, after this long.
    Gives(Millis),
    /// Nothing comes, and the board says so.
    Jams(Millis),
    /// The product comes, and the line that says so gets lost; a board remembers.
    GivesSilently(Millis),
    /// Nothing comes, and the line that says so gets lost; a board remembers.
    JamsSilently(Millis),
    /// The order is garbled on its way: the board does not know the sale.
    Unheard,
}

impl Fate {
    /// How long the motor turns.
    pub fn turns_for(self) -> Option<Millis> {
        match self {
            Self::Gives(millis)
            | Self::Jams(millis)
            | Self::GivesSilently(millis)
            | Self::JamsSilently(millis) => Some(millis),
            Self::Unheard => None,
        }
    }

    /// The same, as far as it can become of a machine of this kind. What hangs on lines is seen by
    /// the daemon itself, and a vending machine that hears rubbish ends the vend.
    pub fn of(self, kind: Kind) -> Self {
        const ENDS: Millis = 20_000;
        match (kind, self) {
            (Kind::Relays, Self::GivesSilently(millis)) => Self::Gives(millis),
            (Kind::Relays, Self::JamsSilently(millis)) => Self::Jams(millis),
            (Kind::Relays | Kind::Bus, Self::Unheard) => Self::Jams(ENDS),
            (Kind::Board | Kind::Relays | Kind::Bus, fate) => fate,
        }
    }
}

/// What a board says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// `OK`, `DONE`.
    Done,
    /// `FAIL`, `FAILED`.
    Failed,
    /// `BUSY`.
    Busy,
    /// `UNKNOWN`.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Turning(Fate),
    Done,
    Failed,
}

#[derive(Clone, Debug)]
struct Vend {
    slot: String,
    state: State,
    /// What the daemon's own task knows of it, where the machine has no memory: nothing any more
    /// after the daemon's death or the loss of the port.
    is_followed: bool,
    /// Whether it has said by itself how it ended.
    is_told: bool,
}

/// A machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name.
    pub name: DispenserName,
    /// What it is.
    pub kind: Kind,
    vends: BTreeMap<String, Vend>,
    /// Whether its port can be opened.
    pub away: bool,
    /// The sale that a vending machine waits for.
    pub asks: Option<String>,
}

impl Machine {
    /// One that was just switched on.
    pub fn new(name: DispenserName, kind: Kind) -> Self {
        Self { name, kind, vends: BTreeMap::new(), away: false, asks: None }
    }

    /// `VEND`, and whether the daemon that gave it is still there to hear what becomes of it.
    pub fn vend(&mut self, order: &str, slot: &str, fate: Fate, is_followed: bool) {
        if fate != Fate::Unheard {
            let state = State::Turning(fate);
            let slot = slot.to_owned();
            let vend = Vend { slot, state, is_followed, is_told: false };
            self.vends.insert(order.to_owned(), vend);
        }
    }

    /// A motor stops: the slot whose product fell, if one did, and what the board says by itself.
    pub fn stops(&mut self, order: &str) -> (Option<String>, Option<Says>) {
        let Some(vend) = self.vends.get_mut(order) else { return (None, None) };
        let State::Turning(fate) = vend.state else { return (None, None) };
        let (became, says) = match fate {
            Fate::Gives(_) => (State::Done, Some(Says::Done)),
            Fate::GivesSilently(_) => (State::Done, None),
            Fate::Jams(_) => (State::Failed, Some(Says::Failed)),
            Fate::JamsSilently(_) | Fate::Unheard => (State::Failed, None),
        };
        vend.state = became;
        vend.is_told = says.is_some();
        let heard = self.kind.remembers() || vend.is_followed;
        ((became == State::Done).then(|| vend.slot.clone()), says.filter(|_| heard))
    }

    /// Whether it was ever given an order, as far as it remembers.
    pub fn knows(&self, order: &str) -> bool {
        self.vends.contains_key(order)
    }

    /// `STATUS`. Where the machine has no memory, the daemon's task answers what it was told.
    pub fn status(&self, order: &str) -> Option<Says> {
        let vend = self.vends.get(order);
        if self.kind.remembers() {
            return Some(match vend.map(|vend| vend.state) {
                Some(State::Turning(_)) => Says::Busy,
                Some(State::Done) => Says::Done,
                Some(State::Failed) => Says::Failed,
                None => Says::Unknown,
            });
        }
        let vend = vend.filter(|vend| vend.is_followed)?;
        Some(match vend.state {
            State::Turning(_) => Says::Busy,
            State::Done | State::Failed if !vend.is_told => Says::Busy,
            State::Done => Says::Done,
            State::Failed => Says::Failed,
        })
    }

    /// It was without power: motors stop where they are, and it remembers nothing.
    pub fn loses_power(&mut self) {
        self.vends.clear();
        self.asks = None;
    }

    /// Nobody follows it any more: the daemon has died, or its port is lost. The orders that were
    /// under way, as far as the machine does not remember them. Relays fall off, and what had not
    /// fallen by then stays where it is.
    pub fn is_left(&mut self) -> Vec<String> {
        self.asks = None;
        if self.kind.remembers() {
            return Vec::new();
        }
        let mut under_way = Vec::new();
        for (order, vend) in &mut self.vends {
            if vend.is_followed && !vend.is_told {
                under_way.push(order.clone());
            }
            vend.is_followed = false;
            if self.kind == Kind::Relays && matches!(vend.state, State::Turning(_)) {
                vend.state = State::Failed;
            }
        }
        under_way
    }
}
