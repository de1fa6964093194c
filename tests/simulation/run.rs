//! One run: a plan is drawn, played, mended, and audited.

use kioskd::daemon::driver::Event;
use kioskd::journal::Stored;
use kioskd::kiosk::stock::Filling;
use kioskd::sale::Phase;

use crate::auditor::{Evidence, Finding, Millis, Stock, end};
use crate::people::Person;
use crate::plan::{COUNTED, Plan};
use crate::store::record;
use crate::tally::Tally;
use crate::world::{Death, World};

/// Holds last 48 hours: who was kept away for so long may have lost one.
const LONG_AWAY: Millis = 30 * 3_600_000;

/// All is well again this long after everything was mended: a refusal that a person had to mend is
/// tried again that late.
const BACK_WITHIN: Millis = 20 * 60_000;

/// Stripe is searched for what the journal does not know this often, at the least.
const SWEPT_WITHIN: Millis = 8 * 3_600_000;

/// What waits for the reader's next commands strikes one customer after the other; then one is sold
/// something.
const LAST_CUSTOMERS: u32 = 12;

/// So many colas are put into a machine where they are counted: more than the last customers buy.
const COLAS: u32 = 50;

/// What a run came to.
pub struct Outcome {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What happened how often.
    pub tally: Tally,
    /// The story, if it was told.
    pub story: Vec<String>,
    /// How many points there were at which the daemon could die.
    pub points: u64,
}

/// Plays a plan. `deaths`: where the daemon dies, beside what is drawn.
pub fn play(plan: Plan, deaths: &[(u64, Death)], tells: bool) -> Outcome {
    let mut world = World::new(plan, deaths, tells);
    let first = world.now + 5_000;
    world.run_until(first);
    for _ in 0..world.plan.customers {
        let person = Person::draw(&mut world.rng, world.plan.canadian);
        world.comes(person, 0);
        world.draw_troubles();
        let apart = world.rng.u64(3_000..world.plan.apart.max(3_001));
        let next = world.now + apart;
        world.run_until(next);
    }
    let still = world.now + 200_000;
    world.run_until(still);
    finish(world)
}

/// All is mended; the kiosk comes to rest, and sells.
pub fn finish(mut world: World) -> Outcome {
    world.mend();
    // A reader that was deaf could not be told before.
    let restarted = world.now + 120_000;
    world.run_until(restarted);
    world.stranger_goes();
    let rested = world.now + BACK_WITHIN;
    world.run_until(rested);
    fill(&mut world);
    let mut sold = false;
    for _ in 0..LAST_CUSTOMERS {
        let who = world.comes(Person::honest(), 0);
        let gone = world.now + 150_000;
        world.run_until(gone);
        let sale = world.people[who].sale().cloned();
        let stored = sale.and_then(|sale| world.store.sale(&sale));
        sold = stored.is_some_and(|stored| stored.summary.outcome.as_deref() == Some("sold"));
        if sold {
            break;
        }
    }
    let reasons: Vec<_> = world
        .driver
        .iter()
        .flat_map(|driver| driver.kiosk().reasons().iter())
        .map(|(reason, _)| reason.code())
        .collect();
    // Goods that were given and not paid for wait for a person, who has the last word.
    let waits = |stored: &Stored| stored.summary.phase == "needs_attention";
    let exposed = reasons.iter().all(|reason| matches!(*reason, "exposure" | "deadline_near"))
        && !reasons.is_empty()
        && world.store.all().iter().any(|stored| waits(stored));
    // A card that forgot what had been asked of Stripe is a rolled-back journal, as a cloned card is:
    // the next life asks for something else under the same key. It lasts until a person restarts.
    let looks_cloned = !world.excuses.forgotten.is_empty() && reasons == ["clone"];
    if !sold && !exposed && !looks_cloned {
        world.watch.find("comes_back", format!("the last customer got nothing: {reasons:?}"));
    }
    settle(&mut world);
    // A sale of which the card has lost all is found again by the next sweep.
    if !world.excuses.forgotten.is_empty() {
        let swept = world.now + SWEPT_WITHIN;
        world.run_until(swept);
        settle(&mut world);
    }
    audit(world)
}

/// Somebody puts colas into the machine, so that the last customers find one.
fn fill(world: &mut World) {
    if world.plan.colas.is_some() {
        let code = COUNTED.parse().expect("a fixed code is one");
        let filling = Filling::Add { code, count: COLAS };
        world.turn(Event::Filled { filling, by: "user 0".to_owned() });
        let on_disk = world.now + 10_000;
        world.run_until(on_disk);
    }
}

/// Pending refunds, and sales that wait for Stripe's list, take their time.
fn settle(world: &mut World) {
    for _ in 0..48 {
        let waits = |phase: &Phase| !matches!(phase, Phase::NeedsAttention { .. });
        let open = world
            .driver
            .iter()
            .flat_map(|driver| driver.kiosk().sales())
            .any(|sale| sale.is_open() && waits(&sale.phase));
        let next = world.now + if open { 600_000 } else { 2_000 };
        world.run_until(next);
        if !open {
            return;
        }
    }
}

/// A machine that waits for nothing keeps its customer waiting, and nobody else can choose there.
fn no_machine_is_left_waiting(world: &mut World) {
    let open = |sale: &str| {
        let driver = world.driver.as_ref();
        driver.is_some_and(|driver| {
            driver.kiosk().sales().any(|known| known.id().as_str() == sale && known.is_open())
        })
    };
    let left = world.machines.iter().filter_map(|machine| machine.asks.as_deref());
    let left: Vec<String> = left.filter(|sale| !open(sale)).map(str::to_owned).collect();
    for sale in left {
        world.watch.find("no_machine_is_left_waiting", format!("for {sale}"));
    }
}

fn audit(mut world: World) -> Outcome {
    no_machine_is_left_waiting(&mut world);
    let let_go = world.store.let_go();
    world.tally.add("disk: old sales go", u64::from(let_go));
    let sales = world
        .store
        .all()
        .into_iter()
        .map(|stored| (stored.summary.sale.to_string(), record(&stored)));
    let mut excuses = std::mem::take(&mut world.excuses);
    excuses.cut_off = world.kept_away > LONG_AWAY;
    let counts = world.store.counts();
    let stock = world.plan.colas.map(|colas| {
        let filled = if world.filled { COLAS } else { 0 };
        let count = counts.sound.iter().find(|count| count.product.as_str() == COUNTED);
        Stock {
            code: COUNTED.to_owned(),
            put_in: u64::from(colas + filled),
            left: count.map_or(u64::from(colas), |count| u64::from(count.left)),
        }
    });
    let evidence = Evidence {
        sales: sales.collect(),
        goods: std::mem::take(&mut world.goods),
        told_delivered: std::mem::take(&mut world.told_delivered),
        promises: std::mem::take(&mut world.promises),
        books: world.stripe.books(),
        stock,
        excuses,
    };
    for record in evidence.sales.values() {
        let ended = record.outcome().map_or_else(
            || "sales: wait for a person".to_owned(),
            |outcome| format!("sales: {outcome}"),
        );
        world.tally.count(&ended);
        for fact in &record.facts {
            let kind = fact["fact"].as_str().unwrap_or_default();
            world.tally.count(&format!("facts: {kind}"));
        }
    }
    let mut findings = world.watch.findings().to_vec();
    findings.extend(end::audit(&evidence));
    let points = world.power.points;
    Outcome { findings, story: world.take_story(), tally: world.tally, points }
}
