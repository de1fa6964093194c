//! A dispenser is fired by a technician: an order that belongs to no sale.

use std::time::Duration;

use tokio::sync::oneshot;

use super::{Message, Tasks};
use crate::daemon::devices;
use crate::daemon::driver::{Driver, Event, Now};
use crate::daemon::identity;
use crate::dispenser::{Order, Vend};
use crate::ids::{DispenserName, OrderId, Slot};
use crate::kiosk::status::State;
use crate::sale::input::VendNews;

/// How the orders of technicians begin: no sale's id does.
const TEST: &str = "TEST";

/// A dispenser was fired.
#[derive(Debug)]
pub struct TestFire {
    /// How long it may take.
    pub limit: Duration,
    /// What it says in the end.
    pub news: oneshot::Receiver<VendNews>,
}

/// An order of a technician's that is under way.
#[derive(Debug)]
pub(super) struct Fired {
    order: OrderId,
    person: oneshot::Sender<VendNews>,
}

impl Fired {
    /// Whether nobody waits for what becomes of it.
    pub(super) fn is_given_up(&self) -> bool {
        self.person.is_closed()
    }
}

/// Fires a dispenser, or says why not.
pub(super) fn fire(
    driver: &Driver,
    (dispenser, slot): (DispenserName, Slot),
    tasks: &mut Tasks,
    now: Now,
) -> Result<TestFire, String> {
    let Some(known) = driver.kiosk().setup().dispensers.get(&dispenser).copied() else {
        let all = driver.kiosk().setup().dispensers.keys();
        let all: Vec<String> = all.map(ToString::to_string).collect();
        return Err(format!("there is no dispenser {dispenser}; there is: {}", all.join(", ")));
    };
    let status = driver.kiosk().status(now.moment);
    if status.state != State::Draining {
        return Err("the kiosk is in service: kioskd drain --wait".to_owned());
    }
    // A vend that was interrupted is asked about: the board must not be busy with another.
    if status.sale.is_some() || driver.kiosk().sales().any(|sale| sale.under_way().is_some()) {
        return Err("a sale is still at a dispenser: try again in a moment".to_owned());
    }
    if tasks.fired.as_ref().is_some_and(|fired| !fired.is_given_up()) {
        return Err("a dispenser is being fired already".to_owned());
    }
    let id = identity::sale_id(now.wall.0).map_err(|error| error.to_string())?;
    let order = OrderId::new(format!("{TEST}{id}")).map_err(|error| error.to_string())?;
    let setup = driver.kiosk().setup();
    let product = setup
        .catalog
        .iter()
        .find(|(_, product)| product.dispenser == dispenser && product.slot == slot);
    let Some((code, product)) = product else {
        return Err(format!("no product is in slot {slot} of dispenser {dispenser}"));
    };
    let vend = Vend {
        id: order.clone(),
        slot,
        sale: id,
        product: code.clone(),
        name: product.name.clone(),
        price: product.price,
    };
    let (person, news) = oneshot::channel();
    tasks.fired = Some(Fired { order, person });
    devices::order(&tasks.devices.dispensers, &dispenser, Order::Vend(Box::new(vend)), || {
        tasks.messages.clone()
    });
    Ok(TestFire { limit: known.vend_timeout, news })
}

/// What is said of a technician's order is theirs, and nobody else's.
pub(super) fn for_the_technician(message: Message, tasks: &mut Tasks) -> Option<Message> {
    let Message::Event(Event::Vend { order, news }) = message else { return Some(message) };
    if !order.as_str().starts_with(TEST) {
        return Some(Message::Event(Event::Vend { order, news }));
    }
    let is_end = !matches!(news, VendNews::Sent | VendNews::Busy);
    if let Some(fired) = tasks.fired.take_if(|fired| is_end && fired.order == order) {
        drop(fired.person.send(news));
    }
    None
}
