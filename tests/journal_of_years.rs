//! A journal with a long past: what is read from it costs the same, and what is old goes.

#[path = "../benches/past/mod.rs"]
mod past;

use std::collections::BTreeSet;
use std::time::Duration;

use kioskd::journal::{Filter, Journal, Upkeep};
use kioskd::time::WallTime;

const NOW: WallTime = WallTime(1_795_000_000_000);
const DAY: i64 = 86_400_000;

#[test]
fn a_past_of_years_is_whole_and_goes_sale_by_sale_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    // Five a day, in transactions of a thousand: marks lie 200 days apart.
    past::fill(folder.path(), 2_500, NOW, DAY / 5).unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.open_sales().unwrap(), []);
    let number = |number: u32| {
        past::id(number, WallTime(NOW.0 - i64::from(2_499 - number) * (DAY / 5))).unwrap()
    };
    for sale in [0, 1_234, 2_499].map(number) {
        let stored = journal.sale(&sale).unwrap().unwrap();
        assert_eq!((stored.damage, stored.rows.len() > 10), (None, true));
    }
    let filter = Filter { open_only: false, limit: 3, before: Some(number(1_000)) };
    let page = journal.summaries(&filter).unwrap();
    let expected = [999, 998, 997].map(number);
    assert_eq!(page.iter().map(|sale| &sale.sale).collect::<Vec<_>>(), expected.each_ref());

    let spare = BTreeSet::new();
    let keep = Some(Duration::from_hours(24 * 250));
    let upkeep = Upkeep { now: NOW.as_stripe_time(), keep, spare: &spare };
    let mut gone = 0;
    for _ in 0..200 {
        let tidied = journal.append_tidying((&[], &[]), &[], Some(upkeep)).unwrap();
        gone += tidied.let_go;
        assert!(tidied.let_go <= 8 && tidied.trouble.is_none(), "{tidied:?}");
    }
    // The mark of sale 999 is older than that, the next one, of sale 1999, is not.
    assert_eq!(gone, 1_000);
    assert_eq!(journal.sale(&number(999)).unwrap(), None);
    assert!(journal.sale(&number(1_000)).unwrap().is_some());
}
