//! What is said on the bus and when: lines in; lines and news out.
//!
//! | the machine | means |
//! |---|---|
//! | asks | a sale may be opened for this amount; the sale's id names the question from here on |
//! | takes it back: another state while it waits | an approval would come too late, and is refused |
//! | says `SUCCESS` after the approval | delivered |
//! | says `VEND 3`, or ends the session without `SUCCESS` | nothing came out |
//! | resets the bus after the approval | delivered (MDB/ICP 4.2, section 7.4.7) |
//! | says nothing after the approval | nobody knows; the sale's own time runs out |

use super::lines::{Line, Status};
use crate::ids::{OrderId, SaleId, Slot};
use crate::money::{Currency, Money};
use crate::wiring::{MdbInput, MdbMode};

/// What follows from a line, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The machine wants cashless payment.
    Ready,
    /// It does not, or is not there.
    NotReady {
        /// For people.
        why: String,
    },
    /// The machine asks for money. The sale's id is drawn for this question.
    Asked {
        /// The sale that may be opened.
        sale: SaleId,
        /// The machine's number of the product.
        slot: Slot,
        /// What it asks for.
        price: Money,
    },
    /// The machine waits no longer.
    Withdrawn {
        /// What it had asked for.
        sale: SaleId,
    },
    /// The product came out.
    Delivered {
        /// The approved order.
        order: OrderId,
    },
    /// It did not.
    Failed {
        /// The approved order.
        order: OrderId,
        /// In one word, and more.
        reason: String,
    },
    /// What became of it cannot be learned any more.
    Unclear {
        /// The approved order.
        order: OrderId,
        /// For people.
        why: String,
    },
    /// Worth a line of the log.
    Remarked {
        /// For people.
        what: String,
    },
}

/// What follows from a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// To be told, in order.
    pub news: Vec<News>,
    /// To be written, in order.
    pub write: Vec<String>,
    /// The line made no sense.
    pub garbage: bool,
}

/// The conversation with one machine.
#[derive(Debug)]
pub struct Talk {
    mode: MdbMode,
    setup: Vec<String>,
    currency: Currency,
    /// As it was told last; none before that.
    status: Option<Status>,
    vend: Vend,
    /// An approved order without a result: one may still come.
    late: Option<OrderId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Vend {
    None,
    /// The machine waits for an answer.
    Asked {
        sale: SaleId,
        slot: Slot,
        amount: String,
    },
    /// It was approved, and the result is awaited.
    Approved {
        order: OrderId,
        /// The machine switched cashless payment off meanwhile: the next state is no result.
        disturbed: bool,
    },
}

const DENY: &str = "C,STOP";
const NOT_SPOKEN: &str = "the vending machine does not speak to the cashless device";
const NOT_ENABLED: &str = "the vending machine has switched cashless payment off";

impl Talk {
    /// A conversation that has not begun. The machine counts in the kiosk's currency.
    pub fn new(settings: &MdbInput, currency: Currency) -> Self {
        Self {
            mode: settings.mode,
            setup: settings.setup.clone(),
            currency,
            status: None,
            vend: Vend::None,
            late: None,
        }
    }

    /// The port is open: what begins the conversation. The interface takes settings only while the
    /// cashless device is off.
    pub fn opened(&mut self) -> Turn {
        self.status = None;
        let always_idle = match self.mode {
            MdbMode::AlwaysIdle => "1",
            MdbMode::Session { .. } => "0",
        };
        let setup = self.setup.iter().map(|setting| format!("C,SETCONF,{setting}"));
        let write = std::iter::once("C,0".to_owned())
            .chain([format!("C,SETCONF,mdb-always-idle={always_idle}")])
            .chain(setup)
            .chain(["C,1".to_owned()]);
        let news = vec![News::NotReady { why: NOT_SPOKEN.to_owned() }];
        Turn { news, write: write.collect(), garbage: false }
    }

    /// The port is lost.
    pub fn lost(&mut self, why: &str) -> Turn {
        self.status = None;
        let mut news = match std::mem::replace(&mut self.vend, Vend::None) {
            Vend::None => Vec::new(),
            Vend::Asked { sale, .. } => vec![News::Withdrawn { sale }],
            Vend::Approved { order, .. } => {
                let why = format!("the bus interface was lost before the result: {why}");
                vec![News::Unclear { order, why }]
            }
        };
        self.late = None;
        news.push(News::NotReady { why: why.to_owned() });
        Turn { news, ..Turn::default() }
    }

