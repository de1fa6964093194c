//! The vending machine around the computer: its dispenser board, which keeps its power and its
//! memory when the computer loses both, and the cables between the two.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::daemon::Event;
use crate::daemon::run::Message;
use crate::dispenser::Order;
use crate::ids::{OrderId, Slot};
use crate::sale::input::VendNews;

/// How long a coil turns.
const VEND_TAKES: Duration = Duration::from_secs(2);

/// The cables from keypad and board to the computer. What is said while nobody listens is lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Cables(Arc<Mutex<Option<mpsc::Sender<Message>>>>);

impl Cables {
    /// A daemon listens from now on.
    pub(super) fn plug(&self, daemon: mpsc::Sender<Message>) {
        *lock(&self.0) = Some(daemon);
    }

    /// Nobody listens from now on.
    pub(super) fn unplug(&self) {
        *lock(&self.0) = None;
    }

    /// Whether anybody has heard it.
    pub(super) fn say(&self, message: Message) -> bool {
        lock(&self.0).as_ref().is_some_and(|daemon| daemon.try_send(message).is_ok())
    }
}

/// What became of a vend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Vend {
    Turning,
    Delivered,
    Jammed,
}

#[derive(Debug, Default)]
struct Memory {
    vends: BTreeMap<OrderId, Vend>,
    delivered: Vec<(OrderId, Slot)>,
    jams_next: bool,
}

/// The dispenser board: what it did, and what it shall do.
#[derive(Clone, Debug, Default)]
pub(super) struct Board(Arc<Mutex<Memory>>);

impl Board {
    /// What came out, oldest first.
    pub(super) fn delivered(&self) -> Vec<(OrderId, Slot)> {
        lock(&self.0).delivered.clone()
    }

    /// Whether the next vend jams.
    pub(super) fn jams_next(&self) -> bool {
        lock(&self.0).jams_next
    }

    /// Puts something between the coils, or takes it out; says whether it is in.
    pub(super) fn toggle_jam(&self) -> bool {
        let mut memory = lock(&self.0);
        memory.jams_next = !memory.jams_next;
        memory.jams_next
    }

    /// Takes orders until nobody can give any.
    pub(super) async fn run(self, mut orders: mpsc::Receiver<Order>, cables: Cables) {
        while let Some(order) = orders.recv().await {
            match order {
                Order::Vend(vend) => {
                    let (id, slot) = (vend.id, vend.slot);
                    say(&cables, &id, VendNews::Sent);
                    lock(&self.0).vends.insert(id.clone(), Vend::Turning);
                    tokio::spawn(self.clone().vend(id, slot, cables.clone()));
                }
                // Nobody waits at this board.
                Order::CallOff { .. } => {}
                Order::Status { id } => {
                    let vend = lock(&self.0).vends.get(&id).copied();
                    let news = vend.map_or(VendNews::NotKnown, what_became);
                    say(&cables, &id, news);
                }
            }
        }
    }

    async fn vend(self, id: OrderId, slot: Slot, cables: Cables) {
        tokio::time::sleep(VEND_TAKES).await;
        let vend = self.finish(&id, slot);
        say(&cables, &id, what_became(vend));
    }

    fn finish(&self, id: &OrderId, slot: Slot) -> Vend {
        let mut memory = lock(&self.0);
        let vend =
            if std::mem::take(&mut memory.jams_next) { Vend::Jammed } else { Vend::Delivered };
        memory.vends.insert(id.clone(), vend);
        if vend == Vend::Delivered {
            memory.delivered.push((id.clone(), slot));
        }
        vend
    }
}

fn what_became(vend: Vend) -> VendNews {
    match vend {
        Vend::Turning => VendNews::Busy,
        Vend::Delivered => VendNews::Delivered,
        Vend::Jammed => VendNews::Failed { reason: "jam".to_owned() },
    }
}

fn say(cables: &Cables, id: &OrderId, news: VendNews) {
    // Without power in the computer nobody hears it: the daemon will ask.
    cables.say(Message::Event(Event::Vend { order: id.clone(), news }));
}

/// A poisoned lock is taken all the same: what it guards is changed in one step or not at all.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
