//! From [`Raw`] to [`Settings`]: every value is looked at, and all that is wrong is reported.

mod bus;
mod cards;
mod devices;
mod dispensers;
mod displays;
mod gpio;
mod keypads;
mod kinds;
mod languages;
mod lines;
mod printers;
mod relays;
mod screen;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use super::instance::Folders;
use super::layers::Merged;
use super::origins::{KeyPath, Origin};
use super::problem::{ConfigError, Problem, quoted};
use super::raw::{RawJournal, RawKiosk, RawPayment, RawProduct, RawReader, RawStripe};
use super::settings::{
    CaptureMode, Flow, JournalSettings, KioskSettings, PaymentSettings, ProductSettings,
    ReaderSettings, Settings, StripeSettings, UnknownVend,
};
use crate::ids::{DispenserName, KioskId, ProductCode, ReaderId, Slot};
use crate::money::{Currency, Money};

pub(super) use kinds::keys_of_kind;
pub(super) use lines::perhaps_used_twice;

/// The longest name of a product, in characters: a line of the widest small display.
const LONGEST_NAME: usize = 64;

/// What may become of the money of a vend that nobody knows of.
const UNKNOWN_VEND: [(&str, UnknownVend); 3] = [
    ("release", UnknownVend::Release),
    ("capture", UnknownVend::Capture),
    ("hold", UnknownVend::Hold),
];

/// Stands in the shipped example, so that a kiosk which nobody has configured is seen to be one.
const READER_OF_THE_EXAMPLE: &str = "tmr_your_reader_id";

/// Checks the merged layers. `path` is where the configuration was asked for.
pub(super) fn settings(path: &Path, merged: &Merged) -> Result<Settings, ConfigError> {
    let mut check = Check { path, merged, problems: merged.problems.clone() };
    let raw = &merged.raw;
    let kiosk = check.kiosk(&raw.kiosk);
    let stripe = check.stripe(&raw.stripe);
    let reader = check.reader(&raw.reader);
    let currency = raw.kiosk.currency.parse().ok();
    let payment = check.payment(&raw.payment, currency);
    let journal = check.journal(&raw.journal);
    let products = check.products(&raw.product, currency);
    let inputs = check.inputs(&raw.input);
    let dispensers = check.dispensers(&raw.dispenser);
    let displays = check.displays(&raw.display);
    let texts = check.texts(&raw.language);
    check.a_line_for_each_slot(&products, &dispensers);
    check.one_user_for_each_port();
    check.one_user_for_each_line(&inputs, &dispensers, &displays);
    check.one_user_for_each_address();
    check.one_dispenser_for_each_bus(&inputs, &dispensers);
    check.a_product_otherwise(&inputs, &dispensers, &products);
    check.no_cart_at_a_bus(&inputs);
    check.numbers_on_the_reader(&inputs, &products);
    match (kiosk, stripe, reader, payment, journal) {
        (Some(kiosk), Some(stripe), Some(reader), Some(payment), Some(journal))
            if check.problems.is_empty() =>
        {
            Ok(Settings {
                kiosk,
                stripe,
                reader,
                payment,
                journal,
                products,
                inputs,
                dispensers,
                displays,
                texts,
            })
        }
        _ => Err(ConfigError { problems: check.problems }),
    }
}

