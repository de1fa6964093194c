//! The whole small world, and what a step does to it.

use std::time::Duration;

use kioskd::ids::ItemNumber;
use kioskd::sale::fact::{CaptureMode, Flow, UnknownVend};
use kioskd::sale::input::Call;
use kioskd::sale::{Fact, Input, Sale};
use kioskd::time::Moment;

use crate::audit::Audit;
use crate::board::{Board, Line, Motor, Written};
use crate::bugs::Bug;
use crate::choices::{Choice, Start};
use crate::disk::{Disk, Left};
use crate::faults::{Counts, Fault};
use crate::flights::{Daemon, Flight};
use crate::names;
use crate::reader::{Action, Kind, State};
use crate::stripe::{Answer, Back, Stripe, Why};

/// Stripe's clock when the world begins, in seconds.
const EPOCH: i64 = 1_790_000_000;

/// How late a daemon starts that starts late: beyond every window and patience of the policy.
const LATE: u64 = 90_000;

/// Longer than a key is kept and a hold lasts.
const DAYS: u64 = 3 * 86_400_000;

/// No request is answered at the very moment at which it was asked.
const ROUND_TRIP: u64 = 1;

/// No moment of a boot is nought.
const BOOT_TAKES: u64 = 1_000;

/// What does not change while the world runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// One step or two.
    pub flow: Flow,
    /// When the money moves.
    pub capture: CaptureMode,
    /// Whether Interac cards are taken.
    pub interac: bool,
    /// What becomes of a vend that nobody knows of.
    pub unknown_vend: UnknownVend,
    /// How many cards may be tried.
    pub attempts: u32,
    /// A mistake that the driver makes on purpose.
    pub bug: Option<Bug>,
    /// Whether the board is asked seldom, so that there are fewer states.
    pub coarse: bool,
}

impl Rules {
    /// For the model checker: a card is held at the tap, and released if nobody knows what came out.
    pub const PLAIN: Self = Self {
        flow: Flow::Process,
        capture: CaptureMode::AfterVend,
        interac: false,
        unknown_vend: UnknownVend::Release,
        attempts: 2,
        bug: None,
        coarse: true,
    };
}

/// The customer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Customer {
    /// Whether they are there.
    pub there: bool,
    /// Whether their card is an Interac card.
    pub interac: bool,
}

/// A kiosk with one sale, and everything that its sale meets.
#[derive(Clone, Debug)]
pub struct World {
    /// Milliseconds since the world began.
    pub clock: u64,
    /// Which boot this is.
    pub boot: u8,
    /// When it began.
    pub booted: u64,
    /// What does not change.
    pub rules: Rules,
    /// The policy's, for the audit.
    pub unknown_vend: UnknownVend,
    /// The policy's, for the audit.
    pub window: Duration,
    /// Faults that may still strike.
    pub left: Counts,
    /// Faults that may still strike in all.
    pub faults_left: u16,
    /// Crashes that may still come in all.
    pub crashes_left: u16,
    /// Faults that have struck.
    pub struck: Counts,
    /// Stripe's books.
    pub stripe: Stripe,
    /// What the reader is at, or was last.
    pub action: Option<Action>,
    /// The customer.
    pub customer: Customer,
    /// The dispenser.
    pub board: Board,
    /// The journal.
    pub disk: Disk,
    /// The daemon, if it runs.
    pub daemon: Option<Box<Daemon>>,
    /// While it does not: what it will find of the sale.
    pub found: Option<Sale>,
    /// Requests of which nobody hears any more.
    pub wire: Vec<Flight>,
    /// What the audit remembers.
    pub audit: Audit,
    /// Facts so far.
    pub facts: u32,
    /// What happened, in words, if somebody wants to read it.
    pub story: Option<Vec<String>>,
}

impl World {
    /// A customer has chosen.
    pub fn new(rules: Rules, left: Counts) -> Self {
        let at = Moment::from_millis(BOOT_TAKES);
        let opened = names::opened(&rules, at);
        let window = opened.policy.resume_window;
        let mut disk = Disk::default();
        disk.record(vec![Fact::Opened(Box::new(opened.clone()))]);
        let mut world = Self {
            clock: 0,
            boot: 0,
            booted: 0,
            rules,
            unknown_vend: rules.unknown_vend,
            window,
            left,
            faults_left: u16::MAX,
            crashes_left: u16::MAX,
            struck: Counts::NONE,
            stripe: Stripe::default(),
            action: None,
            customer: Customer { there: true, interac: rules.interac },
            board: Board::NEW,
            disk,
            daemon: Some(Box::new(Daemon::new(Sale::open(opened)))),
            found: None,
            wire: Vec::new(),
            audit: Audit::default(),
            facts: 1,
            story: None,
        };
        world.reconcile();
        world
    }

