//! All that can happen within bounds, by the model checker: every interleaving of the same world.
//!
//! Safety is checked in each state. Return to service is, too: from each state the sale must end
//! once the faults have stopped. The tool's own `eventually` knows no fairness, and would call it a
//! counterexample that nobody ever looks again.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use kioskd::sale::Phase;
use kioskd::sale::fact::{CaptureMode, Flow, Outcome, UnknownVend};
use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::bugs::Bug;
use crate::choices::{Choice, Start};
use crate::faults::Counts;
use crate::number;
use crate::sameness::fingerprint;
use crate::world::{Rules, World};

const SAFE: &str = "no invariant is ever broken";
const ENDS: &str = "once the faults have stopped, the sale ends";

/// For so many seconds each way to sell is checked when nobody asks for more.
const SHORT: u64 = 4;

/// A sale that takes more steps than this without any fault does not end.
const MOST_STEPS: usize = 5_000;

/// How much may go wrong in one history.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    faults: u16,
    crashes: u16,
}

/// One way to sell, within bounds.
struct Sales {
    rules: Rules,
    bounds: Bounds,
    /// Worlds without faults from which the sale is known to end.
    ending: Mutex<HashSet<u64>>,
}

impl Sales {
    fn new(rules: Rules, bounds: Bounds) -> Self {
        Self { rules, bounds, ending: Mutex::default() }
    }

    /// Whether the sale ends from here without another fault. What was found once is not walked
    /// again.
    fn ends(&self, world: &World) -> bool {
        let mut world = world.clone();
        world.faults_left = 0;
        world.crashes_left = 0;
        let mut choices = Vec::new();
        let mut passed = Vec::new();
        for _ in 0..MOST_STEPS {
            world.choices(&mut choices);
            let Some(choice) = choices.iter().min_by_key(|choice| urgency(**choice)) else {
                self.ending.lock().unwrap().extend(passed);
                return true;
            };
            let here = fingerprint(&world);
            if self.ending.lock().unwrap().contains(&here) {
                self.ending.lock().unwrap().extend(passed);
                return true;
            }
            passed.push(here);
            world.apply(*choice);
        }
        false
    }
}

/// What happens first if nothing goes wrong: time passes last.
fn urgency(choice: Choice) -> u8 {
    match choice {
        Choice::Starts(Start::Soon) => 0,
        Choice::LineArrives | Choice::Orders(_) => 1,
        Choice::Flush => 2,
        Choice::Deliver(_) => 3,
        Choice::Execute(_) => 4,
        Choice::StatusAnswered | Choice::Stops { .. } => 5,
        Choice::Approves | Choice::ApprovesLate | Choice::ForeignGoes => 6,
        Choice::RunsAtLast(_) | Choice::RefundEnds { .. } => 7,
        Choice::Tap { .. } => 8,
        Choice::Waits => 9,
        Choice::Fails { .. }
        | Choice::GetsLost(_)
        | Choice::CancelOnReader
        | Choice::CancelPressed
        | Choice::Stopping
        | Choice::Leaves
        | Choice::Declines
        | Choice::LosesLink { .. }
        | Choice::GetsStuck
        | Choice::QuestionLost
        | Choice::LineLost
        | Choice::ForeignComes
        | Choice::RefundsTakeTime
        | Choice::Kill(_)
        | Choice::PowerCut { .. }
        | Choice::Starts(Start::Late)
        | Choice::DaysPass => 10,
    }
}

impl Model for Sales {
    type State = World;
    type Action = Choice;

    fn init_states(&self) -> Vec<World> {
        let mut world = World::new(self.rules, Counts::ANY);
        world.faults_left = self.bounds.faults;
        world.crashes_left = self.bounds.crashes;
        vec![world]
    }

    fn actions(&self, world: &World, choices: &mut Vec<Choice>) {
        if world.audit.broken.is_none() {
            world.choices(choices);
        }
    }

