//! The customer's keys: what comes of one, and who is told.

use tokio::sync::oneshot;

use super::{Tasks, perform};
use crate::daemon::driver::{Driver, Effect, Event, Now};
use crate::daemon::{identity, tell};
use crate::ids::SaleId;
use crate::kiosk::cart::CartStatus;

/// What came of a key, or why nothing did.
pub type KeyAnswer = Result<Pressed, String>;

/// What came of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pressed {
    /// A sale was opened.
    Sale(SaleId),
    /// The cart is this now.
    Cart(CartStatus),
}

/// The id of a sale that may be opened; none, and a line of the log, if it cannot be drawn.
pub(in crate::daemon) fn sale_id(now: Now) -> Option<SaleId> {
    match identity::sale_id(now.wall.0) {
        Ok(sale) => Some(sale),
        Err(error) => {
            tell::no_random(&error);
            None
        }
    }
}

/// One turn for a key of the customer's, which may open this sale.
pub(super) fn press(
    driver: &mut Driver,
    event: Event,
    (sale, answer): (SaleId, Option<oneshot::Sender<KeyAnswer>>),
    tasks: &mut Tasks,
    now: Now,
) {
    let effects = driver.turn(event, now);
    let turned = effects.iter().find_map(|effect| {
        if let Effect::Turned(why, _) = effect { Some(why.to_string()) } else { None }
    });
    let pressed = match (turned, driver.kiosk().sale(&sale), driver.kiosk().cart_status()) {
        (Some(why), _, _) => Err(why),
        (None, None, Some(cart)) => Ok(Pressed::Cart(cart)),
        (None, Some(_), _) | (None, None, None) => Ok(Pressed::Sale(sale)),
    };
    if let Some(answer) = answer {
        drop(answer.send(pressed));
    }
    perform(effects, tasks);
}