    /// The kiosk's clock.
    pub fn now(&self) -> Moment {
        Moment::from_millis(self.clock - self.booted + BOOT_TAKES)
    }

    /// Stripe's clock, in seconds.
    pub fn date(&self) -> i64 {
        EPOCH + i64::try_from(self.clock / 1000).unwrap_or(0)
    }

    /// Tells the story, if somebody wants to read it.
    pub fn tell(&mut self, what: impl FnOnce() -> String) {
        let clock = self.clock;
        if let Some(story) = &mut self.story {
            story.push(format!("{:>9.3} {}", Duration::from_millis(clock).as_secs_f64(), what()));
        }
    }

    /// Whether a kind of fault may still strike.
    pub fn may(&self, fault: Fault) -> bool {
        let in_all = if fault.is_crash() { self.crashes_left } else { self.faults_left };
        in_all > 0 && self.left.of(fault) > 0
    }

    /// Whether a kind of fault has struck.
    pub fn has_struck(&self, fault: Fault) -> bool {
        self.struck.of(fault) > 0
    }

    fn strike(&mut self, fault: Fault) {
        let in_all = if fault.is_crash() { &mut self.crashes_left } else { &mut self.faults_left };
        *in_all = in_all.saturating_sub(1);
        self.left.take(fault);
        self.struck.add(fault);
    }

    /// One thing happens, and the daemon does what follows from it.
    pub fn apply(&mut self, choice: Choice) {
        self.tell(|| format!("{choice:?}"));
        if let Some(fault) = choice.fault() {
            self.strike(fault);
        }
        self.happen(choice);
        if self.daemon.is_some() {
            self.reconcile();
        }
        self.audit_step();
    }

    fn happen(&mut self, choice: Choice) {
        match choice {
            Choice::Execute(at) => self.run(at),
            Choice::Deliver(at) => self.deliver(at),
            Choice::Fails { at, fault, ran } => self.fail(at, fault, ran),
            Choice::RunsAtLast(at) => {
                let flight = self.wire.remove(at);
                self.execute(flight.call, flight.intent);
            }
            Choice::GetsLost(at) => drop(self.wire.remove(at)),
            Choice::Flush => self.disk.commit(),
            Choice::Tap { pending, prepaid } => self.tap(pending, prepaid),
            Choice::CancelOnReader => self.end_action(State::Canceled),
            Choice::CancelPressed => self.give(&Input::CancelPressed),
            Choice::Stopping => self.give(&Input::Stopping),
            Choice::Leaves => self.customer.there = false,
            Choice::Approves => self.approve(),
            Choice::Declines => self.decline(),
            Choice::LosesLink { later } => self.lose_link(later),
            Choice::GetsStuck => self.get_stuck(),
            Choice::ApprovesLate => self.approve_late(),
            Choice::ForeignComes => {
                let (kind, state) = (Kind::Process, State::Asks);
                self.action = Some(Action { kind, intent: None, state });
            }
            Choice::ForeignGoes => self.end_action(State::Done),
            Choice::Orders(written) => self.write_order(written),
            Choice::Stops { gives } => {
                self.board.stop(gives);
                let says = self.board.says();
                self.board_says(says);
            }
            Choice::StatusAnswered => {
                self.board.asked = false;
                let says = self.board.says();
                self.board_says(says);
            }
            Choice::QuestionLost => self.board.asked = false,
            Choice::LineArrives => {
                let line = self.board.lines.remove(0);
                let (item, news) = (ItemNumber::FIRST, line.news());
                self.give(&Input::Dispenser { item, news });
            }
            Choice::LineLost => drop(self.board.lines.remove(0)),
            Choice::RefundEnds { well } => self.end_refund(well),
            Choice::RefundsTakeTime => self.stripe.slow_refunds = true,
            Choice::Kill(left) => self.die(left),
            Choice::PowerCut { left, board } => self.cut_power(left, board),
            Choice::Starts(start) => self.start_daemon(start),
            Choice::DaysPass => self.days_pass(),
            Choice::Waits => {
                let wake = self.daemon.as_ref().and_then(|daemon| daemon.wake);
                let at = wake.map_or(0, Moment::as_millis);
                self.clock = self.clock.max(at + self.booted - BOOT_TAKES.min(at + self.booted));
            }
        }
    }

    fn run(&mut self, at: usize) {
        self.clock += ROUND_TRIP;
        let Some(daemon) = &self.daemon else { return };
        let Some(flight) = daemon.flights.get(at) else { return };
        // The second half of a look reads the PaymentIntent.
        let call = if flight.half.is_some() { Call::Inspect } else { flight.call };
        let answer = self.execute(call, flight.intent);
        if let Some(flight) = self.daemon.as_mut().and_then(|daemon| daemon.flights.get_mut(at)) {
            flight.answer = Some(answer);
        }
    }

