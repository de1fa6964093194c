//! What the demo's kiosk sells, and by which rules.

use std::time::Duration;

use crate::ids::{DispenserName, JournalId, ReaderId};
use crate::kiosk::screen::ScreenRules;
use crate::kiosk::{Dispenser, Product, Setup};
use crate::money::Money;
use crate::sale::cards::CardRules;
use crate::sale::fact::{CaptureMode, Flow, Origin, Policy, UnknownVend};

pub(super) fn dispenser() -> DispenserName {
    "main".parse().expect("a fixed name is one")
}

/// What the demo's kiosk sells.
pub(crate) fn setup(journal: &JournalId) -> Setup {
    let products =
        [("A1", "Cola", 250, "11"), ("A2", "Water", 150, "12"), ("B1", "Crisps", 300, "21")];
    let currency = "usd".parse().expect("usd is a currency");
    let catalog = products.map(|(code, name, price, slot)| {
        let product = Product {
            name: name.to_owned(),
            price: Money::new(price, currency),
            slot: slot.parse().expect("a fixed slot is one"),
            dispenser: dispenser(),
            stock: None,
            disabled: false,
        };
        (code.parse().expect("a fixed code is one"), product)
    });
    Setup {
        catalog: catalog.into(),
        dispensers: [(dispenser(), Dispenser::of_its_word(Duration::from_secs(20)))].into(),
        origin: Origin {
            kiosk: "demo".parse().expect("a fixed name is one"),
            controller: "demo-board".parse().expect("a fixed name is one"),
            journal: journal.clone(),
        },
        reader: ReaderId::new("tmr_simulated").expect("a fixed id is one"),
        livemode: false,
        policy: Policy {
            customer_timeout: Duration::from_mins(1),
            customer_cancellation: true,
            max_attempts: 3,
            resume_window: Duration::from_secs(30),
            unknown_vend: UnknownVend::Release,
            vend_grace: Duration::from_secs(10),
            vend_timeout: Duration::from_secs(20),
            flow: Flow::Process,
            cards: CardRules::default(),
            capture: CaptureMode::AfterVend,
            interac: false,
        },
        boot: "demo-boot".parse().expect("a fixed name is one"),
        reader_display: false,
        menu: None,
        screen: ScreenRules::default(),
        cart_limit: None,
        restart_window: None,
        exposure_limit: 20,
        power_cycle_every: None,
    }
}
