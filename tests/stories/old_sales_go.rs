//! What is older than `journal.keep` is deleted while the kiosk sells, a few sales at a time.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use kioskd::time::WallTime;

use crate::past;
use crate::rig::{Rig, VISA, wait_for};

const A_DAY: i64 = 86_400_000;

/// So many were sold more than a year ago.
const OLD: u32 = 20;

fn days_ago(days: i64) -> WallTime {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    WallTime(i64::try_from(now.as_millis()).unwrap() - days * A_DAY)
}

/// What `kioskd sales ID` says, and whether the sale is there.
fn told(rig: &Rig, number: u32, newest: WallTime) -> (String, bool) {
    let opened = WallTime(newest.0 - i64::from(OLD - 1 - number) * A_DAY);
    let sale = past::id(number, opened).unwrap();
    let output = rig.kioskd(&["sales", sale.as_str()]);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.success())
}

fn sell(rig: &Rig) {
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig.outcomes();
}

#[test]
fn a_kiosk_of_years_lets_its_oldest_sales_go_while_it_sells() {
    let mut rig = Rig::without_daemon();
    let state = rig.path().join("state");
    let (old, young) = (days_ago(401), days_ago(2));
    past::fill(&state, OLD, old, A_DAY).unwrap();
    past::fill(&state, 3, young, A_DAY).unwrap();
    rig.start();
    assert_eq!(rig.sales().len(), 23, "nothing goes by itself");
    sell(&rig);
    // A second after the sale, with what closes it.
    wait_for("the oldest to go", || (rig.sales().len() == 16).then_some(()));
    let (text, _) = told(&rig, 7, old);
    assert!(text.contains("are not kept (journal.keep), 8 so far"), "{text}");
    assert!(told(&rig, 8, old).1, "{}", told(&rig, 8, old).0);
    assert!(rig.log().contains("closed sales from before"), "{}", rig.log());

    // Another configuration is in use at once.
    let folder = rig.path().join("conf.d");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("pushed.toml"), "[journal]\nkeep = \"forever\"\n").unwrap();
    assert!(rig.kioskd(&["reload"]).status.success());
    sell(&rig);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(rig.sales().len(), 17);
    fs::write(folder.join("pushed.toml"), "[journal]\nkeep = \"400d\"\n").unwrap();
    assert!(rig.kioskd(&["reload"]).status.success());
    sell(&rig);
    // One was just read, and stays for now.
    wait_for("more of them to go", || (rig.sales().len() == 10).then_some(()));
    let there = [8, 9, 16, 17].map(|number| told(&rig, number, old).1);
    assert_eq!(there, [true, false, false, true]);
}