    /// A request ends badly, seen from the kiosk; `ran` tells what it did all the same.
    fn fail(&mut self, at: usize, fault: Fault, ran: bool) {
        let Some(daemon) = &self.daemon else { return };
        let Some(flight) = daemon.flights.get(at).cloned() else { return };
        let call = if flight.half.is_some() { Call::Inspect } else { flight.call };
        let refusals = [
            (Fault::StripeFails, Why::Failed),
            (Fault::ReaderTimeout, Why::Timeout),
            (Fault::ReaderOffline, Why::Offline),
        ];
        let refusal = refusals.iter().find(|(kind, _)| *kind == fault);
        let answer = if let Some((_, why)) = refusal {
            self.refuse(call, flight.intent, *why, ran)
        } else if fault == Fault::NotSent {
            Answer::NotSent
        } else if fault == Fault::TooMany {
            Answer::TooMany
        } else {
            if fault == Fault::RunsLate {
                self.wire.push(flight.clone());
            }
            if ran {
                self.execute(call, flight.intent);
            }
            Answer::Silence
        };
        if let Some(flight) = self.daemon.as_mut().and_then(|daemon| daemon.flights.get_mut(at)) {
            flight.answer = Some(answer);
        }
        self.deliver(at);
    }

    /// An error of execution, which is stored under the key.
    fn refuse(&mut self, call: Call, intent: u8, why: Why, ran: bool) -> Answer {
        if let Some(stored) = self.stripe.stored(call, intent) {
            return stored;
        }
        if ran {
            self.execute(call, intent);
            self.stripe.keys.retain(|(key, _, _)| Some(*key) != crate::stripe::key(call));
        }
        let answer = Answer::Refused(why);
        self.stripe.store(call, intent, &answer);
        answer
    }

    fn end_refund(&mut self, well: bool) {
        let pending = self.stripe.refunds.iter_mut().find(|r| r.state == Back::Pending);
        if let Some(refund) = pending {
            refund.state = if well { Back::Done } else { Back::Failed };
        }
    }

    /// The process is gone. What it had sent may still run.
    fn die(&mut self, left: Left) {
        let Some(daemon) = self.daemon.take() else { return };
        let sent = daemon.flights.into_iter().filter(|f| f.answer.is_none() && f.half.is_none());
        let sent = sent.filter(|flight| crate::stripe::key(flight.call).is_some());
        self.wire.extend(sent);
        self.board.ordered = false;
        self.board.asked = false;
        self.board.lines.clear();
        self.found = self.disk.crash(left);
        self.audit_crash();
    }

    fn cut_power(&mut self, left: Left, board: Memory) {
        self.die(left);
        self.boot += 1;
        self.booted = self.clock;
        match board {
            Memory::Kept => {}
            Memory::Lost { gave } => {
                if self.board.motor == Motor::Turns {
                    self.board.gave |= gave;
                }
                self.board.motor = Motor::Idle;
            }
        }
    }

    fn start_daemon(&mut self, start: Start) {
        if start == Start::Late {
            self.clock += LATE;
        }
        let Some(sale) = self.found.take() else { return };
        let open = sale.is_open();
        self.daemon = Some(Box::new(Daemon::new(sale)));
        if open {
            let boot = names::boot(self.boot);
            self.give(&Input::Restarted { boot });
        }
    }

    /// Nothing came through for days: keys are forgotten, and what was held is released.
    fn days_pass(&mut self) {
        self.clock += DAYS;
        self.customer.there = false;
        self.wire.clear();
        self.stripe.keys.clear();
        // No request is under way for days.
        let flights = self.daemon.iter_mut().flat_map(|daemon| &mut daemon.flights);
        flights.for_each(|flight| flight.answer = Some(Answer::Silence));
        for intent in &mut self.stripe.intents {
            if intent.status == crate::stripe::Status::Held {
                intent.status = crate::stripe::Status::Canceled;
            }
        }
    }

    /// Whether a line may be heard or lost now.
    pub fn next_line(&self) -> Option<Line> {
        self.board.lines.first().copied().filter(|_| self.daemon.is_some())
    }

    /// Whether an order can be written.
    pub fn can_write(&self) -> bool {
        self.board.ordered && self.daemon.is_some()
    }
}

/// What a board remembers after a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Memory {
    /// Everything: it has a supply of its own.
    Kept,
    /// Nothing; whether the product that was turning came out.
    Lost {
        /// Whether it did.
        gave: bool,
    },
}

/// All that an order can come to.
pub const WRITTEN: [(Written, Option<Fault>); 4] = [
    (Written::Heard, None),
    (Written::Unheard, Some(Fault::OrderUnheard)),
    (Written::InPart, Some(Fault::OrderInPart)),
    (Written::Closed, Some(Fault::PortClosed)),
];
