//! What holds for every kind of dispenser, whatever it is made of.
//!
//! A vend reaches the device at most once: an order that has begun is remembered. An order that
//! finds the device away is refused at once rather than kept until it comes back, when nobody may
//! be waiting for the goods any more. What a device without a memory has done is remembered for it,
//! as long as the daemon lives.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use super::{Answer, DispenserNews, Order, Vend};
use crate::ids::{DispenserName, OrderId, SaleId};
use crate::pulse::Pulse;

/// Orders that are remembered. Ids are never drawn twice and the core orders a vend within seconds,
/// so that far fewer would do.
const REMEMBERED: usize = 1000;

/// Where the news of all dispensers go.
pub type NewsSender = mpsc::Sender<(DispenserName, DispenserNews)>;

/// A kind of dispenser.
pub trait Device: Send {
    /// Whether it knows itself what became of each order, so that `STATUS` is always its own
    /// matter. What a forgetful one has done in this life of the daemon is answered for it.
    const REMEMBERS: bool;

    /// What it says next; there is always more. May be dropped and called again, and nothing is
    /// lost by that.
    fn next(&mut self) -> impl Future<Output = Said> + Send;

    /// Whether a vend would reach it now; if not, why.
    fn check(&self) -> Result<(), String>;

    /// Begins a vend; how it ends is said by [`Device::next`]. Never called twice for an order, nor
    /// while [`Device::check`] objects.
    fn vend(&mut self, vend: &Vend) -> impl Future<Output = Begun> + Send;

    /// Asks it for an order. If it is away, or cannot be asked, nothing comes of it.
    fn ask(&mut self, id: &OrderId) -> impl Future<Output = ()> + Send;

    /// A sale will not vend here after all. Of interest to one where somebody waits for it.
    fn call_off(&mut self, _sale: &SaleId) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// What one kind of dispenser says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It can be reached.
    Connected,
    /// It cannot be reached: told each time that it is tried in vain, and it is tried for ever.
    Disconnected {
        /// For people.
        why: String,
    },
    /// Answers, in order: to any order, in any order, more than once.
    Answers(Vec<(OrderId, Answer)>),
    /// A vend that had begun has ended, and nobody knows how.
    Unclear {
        /// Which.
        id: OrderId,
        /// For people.
        why: String,
    },
    /// Worth a line of the log.
    Remarked {
        /// For people.
        what: String,
    },
    /// What was not understood, since the daemon started.
    Garbage {
        /// Grows; told at most once a second.
        total: u64,
    },
}

/// How a vend has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The device has the whole order.
    Whole,
    /// It may have a part of it, or all.
    Unclear {
        /// For people.
        why: String,
    },
    /// It has nothing of it, and lets nothing out.
    Not {
        /// For people.
        why: String,
    },
}

/// Drives the dispenser called `name`, and returns only when `orders` or `news` is closed.
pub async fn run(
    name: DispenserName,
    device: impl Device,
    mut orders: mpsc::Receiver<Order>,
    news: NewsSender,
    mut pulse: Pulse,
) {
    let mut desk = Desk { name, device, book: Book::default(), news: news.clone() };
    loop {
        let told = tokio::select! {
            // Orders first, so that those of the time when the device was away are refused.
            biased;
            () = news.closed() => return,
            order = orders.recv() => match order {
                Some(order) => desk.obey(order).await,
                None => return,
            },
            question = pulse.asked() => {
                pulse.answer(question).await;
                Ok(())
            }
            said = desk.device.next() => desk.pass_on(said, &mut orders).await,
        };
        if let Err(Deaf) = told {
            return;
        }
    }
}

/// The daemon no longer listens.
struct Deaf;

struct Desk<D> {
    name: DispenserName,
    device: D,
    book: Book,
    news: NewsSender,
}

impl<D: Device> Desk<D> {
    async fn obey(&mut self, order: Order) -> Result<(), Deaf> {
        match order {
            Order::Vend(vend) => {
                let news = self.vend(&vend).await;
                self.tell(news).await
            }
            Order::Status { id } => self.ask(id).await,
            Order::CallOff { sale } => {
                self.device.call_off(&sale).await;
                Ok(())
            }
        }
    }

