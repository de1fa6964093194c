//! A simulated world that tries to make kioskd charge twice.
//!
//! One seed decides everything: customers, the network, the reader, Stripe, the dispenser, the
//! disk and the power supply. The driver, the requests and the meaning of replies, and the journal
//! are the real ones, under virtual time in one thread; Stripe is the simulator's pure model. The
//! [`auditor`] judges what must hold at every instant and what must hold in the end.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;

mod account;
#[path = "../auditor/mod.rs"]
mod auditor;
mod calls;
mod crash_points;
mod faults;
mod goods;
mod machine;
mod network;
mod past;
mod people;
mod plan;
mod power;
mod reload;
mod run;
mod said;
mod store;
mod tally;
mod troubles;
mod upgrade;
mod world;

use plan::Plan;
use tally::Tally;

/// A third of a run is spent in the allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs when nobody asks for more: what a build without optimization does in seconds. `make
/// simulate` asks for more.
const RUNS: u64 = 60;

/// One point out of so many is a first death, when nobody asks for all of them.
const FIRST_DEATHS: u64 = 61;

/// One pair of points out of so many is tried, when nobody asks for more. 0: none.
const SECOND_DEATHS: u64 = 0;

/// Failures that are told of at most.
const MOST_FAILURES: usize = 20;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Does `work` with 0, 1, 2, … on all cores, until it says that it is enough.
fn on_all_cores(work: impl Fn(u64) -> bool + Sync) -> u64 {
    let next = AtomicU64::new(0);
    let enough = AtomicBool::new(false);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while !enough.load(Ordering::Relaxed) {
                    if !work(next.fetch_add(1, Ordering::Relaxed)) {
                        enough.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    next.load(Ordering::Relaxed)
}

/// How a failing seed is told: what broke, the command that replays it, and its story.
fn report(seed: u64, findings: &[auditor::Finding]) -> String {
    let told = run::play(Plan::draw(seed), &[], true);
    let mut text = format!("seed {seed}:\n");
    for finding in findings {
        text.push_str(&format!("  {}: {}\n", finding.invariant, finding.what));
    }
    text.push_str(&format!("replay: make simulate SEED={seed}\n"));
    text.push_str(&told.story.join("\n"));
    text
}

#[test]
fn whatever_goes_wrong_the_books_are_right_and_it_comes_back() {
    if let Some(seed) = number("SEED") {
        let played = run::play(Plan::draw(seed), &[], true);
        println!("{:#?}\n{}", Plan::draw(seed), played.story.join("\n"));
        assert!(played.findings.is_empty(), "{:#?}", played.findings);
        return;
    }
    let begun = Instant::now();
    let seconds = number("SECONDS").map(Duration::from_secs);
    let from = number("FROM").unwrap_or(1);
    let runs = number("RUNS").unwrap_or(RUNS);
    let most = number("FAILURES").and_then(|most| most.try_into().ok()).unwrap_or(MOST_FAILURES);
    let tally = Mutex::new(Tally::default());
    let failed = Mutex::new(Vec::new());
    let runs = on_all_cores(|n| {
        if !seconds.map_or(n < runs, |limit| begun.elapsed() < limit) {
            return false;
        }
        let played = run::play(Plan::draw(from + n), &[], false);
        tally.lock().unwrap().merge(&played.tally);
        let mut failed = failed.lock().unwrap();
        if !played.findings.is_empty() {
            failed.push((from + n, played.findings));
        }
        failed.len() < most
    });
    let (tally, failed) = (tally.into_inner().unwrap(), failed.into_inner().unwrap());
    let sales = tally.of("sales opened");
    let took = begun.elapsed().as_secs_f64();
    println!("{tally}{sales} sales in {runs} runs, {took:.1} s");
    if runs >= faults::STRIKE_WITHIN {
        let idle: Vec<_> = faults::FAULTS.iter().filter(|name| tally.of(name) == 0).collect();
        assert!(idle.is_empty(), "these faults never struck: {idle:?}");
    }
    if let Some((seed, findings)) = failed.first() {
        for (seed, findings) in &failed {
            println!("seed {seed}: {findings:?}");
        }
        panic!("{}", report(*seed, findings));
    }
}

#[test]
fn wherever_it_dies_once_or_twice_it_comes_right() {
    let begun = Instant::now();
    let scenarios = crash_points::scenarios();
    let firsts = number("FIRST_DEATHS").unwrap_or(FIRST_DEATHS).max(1);
    let seconds = number("SECOND_DEATHS").unwrap_or(SECOND_DEATHS);
    let only = number("SCENARIO");
    let (points, cuts) = (AtomicU64::new(0), AtomicU64::new(0));
    let broken = Mutex::new(Vec::new());
    on_all_cores(|n| {
        let Some(scenario) = usize::try_from(n).ok().and_then(|n| scenarios.get(n)) else {
            return false;
        };
        if only.is_some_and(|only| only != n) {
            return true;
        }
        let note = |(_, found): (u64, Option<crash_points::Broken>)| {
            cuts.fetch_add(1, Ordering::Relaxed);
            broken.lock().unwrap().extend(found);
        };
        for (death, one_supply) in crash_points::WAYS {
            let (whole, found) = crash_points::cut(scenario, one_supply, &[]);
            points.fetch_add(whole, Ordering::Relaxed);
            note((whole, found));
            for first in (1..=whole).filter(|first| (first + n).is_multiple_of(firsts)) {
                let (left, found) = crash_points::cut(scenario, one_supply, &[(first, death)]);
                note((left, found));
                let tried =
                    |second: &u64| seconds > 0 && (first * 31 + second).is_multiple_of(seconds);
                for second in (first + 1..=left).filter(tried) {
                    let deaths = [(first, death), (second, death)];
                    note(crash_points::cut(scenario, one_supply, &deaths));
                }
            }
        }
        broken.lock().unwrap().len() < MOST_FAILURES
    });
    let broken = broken.into_inner().unwrap();
    println!(
        "{} scenarios, {} points, cut {} times, {:.1} s",
        scenarios.len(),
        points.into_inner(),
        cuts.into_inner(),
        begun.elapsed().as_secs_f64()
    );
    for broken in &broken {
        println!(
            "{:?} (one supply: {}), dead at {:?}: {:?}",
            broken.scenario, broken.one_supply, broken.deaths, broken.findings
        );
    }
    if let Some(first) = broken.first() {
        let named = |scenario: &&crash_points::Scenario| scenario.name == first.scenario;
        let scenario = scenarios.iter().find(named).unwrap();
        let told = scenario.play(first.one_supply, &first.deaths, true);
        panic!("{:?}\n{}", first.findings, told.story.join("\n"));
    }
}
