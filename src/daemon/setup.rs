//! What the kiosk is set up with: its settings, and what the machine says of itself.

use crate::config::{DisplayKind, InputSettings, ReaderStyle, Settings};
use crate::daemon::devices;
use crate::daemon::policy::policy;
use crate::ids::BootId;
use crate::kiosk::menu::{MenuRules, MenuStyle};
use crate::kiosk::restart_window::RestartWindow;
use crate::kiosk::screen::ScreenRules;
use crate::kiosk::{Product, Setup};
use crate::sale::fact::Origin;

/// What the kiosk sells, from the settings and what the machine says of itself.
pub(super) fn setup(settings: &Settings, livemode: bool, origin: Origin, boot: BootId) -> Setup {
    let catalog = settings.products.iter().map(|(code, product)| {
        let product = Product {
            name: product.name.clone(),
            price: product.price,
            slot: product.slot.clone(),
            dispenser: product.dispenser.clone(),
            stock: product.stock,
            disabled: product.disabled,
        };
        (code.clone(), product)
    });
    Setup {
        catalog: catalog.collect(),
        dispensers: devices::dispensers(settings),
        origin,
        reader: settings.stripe.reader.clone(),
        livemode,
        policy: policy(settings),
        reader_display: settings.payment.reader_display,
        menu: menu(settings),
        screen: screen(settings),
        cart_limit: settings.kiosk.cart.then_some(settings.kiosk.cart_limit),
        boot,
        restart_window: settings.reader.restart_window.map(|(from, to)| RestartWindow {
            from,
            to,
            zone: jiff::tz::TimeZone::system(),
        }),
        exposure_limit: settings.payment.exposure_limit,
        power_cycle_every: settings
            .reader
            .power_cycle
            .is_some()
            .then_some(settings.reader.power_cycle_every),
    }
}

/// How the displays behave.
fn screen(settings: &Settings) -> ScreenRules {
    let kiosk = &settings.kiosk;
    let holds_codes = settings.displays.values().any(|display| match &display.kind {
        DisplayKind::Framebuffer(_) => true,
        // The address of a receipt makes a code that few dots cannot hold.
        DisplayKind::Png(png) => png.size.1 >= 240,
        DisplayKind::Ssd1306(_)
        | DisplayKind::Terminal
        | DisplayKind::Hd44780(_)
        | DisplayKind::Signal(_) => false,
    });
    ScreenRules {
        languages: kiosk.languages.len(),
        message_time: kiosk.message_time,
        receipt_time: holds_codes.then_some(kiosk.receipt_time),
        attract_after: Some(kiosk.attract_after).filter(|after| !after.is_zero()),
    }
}

/// What stands on the reader, where customers choose on it.
fn menu(settings: &Settings) -> Option<MenuRules> {
    settings.inputs.values().find_map(|input| {
        let InputSettings::Reader(screen) = input else { return None };
        let style = match screen.style {
            ReaderStyle::Buttons => MenuStyle::Buttons,
            ReaderStyle::Numbers => MenuStyle::Numbers,
        };
        Some(MenuRules { title: screen.title.clone(), style, poll: screen.poll })
    })
}
