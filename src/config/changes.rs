//! What a new configuration changes for a daemon that runs on another, and when.
//!
//! A price belongs to a currency, and a currency to a reader and its account: where one of these
//! changes, all waits for the next start, so that no kiosk sells with one half of each. What else
//! cannot change while the daemon lives waits alone, and what then runs is checked as a whole, as if
//! somebody had written it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::effective::{ConfigDocument, Setting};
use super::origins::KeyPath;
use super::{Loaded, of_settings};

/// Which kiosk it is: with one of these, all waits.
const WITH_ALL: [[&str; 2]; 4] =
    [["kiosk", "id"], ["kiosk", "currency"], ["stripe", "reader"], ["stripe", "api_base"]];

/// What is held open, or was handed over, at the start.
const ALONE: [[&str; 2]; 3] =
    [["kiosk", "state_dir"], ["kiosk", "runtime_dir"], ["stripe", "api_key_file"]];

/// Devices that are not let go while the daemon lives: a vending machine is in the middle of its
/// own sale, and nobody can take back who waits for a line from the terminal.
const HELD: [(&str, &[&str]); 2] = [("input", &["mdb", "stdin"]), ("dispenser", &["mdb"])];

/// A key that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The key.
    pub key: KeyPath,
    /// What the daemon runs on. None: it is not there.
    pub running: Option<Value>,
    /// What the files say. None: it is not there.
    pub files: Option<Value>,
    /// Whether it takes a start, and no reload is enough.
    pub at_next_start: bool,
}

/// What differs between two configurations, in the order of the keys.
pub fn changes(running: &ConfigDocument, files: &ConfigDocument) -> Vec<Change> {
    let (running, files) = (running.by_key(), files.by_key());
    let keys: BTreeSet<&KeyPath> = running.keys().chain(files.keys()).collect();
    let differing: Vec<&KeyPath> =
        keys.into_iter().filter(|key| running.get(key) != files.get(key)).collect();
    let all_wait = differing.iter().any(|key| is_one_of(&WITH_ALL, key));
    let held = |key: &KeyPath| is_held(key, &running) || is_held(key, &files);
    let change = |key: &KeyPath| Change {
        key: key.clone(),
        running: running.get(key).cloned(),
        files: files.get(key).cloned(),
        at_next_start: all_wait || is_one_of(&ALONE, key) || held(key),
    };
    differing.into_iter().map(change).collect()
}

fn is_one_of(keys: &[[&str; 2]], key: &KeyPath) -> bool {
    keys.iter().any(|wanted| key.parts() == wanted)
}

/// Whether a key belongs to a device of a kind that is held.
fn is_held(key: &KeyPath, all: &BTreeMap<KeyPath, Value>) -> bool {
    let [section, name, ..] = key.parts() else { return false };
    let kind = all.get(&KeyPath::new([section.as_str(), name, "kind"]));
    let kind = kind.and_then(Value::as_str);
    let is_one = |(held, kinds): &(&str, &[&str])| {
        held == section && kind.is_some_and(|kind| kinds.contains(&kind))
    };
    HELD.iter().any(is_one)
}

/// What a reload makes of a new configuration.
#[derive(Clone, PartialEq, Debug)]
pub struct Reloaded {
    /// What runs from now on: checked as a whole.
    pub loaded: Loaded,
    /// What of the new one is not in it.
    pub at_next_start: Vec<KeyPath>,
}

impl Loaded {
    /// What runs after a reload of `new`: all of it, or what can change while the daemon lives. If
    /// that would be no right configuration, what runs now stays.
    pub fn reload(&self, new: Loaded) -> Reloaded {
        let changes = changes(&self.document(), &new.document());
        let waiting: Vec<KeyPath> =
            changes.iter().filter(|it| it.at_next_start).map(|it| it.key.clone()).collect();
        if waiting.is_empty() {
            return Reloaded { loaded: new, at_next_start: waiting };
        }
        let stays = |changes: &[Change]| Reloaded {
            loaded: self.clone(),
            at_next_start: changes.iter().map(|change| change.key.clone()).collect(),
        };
        if waiting.len() == changes.len() {
            return stays(&changes);
        }
        match of_settings(&new.source, &mixed(&self.effective, &new.effective, &waiting)) {
            Ok(loaded) => Reloaded {
                loaded: Loaded {
                    files: new.files,
                    origins: new.origins,
                    authorities: new.authorities,
                    ..loaded
                },
                at_next_start: waiting,
            },
            Err(_) => stays(&changes),
        }
    }
}

