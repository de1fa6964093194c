//! The real process: `kioskd run` against `kioskd simulate` over HTTP on loopback, with ptys for
//! keypad and dispenser board, killed with SIGKILL again and again. What it leaves behind is judged
//! by the [`auditor`] of the simulation.
//!
//! ```text
//!                    ┌──── wire.rs: sees each request and reply pass ────┐
//!   keypad (pty) ──► kioskd run ──────────────────────────────────► kioskd simulate ◄── customers
//!                     │      └── journal: writes.rs sees each write
//!                     └── dispenser board (pty): machine.rs
//! ```
//!
//! Wherever something passes, the daemon can be killed right there, by the thread that saw it: when
//! the kill returns, the process is gone, and only then does the request, the reply or the line go
//! on, if it does. A world lives through many deaths; then it must come to rest, sell once more,
//! stop when told, and be audited.
//!
//! `KILLS=1000` or `SECONDS=600` say how long, `SEED=7` which worlds, `WORLDS=8` how many at a time.
//! `KIOSKD=/usr/bin/kioskd` kills another binary than this profile's.
//! Timing is not in the seed: a seed draws the same customers and places, and the machine's load
//! decides what happens between them.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[path = "../auditor/mod.rs"]
mod auditor;
#[path = "../boards/mod.rs"]
mod boards;
mod evidence;
mod http;
mod life;
mod machine;
mod people;
mod places;
mod points;
mod report;
mod wire;
mod world;
mod writes;

use auditor::Finding;
use evidence::Seen;
use life::lock;
use machine::Behavior;
use world::{Visit, World};

/// Kills when nobody asks for more: each place by name, and some at random.
const SHORT: u64 = 50;

/// Kills of one world: its story must be short enough to read.
const KILLS_OF_A_WORLD: u64 = 60;

/// Worlds at a time when nobody says how many: they wait most of the time.
const WORLDS: u64 = 6;

/// Seeds up to this one, with which a run begins unless told otherwise, are worlds whose first
/// deaths are at the places by name: one for each flow and capture.
const NAMED_SEEDS: u64 = 4;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What happened how often.
#[derive(Default)]
struct Tally {
    worlds: u64,
    kills: BTreeMap<String, u64>,
    starts: usize,
    outcomes: BTreeMap<String, u64>,
    vends: usize,
    requests: usize,
    worst_storm: u64,
    double_charges: usize,
    findings: usize,
    seconds: f64,
}

impl Tally {
    fn add(&mut self, world: &World, seen: &Seen) {
        self.worlds += 1;
        for (place, times) in world.life.kills() {
            *self.kills.entry(place).or_default() += times;
        }
        for (outcome, times) in seen.outcomes() {
            *self.outcomes.entry(outcome).or_default() += times;
        }
        self.starts += world.life.lives().len();
        self.vends += seen.vends.len();
        self.requests += seen.requests.len();
        self.worst_storm = self.worst_storm.max(world.worst_storm);
        self.double_charges += seen.double_charges();
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kills: u64 = self.kills.values().sum();
        let sales: u64 = self.outcomes.values().sum();
        let (worlds, starts, vends, requests) =
            (self.worlds, self.starts, self.vends, self.requests);
        writeln!(f, "{kills} kills in {worlds} worlds, {starts} starts, {sales} sales")?;
        let storm = self.worst_storm;
        writeln!(f, "{requests} requests to Stripe, {vends} vends, up to {storm} kills in a row")?;
        let (doubled, findings, seconds) = (self.double_charges, self.findings, self.seconds);
        writeln!(f, "{doubled} double charges, {findings} findings, {seconds:.1} s")?;
        writeln!(f, "outcomes")?;
        for (outcome, times) in &self.outcomes {
            writeln!(f, "{times:>8}  {outcome}")?;
        }
        writeln!(f, "kills by place")?;
        for (place, times) in &self.kills {
            writeln!(f, "{times:>8}  {place}")?;
        }
        Ok(())
    }
}

/// How long all worlds together go on.
struct Budget {
    kills: Option<u64>,
    until: Option<Instant>,
    done: AtomicU64,
}

impl Budget {
    fn asked_for() -> Self {
        let seconds = number("SECONDS").map(Duration::from_secs);
        let until = seconds.map(|seconds| Instant::now() + seconds);
        let kills = number("KILLS").or_else(|| until.is_none().then_some(SHORT));
        Self { kills, until, done: AtomicU64::new(0) }
    }

