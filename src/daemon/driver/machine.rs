//! A vending machine asks, and waits: it is told as soon as nothing will come of it.

use super::{Driver, Effect, Now};
use crate::ids::SaleId;
use crate::kiosk::Asked;
use crate::sale::{Phase, Sale};

impl Driver {
    pub(super) fn asked(&mut self, asked: &Asked, sale: SaleId, now: Now) {
        let opened = self.kiosk.asked(asked, sale.clone(), now.since());
        self.tell_of_the_price(asked);
        self.awaited.insert(sale, asked.dispenser.clone());
        self.open(opened, now);
    }

    /// Once for each price of the machine's.
    fn tell_of_the_price(&mut self, asked: &Asked) {
        let Ok(code) = self.kiosk.code_of(asked).cloned() else { return };
        let is_other = asked.otherwise.as_ref() != Some(&code);
        let product = self.kiosk.setup().catalog.get(&code);
        let Some(configured) = product.map(|product| product.price).filter(|_| is_other) else {
            return;
        };
        let differs = configured != asked.price;
        if differs && self.told_prices.insert(code.clone(), asked.price) != Some(asked.price) {
            let asked = asked.price;
            self.effects.push(Effect::PriceDiffers { code, asked, configured });
        } else if !differs {
            self.told_prices.remove(&code);
        }
    }

    /// Lets the machines go that wait for a sale of which nothing will come. What has been vended,
    /// or may have been, they have heard of.
    pub(super) fn call_off(&mut self) {
        let kiosk = &self.kiosk;
        let lost =
            self.awaited.extract_if(.., |sale, _| !kiosk.sale(sale).is_some_and(may_still_vend));
        let lost = lost.map(|(sale, dispenser)| Effect::CallOff { dispenser, sale });
        self.effects.extend(lost);
    }
}

fn may_still_vend(sale: &Sale) -> bool {
    match sale.phase {
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. } => true,
        // What is authorized while it is taken back comes too late for who was told so.
        Phase::Retracting { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => false,
    }
}