/// The new settings, but for these keys, which stay.
fn mixed(old: &[Setting], new: &[Setting], waiting: &[KeyPath]) -> Vec<Setting> {
    let waits = |setting: &&Setting| waiting.contains(&setting.key);
    let mut mixed: Vec<Setting> = new.iter().filter(|it| !waits(it)).cloned().collect();
    for kept in old.iter().filter(waits) {
        let is_beside = |other: &Setting| other.key.parent() == kept.key.parent();
        let at = mixed.iter().rposition(is_beside).map_or(mixed.len(), |at| at + 1);
        mixed.insert(at, kept.clone());
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    const SMALL: &str = r#"
        [kiosk]
        id = "lobby-3"
        currency = "eur"
        [stripe]
        reader = "tmr_1"
        [product.A1]
        name = "Cola"
        price = "2.50"
        [dispenser.main]
        kind = "serial"
        device = "/dev/ttyUSB1"
    "#;

    fn loaded(text: &str) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kioskd.toml");
        std::fs::write(&file, text).unwrap();
        load(&file, &[]).unwrap()
    }

    /// What a reload from the small configuration to this one makes: the price that runs, and what
    /// waits.
    fn reloaded(new: &str) -> (String, Vec<String>) {
        let Reloaded { loaded, at_next_start } = loaded(SMALL).reload(loaded(new));
        let product = loaded.settings.products.values().next().unwrap();
        let names = at_next_start.iter().map(ToString::to_string);
        (product.price.decimal_text(), names.collect())
    }

    #[test]
    fn what_can_change_does_and_what_cannot_waits_by_name() {
        let dearer = SMALL.replace("2.50", "2.75");
        assert_eq!(reloaded(&dearer), ("2.75".to_owned(), vec![]));
        let moved = dearer.replace("[stripe]", "state_dir = \"/srv/other\"\n[stripe]");
        assert_eq!(reloaded(&moved), ("2.75".to_owned(), vec!["kiosk.state_dir".to_owned()]));
        let moved = dearer.replace("[stripe]", "[input.lines]\nkind = \"stdin\"\n[stripe]");
        assert_eq!(reloaded(&moved), ("2.75".to_owned(), vec!["input.lines.kind".to_owned()]));
    }

    #[test]
    fn prices_wait_for_their_currency_and_their_reader() {
        let yen = SMALL.replace("\"eur\"", "\"jpy\"").replace("2.50", "250");
        let waits = |key: &str| vec![key.to_owned(), "product.A1.price".to_owned()];
        assert_eq!(reloaded(&yen), ("2.50".to_owned(), waits("kiosk.currency")));
        let elsewhere = SMALL.replace("tmr_1", "tmr_2").replace("2.50", "2.75");
        let (price, waiting) = reloaded(&elsewhere);
        assert_eq!((price.as_str(), waiting.len()), ("2.50", 2));
    }

    #[test]
    fn what_would_not_be_right_without_what_waits_waits_with_it() {
        // The machine, and the product in it, cannot come without each other.
        let machine = SMALL.replace("2.50", "2.75")
            + "[input.bus]\nkind = \"mdb\"\ndevice = \"/dev/ttyUSB2\"\n\
               [dispenser.vmc]\nkind = \"mdb\"\ninput = \"bus\"\n\
               [product.B1]\nname = \"Tea\"\nprice = \"1.00\"\nslot = \"7\"\ndispenser = \"vmc\"\n";
        let machine = machine.replace("price = \"2.75\"", "price = \"2.75\"\ndispenser = \"main\"");
        let (price, waiting) = reloaded(&machine);
        assert_eq!(price, "2.50");
        assert!(waiting.contains(&"product.A1.price".to_owned()), "{waiting:?}");
    }

    #[test]
    fn what_runs_shows_the_origins_of_its_values() {
        let new = SMALL.replace("2.50", "2.75").replace("[stripe]", "state_dir = \"/x\"\n[stripe]");
        let document = loaded(SMALL).reload(loaded(&new)).loaded.document();
        assert!(document.origins["product.A1.price"].contains("kioskd.toml:10"), "{document:?}");
        assert_eq!(document.settings["kiosk"]["state_dir"], "/var/lib/kioskd");
        assert!(!document.origins.contains_key("kiosk.state_dir"), "{document:?}");
    }
}