    fn is_spent(&self) -> bool {
        self.kills.is_some_and(|kills| self.done.load(Ordering::Relaxed) >= kills)
            || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// A world from its first start to its audit.
fn play(seed: u64, budget: &Budget) -> (World, Seen) {
    let mut world = World::open(seed);
    world.serve(Visit::honest());
    if seed <= NAMED_SEEDS {
        places::visit_all(&mut world, &budget.done);
    }
    while !budget.is_spent() && world.life.deaths() < KILLS_OF_A_WORLD && world.findings.is_empty()
    {
        let visit = Visit::draw(&mut world.rng);
        budget.done.fetch_add(world.serve(visit), Ordering::Relaxed);
    }
    let seen = finish(&mut world);
    (world, seen)
}

/// Everything comes to rest, one more is sold, the daemon stops, and all is audited.
fn finish(world: &mut World) -> Seen {
    world.settle();
    world.serve(Visit::honest());
    world.settle();
    let ended = world.life.terminate();
    if !ended.is_some_and(|ended| ended.success()) {
        world.find("stops_when_told", format!("after SIGTERM: {ended:?}"));
    }
    let seen = Seen::of(world);
    if seen.last.as_deref() != Some("sold") {
        world.find("comes_back", format!("the last customer's sale: {:?}", seen.last));
    }
    for Finding { invariant, what } in seen.audit() {
        world.find(invariant, what);
    }
    seen
}

#[test]
fn wherever_it_is_killed_the_books_are_right_and_it_sells_again() {
    let begun = Instant::now();
    let budget = Budget::asked_for();
    let first = number("SEED").unwrap_or(1);
    let (next, tally, failed) = (AtomicU64::new(0), Mutex::default(), Mutex::default());
    let worlds = number("WORLDS").unwrap_or(WORLDS);
    std::thread::scope(|scope| {
        for _ in 0..worlds {
            scope.spawn(|| {
                while !budget.is_spent() && lock::<Vec<String>>(&failed).is_empty() {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let (mut world, seen) = play(first + n, &budget);
                    let mut tally = lock::<Tally>(&tally);
                    tally.add(&world, &seen);
                    tally.findings += world.findings.len();
                    if !world.findings.is_empty() {
                        lock(&failed).push(report::of(&mut world));
                    }
                }
            });
        }
    });
    let (mut tally, failed) = (tally.into_inner().unwrap(), failed.into_inner().unwrap());
    tally.seconds = begun.elapsed().as_secs_f64();
    println!("SEED={first}\n{tally}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What finds nothing proves nothing: a machine that gives two for one, and records that were
/// tampered with.
#[test]
fn the_audit_can_say_no() {
    let mut world = World::open(4);
    world.serve(Visit::honest());
    world.serve(Visit { vend: Behavior::GivesTwo, ..Visit::honest() });
    let seen = finish(&mut world);
    let found = |seen: &Seen| {
        let mut names: Vec<_> = seen.audit().iter().map(|finding| finding.invariant).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let mut said = String::new();
    let mut check = |what: &str, seen: &Seen, invariant: &str| {
        let names = found(seen);
        assert!(names.contains(&invariant), "{what}: {names:?} without {invariant}");
        writeln!(said, "{what}: {names:?}").unwrap();
    };
    check("a board that gives two", &seen, "delivered_once");
    let mut sound = seen.clone();
    sound.evidence.goods.dedup_by(|one, other| one.order == other.order);
    assert_eq!(found(&sound), Vec::<&str>::new(), "two sales are two");

    let sale = sound.evidence.sales.keys().next().unwrap().clone();
    let mut tampered = sound.clone();
    tampered.evidence.sales.remove(&sale);
    check("a sale without a record", &tampered, "stripe_knows_nothing_more");
    let mut tampered = sound.clone();
    tampered.evidence.goods.clear();
    check("nothing came out", &tampered, "no_money_for_nothing");
    let mut tampered = sound.clone();
    tampered.facts.retain(|(_, _, fact)| fact["fact"] != "vend_intended");
    check("a vend that was not written down first", &tampered, "written_ahead");
    let mut tampered = sound.clone();
    for intent in &mut tampered.evidence.books.payment_intents {
        (intent.authorized_charges, intent.amount_received) = (2, 2 * intent.amount_received);
    }
    check("every card charged twice", &tampered, "charged_once");
    let mut tampered = sound.clone();
    let second = tampered.vends.first().unwrap().clone();
    tampered.vends.push(second);
    check("a vend ordered twice", &tampered, "fires_once");
    println!("{said}");
}