    /// The interface has written a line. `draw` gives the id of a sale that may be opened.
    pub fn heard(&mut self, line: &str, draw: impl FnOnce() -> Option<SaleId>) -> Turn {
        let mut turn = Turn::default();
        match Line::parse(line) {
            None => turn.garbage = true,
            Some(Line::Chatter) => {}
            Some(Line::Complaint { what }) => {
                let what = format!("the bus interface complains: {what}");
                turn.news.push(News::Remarked { what });
            }
            Some(Line::Success) => turn.news.extend(self.success()),
            Some(Line::Failure) => turn.news.extend(self.failure("vend_failed")),
            Some(Line::Status(status)) => self.turned(status, &mut turn),
            Some(Line::Asked { amount, slot }) => self.asked(amount, slot, draw, &mut turn),
        }
        turn
    }

    /// Approves what this sale was opened for: the line to write. The machine may wait no longer.
    pub fn approve(&mut self, sale: &SaleId, order: OrderId) -> Result<String, String> {
        match &self.vend {
            Vend::Asked { sale: asked, amount, .. } if asked == sale => {
                let line = format!("C,VEND,{amount}");
                self.vend = Vend::Approved { order, disturbed: false };
                self.late = None;
                Ok(line)
            }
            Vend::None | Vend::Asked { .. } | Vend::Approved { .. } => {
                Err("the vending machine does not wait for it any more".to_owned())
            }
        }
    }

    /// An approval may not have reached the interface: it is not awaited.
    pub fn approval_failed(&mut self) {
        self.vend = Vend::None;
    }

    /// A sale will not be paid: the line to write, if the machine still waits for it.
    pub fn deny(&mut self, sale: &SaleId) -> Option<String> {
        let waits = matches!(&self.vend, Vend::Asked { sale: asked, .. } if asked == sale);
        waits.then(|| {
            self.vend = Vend::None;
            DENY.to_owned()
        })
    }

    /// What the machine is told when the daemon stops, so that it offers no card payment which nobody
    /// takes. Not while a result is awaited: the machine is at it.
    pub fn farewell(&self) -> Option<&'static str> {
        match self.vend {
            Vend::None | Vend::Asked { .. } => Some("C,0"),
            Vend::Approved { .. } => None,
        }
    }

    /// What a session wants now, where the card comes before the choice: one is open whenever the
    /// kiosk is free for a customer, and closed when it is not.
    pub fn session_wish(&self, free: bool) -> Option<String> {
        let MdbMode::Session { credit } = self.mode else { return None };
        match (self.status, &self.vend) {
            (Some(Status::Enabled), Vend::None) if free => {
                Some(format!("C,START,{}", credit.decimal_text()))
            }
            (Some(Status::Idle), Vend::None) if !free => Some(DENY.to_owned()),
            (
                Some(Status::Inactive | Status::Disabled | Status::Enabled | Status::Idle) | None,
                Vend::None | Vend::Asked { .. } | Vend::Approved { .. },
            ) => None,
        }
    }

    fn success(&mut self) -> Option<News> {
        let order = match std::mem::replace(&mut self.vend, Vend::None) {
            Vend::Approved { order, .. } => Some(order),
            other @ (Vend::None | Vend::Asked { .. }) => {
                self.vend = other;
                self.late.take()
            }
        };
        order.map(|order| News::Delivered { order })
    }

    fn failure(&mut self, reason: &str) -> Option<News> {
        match std::mem::replace(&mut self.vend, Vend::None) {
            Vend::None => None,
            Vend::Asked { sale, .. } => Some(News::Withdrawn { sale }),
            Vend::Approved { order, .. } => Some(News::Failed { order, reason: reason.to_owned() }),
        }
    }