    fn next_state(&self, world: &World, choice: Choice) -> Option<World> {
        let mut next = world.clone();
        next.apply(choice);
        if next.is_over() {
            next.audit_end();
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let sold = |_: &Self, world: &World| {
            world.daemon.as_ref().is_some_and(|daemon| {
                matches!(daemon.sale.phase, Phase::Closed { outcome: Outcome::Sold })
            })
        };
        vec![
            Property::always(SAFE, |_, world: &World| world.audit.broken.is_none()),
            Property::always(ENDS, |model: &Self, world: &World| {
                let ends = || model.rules.bug.is_some() || model.ends(world);
                world.audit.broken.is_some() || ends()
            }),
            Property::sometimes("a sale is sold", sold),
        ]
    }
}

const POLICIES: [(&str, Rules); 5] = [
    ("release", Rules::PLAIN),
    ("capture", Rules { unknown_vend: UnknownVend::Capture, ..Rules::PLAIN }),
    (
        "two steps, hold",
        Rules { flow: Flow::CollectConfirm, unknown_vend: UnknownVend::Hold, ..Rules::PLAIN },
    ),
    ("charged at the tap", Rules { capture: CaptureMode::Automatic, ..Rules::PLAIN }),
    ("interac", Rules { interac: true, ..Rules::PLAIN }),
];

/// Checks one way to sell; tells the shortest history of whatever is broken.
#[expect(clippy::print_stdout, reason = "figures, for whoever runs it with --nocapture")]
fn check(name: &str, rules: Rules, bounds: Bounds, limit: Duration) -> Option<String> {
    let begun = Instant::now();
    let checker = Sales::new(rules, bounds)
        .checker()
        .threads(crate::cores())
        .finish_when(HasDiscoveries::AnyFailures)
        .timeout(limit)
        .spawn_bfs()
        .join();
    let took = begun.elapsed();
    let is_broken = checker.discovery(SAFE).is_some() || checker.discovery(ENDS).is_some();
    let whole = match (is_broken, took < limit) {
        (true, _) => "until something broke",
        (false, true) => "all of them",
        (false, false) => "not all of them",
    };
    println!(
        "{name}, {bounds:?}: {} states, {} of them different, depth {}, {:.1} s, {whole}",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth(),
        took.as_secs_f64()
    );
    let broken = [SAFE, ENDS].into_iter().find_map(|property| {
        let path = checker.discovery(property)?;
        let last = path.last_state();
        let told: Vec<String> =
            path.clone().into_actions().iter().map(|a| format!("{a:?}")).collect();
        Some(format!("{property}: {:?}\n{}\n{last:#?}", last.audit.broken, told.join("\n")))
    });
    if broken.is_none() && took < limit {
        assert!(checker.discovery("a sale is sold").is_some(), "{name}: nothing was ever sold");
    }
    broken
}

fn bounds() -> Bounds {
    let bound = |name, default| number(name).and_then(|n| u16::try_from(n).ok()).unwrap_or(default);
    Bounds { faults: bound("FAULTS", 1), crashes: bound("CRASHES", 1) }
}

#[test]
fn whatever_can_happen_within_bounds_keeps_the_rules_and_ends() {
    let limit = Duration::from_secs(number("CHECK_SECONDS").unwrap_or(SHORT));
    let only = std::env::var("POLICY").ok();
    for (name, rules) in POLICIES {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        if let Some(broken) = check(name, rules, bounds(), limit) {
            panic!("{name}: {broken}");
        }
    }
}

/// A mistake of the driver's is found by looking at everything.
#[expect(clippy::print_stdout, reason = "figures, for whoever runs it with --nocapture")]
fn is_found(bug: Bug) {
    let bounds = Bounds { faults: 1, crashes: 0 };
    let rules = Rules { bug: Some(bug), ..Rules::PLAIN };
    let found = check(&format!("{bug:?}"), rules, bounds, Duration::from_mins(5));
    println!("{}", found.unwrap().lines().next().unwrap());
}

#[test]
fn a_driver_that_fires_before_the_flush_is_caught() {
    is_found(Bug::FiresBeforeTheFlush);
}

#[test]
fn a_driver_that_prompts_again_without_looking_is_caught() {
    is_found(Bug::PromptsAgainWithoutLooking);
}

#[test]
fn a_driver_that_takes_an_error_for_a_decline_is_caught() {
    is_found(Bug::TakesAnErrorForADecline);
}

#[test]
fn a_driver_that_forgets_the_fence_is_caught() {
    is_found(Bug::ForgetsTheFence);
}

#[test]
fn a_driver_that_captures_before_the_vend_is_caught() {
    is_found(Bug::CapturesBeforeTheVend);
}
