//! How the journal was made that the target `journal` damages: sales of the real driver, and a kill
//! in the middle of one. `KIOSKD_BLESS=1 cargo test --test fuzzed` makes it anew.

use std::fs;
use std::path::Path;
use std::time::Duration;

use kioskd::demo::world::World;
use kioskd::journal::DATABASE;
use kioskd::simulator::Card;

const FOLDER: &str = "tests/fuzzed/journal";

fn visa() -> Card {
    Card::from_number("4242424242424242").unwrap()
}

fn buy(world: &mut World, card: Option<Card>) {
    world.select("A1".parse().unwrap());
    let asked = world.run_until(Duration::from_mins(1), World::is_prompting).unwrap();
    assert!(asked, "the reader asks for a card");
    match card {
        Some(card) => world.tap(card, true),
        None => world.cancel(),
    }
}

#[test]
fn the_journal_that_is_damaged_was_left_by_a_kiosk() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path(), 1, false).unwrap();
    world.run_for(Duration::from_secs(10)).unwrap();
    buy(&mut world, Some(visa()));
    assert!(world.run_until(Duration::from_mins(5), World::is_settled).unwrap());
    buy(&mut world, None);
    assert!(world.run_until(Duration::from_mins(5), World::is_settled).unwrap());
    // A second life brings the log into the database: it then holds the last sale alone.
    world.crash();
    world.run_for(Duration::from_secs(10)).unwrap();
    buy(&mut world, Some(visa()));
    world.run_for(Duration::from_millis(2500)).unwrap();
    assert!(!world.is_settled(), "it is in the middle of a sale");
    if std::env::var_os("KIOSKD_BLESS").is_some() {
        for name in [DATABASE, "journal.db-wal"] {
            fs::copy(folder.path().join(name), Path::new(FOLDER).join(name)).unwrap();
        }
    }
}
