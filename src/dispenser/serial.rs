//! A dispenser board on a serial port.
//!
//! A `VEND` goes out at most once: an order whose `VEND` has begun to be written is remembered, and
//! an order that finds the port closed is refused at once rather than kept until it opens, when
//! nobody may be waiting for the goods any more.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{DispenserNews, Order, answers};
use crate::ids::{DispenserName, OrderId, Slot};
use crate::pulse::Pulse;
use crate::serial::noise::TokenBucket;
use crate::serial::{Link, LinkNews, PortSettings};

/// Orders whose `VEND` is remembered. Ids are never drawn twice and the core orders a vend within
/// seconds, so that far fewer would do.
const REMEMBERED: usize = 1000;
/// Answers taken at once; then one each [`ANSWER_INTERVAL`]. A board speaks only when asked; what
/// a mad one says beyond this is dropped, and `STATUS` asks again.
const ANSWERS_AT_ONCE: u32 = 50;
const ANSWER_INTERVAL: Duration = Duration::from_millis(50);

/// Where the news of all dispensers go.
pub type NewsSender = mpsc::Sender<(DispenserName, DispenserNews)>;

/// Drives the board called `name`, and returns only when `orders` or `news` is closed.
pub async fn run(
    name: DispenserName,
    settings: PortSettings,
    mut orders: mpsc::Receiver<Order>,
    news: NewsSender,
    mut pulse: Pulse,
) {
    let mut board = Board {
        name,
        link: Link::new(settings),
        begun: Begun::default(),
        bucket: TokenBucket::new(ANSWERS_AT_ONCE, ANSWER_INTERVAL),
        news: news.clone(),
    };
    loop {
        let told = tokio::select! {
            // Orders first, so that those of the time when the port was closed are refused.
            biased;
            () = news.closed() => return,
            order = orders.recv() => match order {
                Some(order) => board.obey(order).await,
                None => return,
            },
            question = pulse.asked() => {
                pulse.answer(question).await;
                Ok(())
            }
            heard = board.link.next() => board.pass_on(heard, &mut orders).await,
        };
        if let Err(Deaf) = told {
            return;
        }
    }
}

/// The daemon no longer listens.
struct Deaf;

struct Board {
    name: DispenserName,
    link: Link,
    begun: Begun,
    bucket: TokenBucket,
    news: NewsSender,
}

impl Board {
    async fn obey(&mut self, order: Order) -> Result<(), Deaf> {
        match order {
            Order::Vend { id, slot } => {
                let news = self.vend(id, &slot).await;
                self.tell(news).await
            }
            Order::Status { id } => {
                // Dropped if the board is away: the core repeats it.
                let _sent = self.link.write(&format!("STATUS {id}")).await;
                Ok(())
            }
        }
    }

    async fn vend(&mut self, id: OrderId, slot: &Slot) -> DispenserNews {
        if self.begun.contains(&id) {
            return DispenserNews::Unclear { id, why: "it was ordered before".to_owned() };
        }
        if let Err(why) = self.link.check_open() {
            return DispenserNews::NeverSent { id, why };
        }
        self.begun.add(id.clone());
        match self.link.write(&format!("VEND {id} {slot}")).await {
            Ok(()) => DispenserNews::Sent { id },
            Err(why) => DispenserNews::Unclear { id, why },
        }
    }

    async fn pass_on(
        &mut self,
        heard: LinkNews,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<(), Deaf> {
        match heard {
            LinkNews::Connected => {
                self.refuse_early(orders).await?;
                self.tell(DispenserNews::Connected).await
            }
            LinkNews::Disconnected { why } => self.tell(DispenserNews::Disconnected { why }).await,
            LinkNews::Garbage { total } => self.tell(DispenserNews::Garbage { total }).await,
            LinkNews::Lines(lines) => {
                for line in lines {
                    self.read(&line).await?;
                }
                Ok(())
            }
        }
    }

    /// Refuses what was ordered before the daemon could know that the port is open.
    async fn refuse_early(&mut self, orders: &mut mpsc::Receiver<Order>) -> Result<(), Deaf> {
        while let Ok(order) = orders.try_recv() {
            let Order::Vend { id, .. } = order else { continue };
            let news = if self.begun.contains(&id) {
                DispenserNews::Unclear { id, why: "it was ordered before".to_owned() }
            } else {
                DispenserNews::NeverSent { id, why: "the port was closed".to_owned() }
            };
            self.tell(news).await?;
        }
        Ok(())
    }

    async fn read(&mut self, line: &str) -> Result<(), Deaf> {
        match answers::parse(line) {
            Some((id, answer)) if self.bucket.take(Instant::now()) => {
                self.tell(DispenserNews::Answered { id, answer }).await
            }
            Some(_) | None => {
                self.link.count_garbage();
                Ok(())
            }
        }
    }

    async fn tell(&mut self, news: DispenserNews) -> Result<(), Deaf> {
        self.news.send((self.name.clone(), news)).await.map_err(|_closed| Deaf)
    }
}

/// The latest orders whose `VEND` has begun to be written.
#[derive(Default)]
struct Begun(VecDeque<OrderId>);

impl Begun {
    fn contains(&self, id: &OrderId) -> bool {
        self.0.contains(id)
    }

    fn add(&mut self, id: OrderId) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_thousand_orders_are_remembered() {
        let id = |n: usize| OrderId::new(format!("s{n}")).unwrap();
        let mut begun = Begun::default();
        (0..=REMEMBERED).for_each(|n| begun.add(id(n)));
        assert!(!begun.contains(&id(0)));
        assert!(begun.contains(&id(1)) && begun.contains(&id(REMEMBERED)));
        assert_eq!(begun.0.len(), REMEMBERED);
    }
}