    async fn vend(&mut self, vend: &Vend) -> DispenserNews {
        let id = vend.id.clone();
        if self.book.state(&id).is_some() {
            return ordered_before(id);
        }
        if let Err(why) = self.device.check() {
            return DispenserNews::NeverSent { id, why };
        }
        // Before it begins: nothing that happens within may make it begin again.
        self.book.begin(id.clone());
        match self.device.vend(vend).await {
            Begun::Whole => DispenserNews::Sent { id },
            Begun::Unclear { why } => {
                self.book.set(&id, &State::Unclear);
                DispenserNews::Unclear { id, why }
            }
            Begun::Not { why } => {
                self.book.strike_out(&id);
                DispenserNews::NeverSent { id, why }
            }
        }
    }

    async fn ask(&mut self, id: OrderId) -> Result<(), Deaf> {
        let answer = match self.book.state(&id) {
            Some(State::UnderWay) if !D::REMEMBERS => Answer::Busy,
            Some(State::Delivered) if !D::REMEMBERS => Answer::Done,
            Some(State::Failed { reason }) if !D::REMEMBERS => {
                Answer::Failed { reason: reason.clone() }
            }
            Some(State::UnderWay | State::Delivered | State::Failed { .. } | State::Unclear)
            | None => {
                self.device.ask(&id).await;
                return Ok(());
            }
        };
        self.tell(DispenserNews::Answered { id, answer }).await
    }

    async fn pass_on(
        &mut self,
        said: Said,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<(), Deaf> {
        match said {
            Said::Connected => {
                self.refuse_early(orders).await?;
                self.tell(DispenserNews::Connected).await
            }
            Said::Disconnected { why } => self.tell(DispenserNews::Disconnected { why }).await,
            Said::Garbage { total } => self.tell(DispenserNews::Garbage { total }).await,
            Said::Remarked { what } => self.tell(DispenserNews::Remarked { what }).await,
            Said::Unclear { id, why } => {
                self.book.set(&id, &State::Unclear);
                self.tell(DispenserNews::Unclear { id, why }).await
            }
            Said::Answers(answers) => {
                for (id, answer) in answers {
                    self.book.note(&id, &answer);
                    self.tell(DispenserNews::Answered { id, answer }).await?;
                }
                Ok(())
            }
        }
    }

    /// Refuses what was ordered before the daemon could know that the device is there.
    async fn refuse_early(&mut self, orders: &mut mpsc::Receiver<Order>) -> Result<(), Deaf> {
        while let Ok(order) = orders.try_recv() {
            let id = match order {
                Order::Vend(vend) => vend.id,
                Order::Status { .. } => continue,
                Order::CallOff { sale } => {
                    self.device.call_off(&sale).await;
                    continue;
                }
            };
            let news = if self.book.state(&id).is_some() {
                ordered_before(id)
            } else {
                DispenserNews::NeverSent { id, why: "it could not be reached".to_owned() }
            };
            self.tell(news).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, news: DispenserNews) -> Result<(), Deaf> {
        self.news.send((self.name.clone(), news)).await.map_err(|_closed| Deaf)
    }
}

fn ordered_before(id: OrderId) -> DispenserNews {
    DispenserNews::Unclear { id, why: "it was ordered before".to_owned() }
}

/// What became of an order that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    UnderWay,
    Delivered,
    Failed { reason: String },
    Unclear,
}

/// The latest orders that have begun.
#[derive(Default)]
struct Book(VecDeque<(OrderId, State)>);

impl Book {
    fn state(&self, id: &OrderId) -> Option<&State> {
        self.0.iter().find(|(begun, _)| begun == id).map(|(_, state)| state)
    }

    fn begin(&mut self, id: OrderId) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((id, State::UnderWay));
    }

    fn set(&mut self, id: &OrderId, state: &State) {
        for (_, known) in self.0.iter_mut().filter(|(begun, _)| begun == id) {
            *known = state.clone();
        }
    }

    fn note(&mut self, id: &OrderId, answer: &Answer) {
        match answer {
            Answer::Ok | Answer::Done => self.set(id, &State::Delivered),
            Answer::Fail { reason } | Answer::Failed { reason } => {
                self.set(id, &State::Failed { reason: reason.clone() });
            }
            Answer::Busy | Answer::Unknown => {}
        }
    }

    fn strike_out(&mut self, id: &OrderId) {
        self.0.retain(|(begun, _)| begun != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_thousand_orders_are_remembered() {
        let id = |n: usize| OrderId::new(format!("s{n}")).unwrap();
        let mut book = Book::default();
        (0..=REMEMBERED).for_each(|n| book.begin(id(n)));
        assert_eq!(book.state(&id(0)), None);
        assert!(book.state(&id(1)).is_some() && book.state(&id(REMEMBERED)).is_some());
        assert_eq!(book.0.len(), REMEMBERED);
    }
}
