//! The small world: one sale of the pure core under a modelled driver, against tiny models of
//! Stripe, reader, issuer, customer, dispenser, disk and power supply.
//!
//! There is no HTTP here, no JSON and no thread: only [`world::World`], everything that can happen
//! next to it, and what a step does. Two users of it:
//!
//! * [`walk`]: random walks, as many as the time allows, with faults in every mixture;
//! * [`checker`]: all that can happen within bounds, by the model checker `stateright`.
//!
//! [`audit`] says what must hold, and [`bugs`] proves that it can fail.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

mod audit;
mod board;
mod bugs;
mod checker;
mod choices;
mod disk;
mod driver;
mod faults;
mod flights;
mod names;
mod reader;
mod sameness;
mod stripe;
mod tally;
mod walk;
mod world;

use bugs::Bug;
use tally::Tally;
use walk::walk;

/// For so many seconds `cargo test` walks when nobody asks for more.
const SHORT: u64 = 3;

/// Walks between two looks at the clock.
const CHUNK: u64 = 250;

/// In as many walks as this every kind of fault strikes.
const LONG: u64 = 10_000;

/// A mistake that is not found within so many walks is not found.
const FOUND_WITHIN: u64 = 200_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn tells_seed(seed: u64) -> String {
    format!("replay: SEED={seed} cargo test --test small_world\n{}", told(seed, None))
}

fn told(seed: u64, bug: Option<Bug>) -> String {
    walk(seed, bug, true, &mut Vec::new()).told()
}

/// The invariants that were broken, each with the first seed that did.
type Broken = BTreeMap<&'static str, u64>;

/// Walks with the seeds from `from` on, on all cores, until `enough` says so, or until one of them
/// finds the mistake that the driver makes.
fn walk_on_all_cores(
    from: u64,
    bug: Option<Bug>,
    enough: impl Fn(u64) -> bool + Sync,
) -> (Tally, Broken) {
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let found = Mutex::new((Tally::default(), Broken::new()));
    let work = || {
        let mut tally = Tally::default();
        let mut choices = Vec::new();
        let chunk = || {
            let first = next.fetch_add(CHUNK, Ordering::Relaxed);
            (!stop.load(Ordering::Relaxed) && !enough(first)).then_some(from + first)
        };
        while let Some(first) = chunk() {
            for seed in first..first + CHUNK {
                let walked = walk(seed, bug, false, &mut choices);
                walked.count(&mut tally);
                let Some(broken) = walked.world.audit.broken else { continue };
                let mut found = found.lock().unwrap();
                let first = found.1.entry(broken).or_insert(seed);
                *first = seed.min(*first);
                if bug.is_some() {
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
        }
        found.lock().unwrap().0.merge(&tally);
    };
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[test]
fn whatever_happens_to_a_sale_the_rules_hold_and_it_ends() {
    if let Some(seed) = number("SEED") {
        println!("{}", told(seed, None));
        return;
    }
    let begun = Instant::now();
    let limit = Duration::from_secs(number("SECONDS").unwrap_or(SHORT));
    let runs = number("RUNS");
    let from = number("FROM").unwrap_or(1);
    let enough = |n| runs.map_or_else(|| begun.elapsed() >= limit, |runs| n >= runs);
    let (tally, broken) = walk_on_all_cores(from, None, enough);
    let took = begun.elapsed();
    let sales = tally.of("sales");
    let cores = u64::try_from(cores()).unwrap();
    let a_second = u128::from(sales) * 1000 / took.as_millis().max(1);
    println!("{sales} sales, {:.1} s: {a_second} a second on {cores} cores", took.as_secs_f64());
    println!("{} sales a second a core\n{tally}", a_second / u128::from(cores));
    println!("broken: {broken:?}");
    if let Some(seed) = broken.values().min() {
        panic!("{}", tells_seed(*seed));
    }
    if sales >= LONG {
        for fault in faults::ALL {
            assert!(tally.of_fault(fault) > 0, "{fault:?} never struck");
        }
    }
}

/// A mistake of the driver's is found by walking.
#[expect(clippy::print_stdout, reason = "figures, for whoever runs it with --nocapture")]
fn is_found(bug: Bug, invariants: &[&str]) {
    let begun = Instant::now();
    let (tally, found) = walk_on_all_cores(1, Some(bug), |n| n >= FOUND_WITHIN);
    let took = begun.elapsed().as_secs_f64();
    let (broken, seed) = found.first_key_value().unwrap();
    let sales = tally.of("sales");
    println!("{bug:?}: \"{broken}\" broken by seed {seed}, after {sales} sales, {took:.3} s");
    assert!(invariants.contains(broken), "{broken}");
}

#[test]
fn a_driver_that_fires_before_the_flush_is_caught() {
    is_found(
        Bug::FiresBeforeTheFlush,
        &["a vend is on disk before it is fired", "a sale is on disk before it is prompted"],
    );
}

#[test]
fn a_driver_that_prompts_again_without_looking_is_caught() {
    is_found(Bug::PromptsAgainWithoutLooking, &["a new key only after a look"]);
}

#[test]
fn a_driver_that_takes_an_error_for_a_decline_is_caught() {
    is_found(Bug::TakesAnErrorForADecline, &["a decline is the issuer's"]);
}

#[test]
fn a_driver_that_forgets_the_fence_is_caught() {
    is_found(Bug::ForgetsTheFence, &["fenced before it is over"]);
}

#[test]
fn a_driver_that_captures_before_the_vend_is_caught() {
    is_found(Bug::CapturesBeforeTheVend, &["a settlement is on disk before it is asked for"]);
}