    fn turned(&mut self, status: Status, turn: &mut Turn) {
        let before = self.status.replace(status);
        match status {
            Status::Inactive => {
                if let Vend::Approved { order, .. } = &self.vend {
                    let what = "the vending machine has reset the bus after an approval, which \
                                counts as delivered (mdb_reset)";
                    turn.news.push(News::Remarked { what: what.to_owned() });
                    turn.news.push(News::Delivered { order: order.clone() });
                    self.vend = Vend::None;
                } else {
                    turn.news.extend(self.withdrawn());
                }
            }
            Status::Disabled => {
                if let Vend::Approved { disturbed, .. } = &mut self.vend {
                    *disturbed = true;
                } else {
                    turn.news.extend(self.withdrawn());
                }
            }
            Status::Enabled => match self.vend.clone() {
                Vend::Approved { order, disturbed: false } => {
                    self.late = Some(order);
                    turn.news.extend(self.failure("session_complete"));
                }
                Vend::Approved { disturbed: true, .. } => {}
                Vend::None | Vend::Asked { .. } => turn.news.extend(self.withdrawn()),
            },
            // A result follows, or has come before.
            Status::Idle => {
                if matches!(self.vend, Vend::Asked { .. }) {
                    turn.news.extend(self.withdrawn());
                }
            }
        }
        let readiness = |status| match status {
            Some(Status::Enabled | Status::Idle) => Ok(()),
            Some(Status::Disabled) => Err(NOT_ENABLED),
            Some(Status::Inactive) | None => Err(NOT_SPOKEN),
        };
        match (readiness(before), readiness(Some(status))) {
            (Err(_), Ok(())) => turn.news.push(News::Ready),
            (before, Err(why)) if before != Err(why) => {
                turn.news.push(News::NotReady { why: why.to_owned() });
            }
            (Ok(()) | Err(_), Ok(()) | Err(_)) => {}
        }
    }

    fn withdrawn(&mut self) -> Option<News> {
        match std::mem::replace(&mut self.vend, Vend::None) {
            Vend::Asked { sale, .. } => Some(News::Withdrawn { sale }),
            other @ (Vend::None | Vend::Approved { .. }) => {
                self.vend = other;
                None
            }
        }
    }

    fn asked(
        &mut self,
        amount: String,
        slot: Slot,
        draw: impl FnOnce() -> Option<SaleId>,
        turn: &mut Turn,
    ) {
        match std::mem::replace(&mut self.vend, Vend::None) {
            Vend::None => {}
            // The same question once more: the line was written twice.
            again @ Vend::Asked { .. } if is_same(&again, &amount, &slot) => {
                self.vend = again;
                return;
            }
            Vend::Asked { sale, .. } => turn.news.push(News::Withdrawn { sale }),
            Vend::Approved { order, .. } => {
                let why = "the vending machine asks for the next product, and told no result";
                self.late = Some(order.clone());
                turn.news.push(News::Unclear { order, why: why.to_owned() });
            }
        }
        let Some(price) = price(&amount, self.currency) else {
            turn.garbage = true;
            turn.write.push(DENY.to_owned());
            let what = format!(
                "the vending machine asks for {amount:?}, which is no amount of {}",
                self.currency
            );
            turn.news.push(News::Remarked { what });
            return;
        };
        let Some(sale) = draw() else {
            turn.write.push(DENY.to_owned());
            return;
        };
        if !matches!(self.status, Some(Status::Enabled | Status::Idle)) {
            turn.news.push(News::Ready);
            self.status = Some(Status::Enabled);
        }
        self.vend = Vend::Asked { sale: sale.clone(), slot: slot.clone(), amount };
        turn.news.push(News::Asked { sale, slot, price });
    }
}

fn is_same(vend: &Vend, amount: &str, slot: &Slot) -> bool {
    matches!(vend, Vend::Asked { amount: other, slot: at, .. } if other == amount && at == slot)
}

/// An amount in major units. Machines write more digits than the currency has, as zeros.
fn price(amount: &str, currency: Currency) -> Option<Money> {
    let text = match amount.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => {
            let decimals = usize::try_from(currency.decimals()).unwrap_or_default();
            let (kept, rest) = fraction.split_at_checked(decimals).unwrap_or((fraction, ""));
            if !rest.bytes().all(|b| b == b'0') {
                return None;
            }
            if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
        }
        None => amount.to_owned(),
    };
    Money::decimal(&text, currency).ok()
}

#[cfg(test)]
mod tests;