/// One pass over the values; what it cannot take, it notes and leaves out.
struct Check<'a> {
    path: &'a Path,
    merged: &'a Merged,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn kiosk(&mut self, raw: &RawKiosk) -> Option<KioskSettings> {
        let table = KeyPath::new(["kiosk"]);
        let id = self.required(&table.join("id"), raw.id.as_ref(), "id = \"lobby-3\"");
        let id = id.and_then(|text| self.parsed(&table.join("id"), text, KioskId::new));
        let currency = self.parsed(&table.join("currency"), &raw.currency, str::parse::<Currency>);
        let locale = self.locale(&table.join("locale"), &raw.locale);
        let languages = self.languages(&table.join("languages"), locale, &raw.languages);
        let key = table.join("phone");
        let phone = raw.phone.as_ref().map_or(Some(None), |text| self.phone(&key, text).map(Some));
        let message_time = &raw.message_time;
        let message_time =
            self.duration(&table.join("message_time"), message_time, values::MESSAGE_TIME);
        let receipt_time = &raw.receipt_time;
        let receipt_time =
            self.duration(&table.join("receipt_time"), receipt_time, values::MESSAGE_TIME);
        let attract_after = &raw.attract_after;
        let attract_after =
            self.duration(&table.join("attract_after"), attract_after, values::ATTRACT_AFTER);
        let folders = Folders::of(self.path);
        let state_dir = raw.state_dir.as_ref().unwrap_or(&folders.state);
        let state_dir = self.absolute(&table.join("state_dir"), state_dir);
        let runtime_dir = raw.runtime_dir.as_ref().unwrap_or(&folders.runtime);
        let runtime_dir = self.absolute(&table.join("runtime_dir"), runtime_dir);
        let cart_limit =
            self.count(&table.join("cart_limit"), raw.cart_limit, values::MOST_IN_CART);
        Some(KioskSettings {
            id: id?,
            currency: currency?,
            languages: languages?,
            phone: phone?,
            message_time: message_time?,
            receipt_time: receipt_time?,
            attract_after: attract_after?,
            state_dir: state_dir?,
            runtime_dir: runtime_dir?,
            cart: raw.cart,
            cart_limit: cart_limit?,
        })
    }

    fn stripe(&mut self, raw: &RawStripe) -> Option<StripeSettings> {
        let table = KeyPath::new(["stripe"]);
        let api_base = self.api_base(&table.join("api_base"), &raw.api_base);
        let key = table.join("reader");
        let reader = self.required(&key, raw.reader.as_ref(), "reader = \"tmr_…\"");
        let reader = reader.and_then(|text| self.parsed(&key, text, a_real_reader));
        let api_key_file = match &raw.api_key_file {
            Some(text) => Some(self.absolute(&table.join("api_key_file"), text)?),
            None => None,
        };
        let ca_file = match &raw.ca_file {
            Some(text) => Some(self.absolute(&table.join("ca_file"), text)?),
            None => None,
        };
        Some(StripeSettings { api_base: api_base?, reader: reader?, api_key_file, ca_file })
    }

    fn reader(&mut self, raw: &RawReader) -> Option<ReaderSettings> {
        let table = KeyPath::new(["reader"]);
        let restart_window = raw
            .restart_window
            .as_ref()
            .map_or(Some(None), |text| self.hours(&table.join("restart_window"), text).map(Some));
        let power_cycle = raw
            .power_cycle
            .as_ref()
            .map_or(Some(None), |text| self.absolute(&table.join("power_cycle"), text).map(Some));
        let power_cycle_every = self.duration(
            &table.join("power_cycle_every"),
            &raw.power_cycle_every,
            values::POWER_CYCLE_EVERY,
        );
        Some(ReaderSettings {
            restart_window: restart_window?,
            power_cycle: power_cycle?,
            power_cycle_every: power_cycle_every?,
        })
    }

    fn payment(&mut self, raw: &RawPayment, currency: Option<Currency>) -> Option<PaymentSettings> {
        let table = KeyPath::new(["payment"]);
        let flows = [("process", Flow::Process), ("collect_confirm", Flow::CollectConfirm)];
        let flow = self.choice(&table.join("flow"), &raw.flow, &flows);
        let modes = [("after_vend", CaptureMode::AfterVend), ("automatic", CaptureMode::Automatic)];
        let capture = self.choice(&table.join("capture"), &raw.capture, &modes);
        let key = table.join("unknown_vend");
        let unknown_vend = self.choice(&key, &raw.unknown_vend, &UNKNOWN_VEND);
        let customer_timeout = self.duration(
            &table.join("customer_timeout"),
            &raw.customer_timeout,
            values::CUSTOMER_TIMEOUT,
        );
        let resume_window =
            self.duration(&table.join("resume_window"), &raw.resume_window, values::RESUME_WINDOW);
        let vend_grace =
            self.duration(&table.join("vend_grace"), &raw.vend_grace, values::VEND_GRACE);
        let max_attempts = self.attempts(&table.join("max_attempts"), raw.max_attempts);
        let exposure_limit = self.count(&table.join("exposure_limit"), raw.exposure_limit, 1000);
        let interac = self.interac(&table.join("interac"), raw.interac, currency);
        let cards = self.cards(&table, raw);
        Some(PaymentSettings {
            flow: flow?,
            capture: capture?,
            interac: interac?,
            customer_timeout: customer_timeout?,
            customer_cancellation: raw.customer_cancellation,
            max_attempts: max_attempts?,
            resume_window: resume_window?,
            unknown_vend: unknown_vend?,
            vend_grace: vend_grace?,
            exposure_limit: exposure_limit?,
            reader_display: raw.reader_display,
            cards: cards?,
        })
    }

    fn journal(&mut self, raw: &RawJournal) -> Option<JournalSettings> {
        self.keep(&KeyPath::new(["journal", "keep"]), &raw.keep)
    }

    fn products(
        &mut self,
        raw: &BTreeMap<String, RawProduct>,
        currency: Option<Currency>,
    ) -> BTreeMap<ProductCode, ProductSettings> {
        let section = KeyPath::new(["product"]);
        if raw.is_empty() {
            self.nothing(&section, "no product: there is nothing to sell", "[product.A1]");
        }
        let mut products = BTreeMap::new();
        for (name, raw) in raw {
            let table = section.join(name);
            let code = self.parsed(&table, name, ProductCode::new);
            let product = self.product(&table, name, raw, currency);
            if let (Some(code), Some(product)) = (code, product) {
                products.insert(code, product);
            }
        }
        products
    }

    fn product(
        &mut self,
        table: &KeyPath,
        code: &str,
        raw: &RawProduct,
        currency: Option<Currency>,
    ) -> Option<ProductSettings> {
        let name = self.required(&table.join("name"), raw.name.as_ref(), "name = \"Cola\"");
        let name = name.and_then(|text| self.product_name(&table.join("name"), text));
        let price = self.required(&table.join("price"), raw.price.as_ref(), "price = \"2.50\"");
        let price = currency.zip(price).and_then(|(currency, text)| {
            self.parsed(&table.join("price"), text, |text| Money::price(text, currency))
        });
        let slot = match &raw.slot {
            Some(text) => self.parsed(&table.join("slot"), text, Slot::new),
            // A code that is no slot is reported as a code.
            None => Slot::new(code).ok(),
        };
        let dispenser = self.dispenser_of(&table.join("dispenser"), raw.dispenser.as_deref());
        let stock = match raw.stock {
            Some(count) => Some(self.stock(&table.join("stock"), count)?),
            None => None,
        };
        Some(ProductSettings {
            name: name?,
            price: price?,
            slot: slot?,
            dispenser: dispenser?,
            stock,
            disabled: raw.disabled,
        })
    }

    fn product_name(&mut self, key: &KeyPath, text: &str) -> Option<String> {
        let length = text.chars().count();
        let wrong = if text.chars().any(char::is_control) {
            format!("{} has a control character in it", quoted(text))
        } else if text.trim().is_empty() {
            "is empty".to_owned()
        } else if length > LONGEST_NAME {
            format!("is {length} characters long")
        } else {
            return Some(text.to_owned());
        };
        let allowed = format!("1 to {LONGEST_NAME} characters on one line");
        self.wrong(key, wrong, allowed, "write what customers shall read");
        None
    }

    /// The dispenser that a product names, else the only one.
    fn dispenser_of(&mut self, key: &KeyPath, name: Option<&str>) -> Option<DispenserName> {
        let merged = self.merged;
        let known: Vec<&str> = merged.raw.dispenser.keys().map(String::as_str).collect();
        let Some(name) = name else {
            return match known.as_slice() {
                [only] => DispenserName::new(*only).ok(),
                // That there is none is reported once, for all products.
                [] => None,
                [first, ..] => {
                    let wrong = "is missing, and there is more than one dispenser";
                    let fix = format!("add, for example: dispenser = \"{first}\"");
                    self.wrong_unless_refused(key, wrong, known.join(", "), fix);
                    None
                }
            };
        };
        if known.contains(&name) {
            return DispenserName::new(name).ok();
        }
        let wrong = format!("{} is not a known dispenser", quoted(name));
        let fix = "name one of these, or add its table [dispenser.NAME]";
        let allowed =
            if known.is_empty() { "none is configured".to_owned() } else { known.join(", ") };
        self.wrong(key, wrong, allowed, fix);
        None
    }

    /// Notes a problem of a value that a layer, or the default, has set.
    fn wrong(
        &mut self,
        key: &KeyPath,
        wrong: impl Into<String>,
        allowed: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let problem = Problem::of_key(self.origin(key), key.clone(), wrong, fix);
        self.problems.push(problem.allowing(allowed));
    }

    /// The same for a key that is not there, unless it was there and has been refused already.
    fn wrong_unless_refused(
        &mut self,
        key: &KeyPath,
        wrong: impl Into<String>,
        allowed: impl Into<String>,
        fix: impl Into<String>,
    ) {
        if !self.is_refused(key) {
            self.wrong(key, wrong, allowed, fix);
        }
    }

    fn required<'t>(
        &mut self,
        key: &KeyPath,
        value: Option<&'t String>,
        example: &str,
    ) -> Option<&'t str> {
        if value.is_none() && !self.is_refused(key) {
            let header = key.parent().unwrap_or_default();
            let fix = format!("add, for example: {example} below [{header}]");
            self.problems.push(Problem::of_key(self.origin(key), key.clone(), "is missing", fix));
        }
        value.map(String::as_str)
    }

    /// A section of which at least one table must be there has none.
    fn nothing(&mut self, section: &KeyPath, wrong: &str, example: &str) {
        let is_refused = self.merged.refused.iter().any(|key| key.is_within(section));
        if !is_refused {
            let fix = format!("add, for example: {example} and its keys");
            let origin = self.origin(section);
            self.problems.push(Problem::of_key(origin, section.clone(), wrong, fix));
        }
    }

    /// Something inside this table was refused, so that it only looks empty.
    fn is_refused_within(&self, table: &KeyPath) -> bool {
        self.merged.refused.iter().any(|key| key.is_within(table))
    }

    fn is_refused(&self, key: &KeyPath) -> bool {
        self.merged.refused.iter().any(|refused| key.is_within(refused))
    }

    fn origin(&self, key: &KeyPath) -> Origin {
        let main = self.merged.files.first().map_or(self.path, |file| file.as_path());
        let whole = || Origin::File { path: main.to_owned(), line: None };
        self.merged.origins.nearest(key).cloned().unwrap_or_else(whole)
    }
}

fn a_real_reader(text: &str) -> Result<ReaderId, String> {
    if text == READER_OF_THE_EXAMPLE {
        return Err("is still the example's: write the id of this kiosk's reader".to_owned());
    }
    ReaderId::new(text).map_err(|error| error.to_string())
}
