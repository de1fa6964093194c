//! A dispenser board on a serial port.
//!
//! A `VEND` goes out at most once: a sale whose `VEND` has begun to be written is remembered, and
//! an order that finds the port closed is refused at once rather than kept until it opens, when
//! nobody may be waiting for the goods any more.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{DispenserNews, Order, answers};
use crate::ids::{DispenserName, SaleId, Slot};
use crate::serial::noise::TokenBucket;
use crate::serial::{Link, LinkNews, PortSettings};

/// Sales whose `VEND` is remembered. Ids are never drawn twice and the core orders a vend within
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
            Order::Vend { sale, slot } => {
                let news = self.vend(sale, &slot).await;
                self.tell(news).await
            }
            Order::Status { sale } => {
                // Dropped if the board is away: the core repeats it.
                let _sent = self.link.write(&format!("STATUS {sale}")).await;
                Ok(())
            }
        }
    }

    async fn vend(&mut self, sale: SaleId, slot: &Slot) -> DispenserNews {
        if self.begun.contains(&sale) {
            return DispenserNews::Unclear { sale, why: "it was ordered before".to_owned() };
        }
        if let Err(why) = self.link.check_open() {
            return DispenserNews::NeverSent { sale, why };
        }
        self.begun.add(sale.clone());
        match self.link.write(&format!("VEND {sale} {slot}")).await {
            Ok(()) => DispenserNews::Sent { sale },
            Err(why) => DispenserNews::Unclear { sale, why },
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
            let Order::Vend { sale, .. } = order else { continue };
            let news = if self.begun.contains(&sale) {
                DispenserNews::Unclear { sale, why: "it was ordered before".to_owned() }
            } else {
                DispenserNews::NeverSent { sale, why: "the port was closed".to_owned() }
            };
            self.tell(news).await?;
        }
        Ok(())
    }

    async fn read(&mut self, line: &str) -> Result<(), Deaf> {
        match answers::parse(line) {
            Some((sale, answer)) if self.bucket.take(Instant::now()) => {
                self.tell(DispenserNews::Answered { sale, answer }).await
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

/// The latest sales whose `VEND` has begun to be written.
#[derive(Default)]
struct Begun(VecDeque<SaleId>);

impl Begun {
    fn contains(&self, sale: &SaleId) -> bool {
        self.0.contains(sale)
    }

    fn add(&mut self, sale: SaleId) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(sale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_thousand_sales_are_remembered() {
        let sale = |n: usize| SaleId::new(format!("s{n}")).unwrap();
        let mut begun = Begun::default();
        (0..=REMEMBERED).for_each(|n| begun.add(sale(n)));
        assert!(!begun.contains(&sale(0)));
        assert!(begun.contains(&sale(1)) && begun.contains(&sale(REMEMBERED)));
        assert_eq!(begun.0.len(), REMEMBERED);
    }
}
