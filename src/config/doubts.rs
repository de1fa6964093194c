//! What is allowed and still likely not meant. No doubt keeps a kiosk from starting.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::check;
use super::layers::Merged;
use super::origins::{KeyPath, Origin};
use super::problem::Problem;
use super::settings::{DispenserKind, InputSettings, Settings, UnknownVend};
use crate::money::Money;
use crate::sale::goods::Promise;

/// Stripe's own API.
const STRIPE: &str = "https://api.stripe.com";
/// A price that is so many times those around it has its point in the wrong place.
const FAR_OFF: u64 = 100;
/// Readers give up by themselves after a few minutes, whatever they were told.
const LONGEST_PROMPT: Duration = Duration::from_mins(2);

/// All doubts, those about files first.
pub(super) fn doubts(merged: &Merged, settings: &Settings) -> Vec<Problem> {
    let mut doubts = Doubts { merged, settings, found: open_files(&merged.files) };
    doubts.places();
    doubts.payment();
    doubts.products();
    doubts.prices();
    doubts.lines();
    doubts.dispensers();
    doubts.found
}

fn open_files(files: &[PathBuf]) -> Vec<Problem> {
    const OTHERS_WRITE: u32 = 0o002;
    let is_open = |path: &&PathBuf| {
        let found = std::fs::metadata(path);
        found.is_ok_and(|found| found.permissions().mode() & OTHERS_WRITE != 0)
    };
    let doubt = |path: &PathBuf| {
        let origin = Origin::File { path: path.clone(), line: None };
        let fix = format!("run: chmod o-w {}", path.display());
        Problem::whole(origin, "every user of this machine can change it", fix)
    };
    files.iter().filter(is_open).map(doubt).collect()
}

struct Doubts<'a> {
    merged: &'a Merged,
    settings: &'a Settings,
    found: Vec<Problem>,
}

