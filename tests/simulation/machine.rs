//! The dispenser: motors, a board that remembers and answers, and what goes wrong with both.

use std::collections::BTreeMap;

use kioskd::ids::DispenserName;

use crate::auditor::Millis;

/// What becomes of one order, drawn when it reaches the board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The product comes, and the board says so, after this long.
    Gives(Millis),
    /// Nothing comes, and the board says so.
    Jams(Millis),
    /// The product comes, and the line that says so gets lost; the board remembers.
    GivesSilently(Millis),
    /// Nothing comes, and the line that says so gets lost; the board remembers.
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
enum Vend {
    Turning(Fate),
    Done,
    Failed,
}

/// A machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name.
    pub name: DispenserName,
    vends: BTreeMap<String, (String, Vend)>,
    /// Whether its port can be opened.
    pub away: bool,
}

impl Machine {
    /// One that was just switched on.
    pub fn new(name: DispenserName) -> Self {
        Self { name, vends: BTreeMap::new(), away: false }
    }

    /// `VEND`.
    pub fn vend(&mut self, order: &str, slot: &str, fate: Fate) {
        if fate != Fate::Unheard {
            self.vends.insert(order.to_owned(), (slot.to_owned(), Vend::Turning(fate)));
        }
    }

    /// A motor stops: the slot whose product fell, if one did, and what the board says by itself.
    pub fn stops(&mut self, order: &str) -> (Option<String>, Option<Says>) {
        let Some((slot, vend)) = self.vends.get_mut(order) else { return (None, None) };
        let Vend::Turning(fate) = *vend else { return (None, None) };
        let (became, says) = match fate {
            Fate::Gives(_) => (Vend::Done, Some(Says::Done)),
            Fate::GivesSilently(_) => (Vend::Done, None),
            Fate::Jams(_) => (Vend::Failed, Some(Says::Failed)),
            Fate::JamsSilently(_) | Fate::Unheard => (Vend::Failed, None),
        };
        *vend = became;
        ((became == Vend::Done).then(|| slot.clone()), says)
    }

    /// `STATUS`.
    pub fn status(&self, order: &str) -> Says {
        match self.vends.get(order) {
            Some((_, Vend::Turning(_))) => Says::Busy,
            Some((_, Vend::Done)) => Says::Done,
            Some((_, Vend::Failed)) => Says::Failed,
            None => Says::Unknown,
        }
    }

    /// It was without power: motors stop where they are, and it remembers nothing.
    pub fn loses_power(&mut self) {
        self.vends.clear();
    }
}
