//! A random walk: a seed draws how likely everything is, then what happens.

use fastrand::Rng;
use kioskd::sale::Phase;
use kioskd::sale::fact::{CaptureMode, Flow, UnknownVend};

use crate::bugs::Bug;
use crate::choices::Choice;
use crate::faults::{self, Counts, Fault};
use crate::tally::Tally;
use crate::world::{Rules, World};

/// A sale that takes more steps than this after the last fault does not end.
const MOST_STEPS: u32 = 20_000;

/// How likely everything is, drawn once for each walk.
#[derive(Debug)]
struct Weights {
    taps: u32,
    waits: u32,
    network: u32,
    faults: [u32; faults::KINDS],
    /// After so many steps nothing goes wrong any more.
    faults_end: u32,
}

/// What a walk came to.
pub struct Walked {
    /// The world as it was left.
    pub world: World,
    /// How many steps it took.
    pub steps: u32,
}

fn draw_rules(rng: &mut Rng, bug: Option<Bug>) -> Rules {
    Rules {
        flow: if rng.u8(..4) == 0 { Flow::CollectConfirm } else { Flow::Process },
        capture: if rng.u8(..4) == 0 { CaptureMode::Automatic } else { CaptureMode::AfterVend },
        interac: rng.u8(..5) == 0,
        unknown_vend: match rng.u8(..3) {
            0 => UnknownVend::Release,
            1 => UnknownVend::Capture,
            _ => UnknownVend::Hold,
        },
        attempts: rng.u32(1..4),
        bug,
        coarse: false,
    }
}

/// What can strike at any time, and then changes everything.
fn is_a_catastrophe(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Kill
            | Fault::PowerCut
            | Fault::LyingCard
            | Fault::DaysPass
            | Fault::CancelPressed
            | Fault::Stopping
            | Fault::Leaves
            | Fault::Foreign
    )
}

impl Weights {
    /// Some walks are calm, and in each some kinds of faults never strike.
    fn draw(rng: &mut Rng) -> (Self, Counts) {
        let mut left = Counts::NONE;
        let mut weights = [0; faults::KINDS];
        let calm = rng.u8(..4) == 0;
        let wild = rng.u8(..6) == 0;
        for (fault, weight) in faults::ALL.iter().zip(&mut weights) {
            let rare = is_a_catastrophe(*fault) && !wild;
            if !calm && rng.u8(..if rare { 8 } else { 2 }) == 0 {
                left.set(*fault, rng.u16(1..4));
                let most = if wild { 20 } else { 3 };
                *weight = rng.u32(1..=most) * if is_a_catastrophe(*fault) { 1 } else { 4 };
            }
        }
        let weights = Self {
            taps: rng.u32(20..200),
            waits: rng.u32(1..60),
            network: rng.u32(100..1000),
            faults: weights,
            faults_end: rng.u32(20..400),
        };
        (weights, left)
    }

    #[expect(clippy::as_conversions, reason = "the number of a variant, counted from nought")]
    fn of(&self, choice: Choice) -> u32 {
        if let Some(fault) = choice.fault() {
            return self.faults[fault as usize];
        }
        match choice {
            Choice::Waits => self.waits,
            Choice::Tap { .. } => self.taps,
            Choice::Execute(_) | Choice::Deliver(_) => self.network,
            Choice::RunsAtLast(_) | Choice::GetsLost(_) | Choice::ApprovesLate => 10,
            Choice::Fails { .. }
            | Choice::Flush
            | Choice::CancelOnReader
            | Choice::CancelPressed
            | Choice::Stopping
            | Choice::Leaves
            | Choice::Approves
            | Choice::Declines
            | Choice::LosesLink { .. }
            | Choice::GetsStuck
            | Choice::ForeignComes
            | Choice::ForeignGoes
            | Choice::Orders(_)
            | Choice::Stops { .. }
            | Choice::StatusAnswered
            | Choice::QuestionLost
            | Choice::LineArrives
            | Choice::LineLost
            | Choice::RefundEnds { .. }
            | Choice::RefundsTakeTime
            | Choice::Kill(_)
            | Choice::PowerCut { .. }
            | Choice::Starts(_)
            | Choice::DaysPass => 300,
        }
    }

    fn choose(&self, choices: &[Choice], rng: &mut Rng) -> Choice {
        let all: u32 = choices.iter().map(|choice| self.of(*choice)).sum();
        let mut drawn = rng.u32(..all.max(1));
        for choice in choices {
            let weight = self.of(*choice);
            if drawn < weight {
                return *choice;
            }
            drawn -= weight;
        }
        choices[0]
    }
}

/// Walks until the sale is over or an invariant is broken.
pub fn walk(seed: u64, bug: Option<Bug>, tells: bool, choices: &mut Vec<Choice>) -> Walked {
    let mut rng = Rng::with_seed(seed);
    let rules = draw_rules(&mut rng, bug);
    let (weights, left) = Weights::draw(&mut rng);
    let mut world = World::new(rules, left);
    world.story = tells.then(|| vec![format!("{rules:?}"), format!("{weights:?}")]);
    world.customer.interac = rules.interac && rng.bool();
    let mut steps = 0;
    loop {
        if steps == weights.faults_end {
            world.left = Counts::NONE;
        }
        world.choices(choices);
        if choices.is_empty() || steps > MOST_STEPS {
            world.audit_end();
            break;
        }
        world.apply(weights.choose(choices, &mut rng));
        steps += 1;
        if world.audit.broken.is_some() {
            break;
        }
    }
    Walked { world, steps }
}

impl Walked {
    /// Counts what happened.
    pub fn count(&self, tally: &mut Tally) {
        tally.count("sales");
        tally.add("steps", u64::from(self.steps));
        for fault in faults::ALL {
            let times = self.world.struck.of(fault);
            if times > 0 {
                tally.add_fault(fault, u64::from(times));
            }
        }
        if let Some(daemon) = &self.world.daemon {
            match &daemon.sale.phase {
                Phase::Closed { outcome } => tally.count(outcome.word()),
                Phase::NeedsAttention { why } => tally.count(&format!("a person: {why:?}")),
                Phase::Opening { .. }
                | Phase::Prompting { .. }
                | Phase::Presenting { .. }
                | Phase::Collected { .. }
                | Phase::Confirming { .. }
                | Phase::Retracting { .. }
                | Phase::Vending { .. }
                | Phase::Doubtful { .. }
                | Phase::Settling { .. }
                | Phase::Refunding(_) => {}
            }
        } else {
            tally.count("left no record");
        }
        tally.most("facts", u64::from(self.world.facts));
    }

    /// What happened, in words.
    pub fn told(&self) -> String {
        let struck = faults::ALL.iter().filter(|fault| self.world.has_struck(**fault));
        let struck: Vec<&Fault> = struck.collect();
        let story = self.world.story.as_deref().unwrap_or_default();
        let broken = self.world.audit.broken;
        format!("{}\nfaults: {struck:?}\nbroken: {broken:?}", story.join("\n"))
    }
}