impl Doubts<'_> {
    fn add(&mut self, key: &KeyPath, wrong: impl Into<String>, fix: impl Into<String>) {
        let main = self.merged.files.first().cloned().unwrap_or_default();
        let whole = Origin::File { path: main, line: None };
        let origin = self.merged.origins.nearest(key).cloned().unwrap_or(whole);
        self.found.push(Problem::of_key(origin, key.clone(), wrong, fix));
    }

    fn places(&mut self) {
        if self.settings.inputs.is_empty() {
            let fix = "add an [input.NAME], if customers choose at the kiosk";
            let key = KeyPath::new(["input"]);
            self.add(&key, "there is none: only the control socket can open a sale", fix);
        }
        let base = &self.settings.stripe.api_base;
        if base != STRIPE {
            let wrong = format!("{base} is not Stripe's own: the API key goes there");
            let fix = "remove the key, unless a simulator or a proxy of yours is meant";
            self.add(&KeyPath::new(["stripe", "api_base"]), wrong, fix);
        }
        let kiosk = &self.settings.kiosk;
        let passing = [kiosk.runtime_dir.as_path(), Path::new("/run"), Path::new("/dev/shm")];
        if let Some(folder) = passing.iter().find(|folder| kiosk.state_dir.starts_with(folder)) {
            let (state, folder) = (kiosk.state_dir.display(), folder.display());
            let wrong =
                format!("{state}: what is in {folder} is lost with a restart, and sales with it");
            let fix = "name a folder on a disk";
            self.add(&KeyPath::new(["kiosk", "state_dir"]), wrong, fix);
        }
    }

    fn payment(&mut self) {
        if self.settings.payment.customer_timeout > LONGEST_PROMPT {
            let key = KeyPath::new(["payment", "customer_timeout"]);
            let wrong = "is longer than readers are known to wait: Stripe's give up by themselves \
                         after a few minutes, and the next customer waits meanwhile";
            self.add(&key, wrong, "write \"2m\" or less");
        }
    }

    fn products(&mut self) {
        let products = &self.settings.products;
        if products.values().all(|product| product.disabled) {
            let fix = "remove disabled from what shall be sold";
            self.add(&KeyPath::new(["product"]), "all are disabled: nothing is sold", fix);
        }
        for (code, product) in products {
            let dispenser = self.settings.dispensers.get(&product.dispenser);
            let Some(DispenserKind::Mdb(machine)) = dispenser.map(|dispenser| &dispenser.kind)
            else {
                continue;
            };
            let InputSettings::Mdb(bus) = &self.settings.inputs[&machine.input] else { continue };
            let is_number = product.slot.as_str().bytes().all(|byte| byte.is_ascii_digit());
            if !is_number && bus.otherwise.as_ref() != Some(code) {
                let wrong = format!(
                    "{} is no number: a vending machine asks by numbers, and never for this one",
                    product.slot
                );
                let fix = "write the machine's own number of it";
                self.add(&KeyPath::new(["product", code.as_str(), "slot"]), wrong, fix);
            }
        }
    }

    /// Of two prices nobody knows which one is wrong: the higher one is named.
    fn prices(&mut self) {
        let sold = self.settings.products.iter().filter(|(_, product)| !product.disabled);
        let prices: Vec<(&str, Money)> =
            sold.map(|(code, product)| (code.as_str(), product.price)).collect();
        for (index, (code, price)) in prices.iter().enumerate() {
            let others = prices.iter().enumerate().filter(|(other, _)| *other != index);
            let mut others: Vec<Money> = others.map(|(_, (_, price))| *price).collect();
            others.sort_by_key(|price| price.amount);
            // Of an even number the one in the middle that is nearer to the price.
            let middle = [others.len() / 2, others.len().saturating_sub(1) / 2];
            let [Some(upper), Some(lower)] = middle.map(|at| others.get(at)) else { continue };
            let is_high = price.amount >= upper.amount.saturating_mul(FAR_OFF);
            let is_low = price.amount.saturating_mul(FAR_OFF) <= lower.amount && others.len() > 1;
            if is_high || is_low {
                let (far, usual) = if is_high {
                    ("100 times or more", upper)
                } else {
                    ("a hundredth or less of", lower)
                };
                let wrong = format!("{price} is {far} what others cost, which is about {usual}");
                let fix = "look where its decimal point is; if it is meant, nothing is to be done";
                self.add(&KeyPath::new(["product", code, "price"]), wrong, fix);
            }
        }
    }

    fn lines(&mut self) {
        for (table, wrong, fix) in check::perhaps_used_twice(self.settings) {
            self.add(&table, wrong, fix);
        }
    }

    fn dispensers(&mut self) {
        let settings = self.settings;
        for name in settings.dispensers.keys() {
            if !settings.products.values().any(|product| product.dispenser == *name) {
                let key = KeyPath::new(["dispenser", name.as_str()]);
                let fix = "name it in a product, or remove it";
                self.add(&key, "no product is delivered by it", fix);
            }
        }
        for (name, dispenser) in &settings.dispensers {
            // Whoever has written it for this one has thought of it.
            if dispenser.unknown_vend.is_some() {
                continue;
            }
            if let Some(what) = cannot_be_known(dispenser.kind.promise()) {
                let policy = settings.payment.unknown_vend.word();
                let so = match settings.payment.unknown_vend {
                    UnknownVend::Capture => ", so that customers pay for what may not have come",
                    UnknownVend::Release | UnknownVend::Hold => "",
                };
                let wrong = format!(
                    "{what}; what becomes of the money then says payment.unknown_vend = \
                     \"{policy}\"{so}"
                );
                let key = KeyPath::new(["dispenser", name.as_str()]);
                let fix = format!(
                    "write unknown_vend into [dispenser.{name}] to say what is meant for it"
                );
                self.add(&key, wrong, fix);
            }
        }
    }
}

/// What a dispenser does not promise to tell.
fn cannot_be_known(promise: Promise) -> Option<&'static str> {
    match (promise.knows_delivery, promise.can_be_asked) {
        (true, true) => None,
        (true, false) => {
            Some("after a restart it cannot be asked whether goods came out for a vend before")
        }
        (false, true) => {
            Some("it cannot tell whether goods came out, only that it has done its part")
        }
        (false, false) => Some(
            "it cannot tell whether goods came out, only that it has done its part, and cannot be \
             asked for that after a restart",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    /// What else is doubtful is in `tests/config/doubtful`.
    #[test]
    fn a_file_that_everybody_can_change_is_doubtful() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kioskd.toml");
        std::fs::copy("tests/config/good/smallest.toml", &file).unwrap();
        for (mode, is_doubtful) in [(0o666, true), (0o664, false)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let told = load(&file, &[]).unwrap().warnings;
            let of_mode = told.iter().find(|doubt| doubt.fix.starts_with("run: chmod o-w"));
            assert_eq!(of_mode.is_some(), is_doubtful, "{told:?}");
        }
    }
}
