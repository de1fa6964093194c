//! Everything that can happen next.

use kioskd::sale::Phase;

use crate::board::{Motor, Written};
use crate::disk::Left;
use crate::faults::Fault;
use crate::reader::{Kind, State};
use crate::stripe::Back;
use crate::world::{Memory, WRITTEN, World};

/// Requests of which nobody hears any more, at most.
const MOST_ON_THE_WIRE: usize = 2;

/// One thing that can happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Choice {
    /// A request runs at Stripe; its reply is on the way.
    Execute(usize),
    /// A reply arrives.
    Deliver(usize),
    /// A request ends badly.
    Fails {
        /// Which.
        at: usize,
        /// How.
        fault: Fault,
        /// Whether it ran all the same.
        ran: bool,
    },
    /// A request that was given up runs after all.
    RunsAtLast(usize),
    /// It never will.
    GetsLost(usize),
    /// The disk confirms a batch.
    Flush,
    /// The customer presents a card.
    Tap {
        /// Whether Stripe says `processing` meanwhile.
        pending: bool,
        /// Whether it is a prepaid card.
        prepaid: bool,
    },
    /// The customer cancels on the reader.
    CancelOnReader,
    /// The customer presses CANCEL.
    CancelPressed,
    /// The daemon is told to stop.
    Stopping,
    /// The customer walks away.
    Leaves,
    /// The issuer approves.
    Approves,
    /// The issuer declines.
    Declines,
    /// The reader loses its link.
    LosesLink {
        /// Whether the approval comes later.
        later: bool,
    },
    /// The reader asks for ever.
    GetsStuck,
    /// The approval comes after all.
    ApprovesLate,
    /// Another system uses the reader.
    ForeignComes,
    /// It has finished.
    ForeignGoes,
    /// The order is written to the port.
    Orders(Written),
    /// The motor stops.
    Stops {
        /// Whether the product came out.
        gives: bool,
    },
    /// The board answers a question.
    StatusAnswered,
    /// The question is lost.
    QuestionLost,
    /// A line of the board arrives.
    LineArrives,
    /// It is lost.
    LineLost,
    /// A pending refund ends.
    RefundEnds {
        /// How.
        well: bool,
    },
    /// Refunds that are made from now on stay pending for a while.
    RefundsTakeTime,
    /// The process dies.
    Kill(Left),
    /// Power is cut.
    PowerCut {
        /// What is left of the journal.
        left: Left,
        /// What the board remembers.
        board: Memory,
    },
    /// The daemon is started.
    Starts(Start),
    /// Nothing comes through for days.
    DaysPass,
    /// Time passes until the daemon wants to hear it.
    Waits,
}

/// When the daemon is started.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Start {
    /// At once.
    Soon,
    /// When all that was young is old.
    Late,
}

impl Choice {
    /// The fault that it is, if it is one.
    pub fn fault(self) -> Option<Fault> {
        match self {
            Self::Fails { fault, .. } => Some(fault),
            Self::CancelOnReader => Some(Fault::CancelOnReader),
            Self::CancelPressed => Some(Fault::CancelPressed),
            Self::Stopping => Some(Fault::Stopping),
            Self::Leaves => Some(Fault::Leaves),
            Self::Tap { prepaid: true, .. } => Some(Fault::WrongCard),
            Self::Declines => Some(Fault::Declines),
            Self::LosesLink { .. } => Some(Fault::ConnectionError),
            Self::GetsStuck => Some(Fault::Stuck),
            Self::ForeignComes => Some(Fault::Foreign),
            Self::Orders(written) => {
                let (_, fault) = WRITTEN.iter().find(|(known, _)| *known == written)?;
                *fault
            }
            Self::Stops { gives: false } => Some(Fault::Jam),
            Self::QuestionLost | Self::LineLost => Some(Fault::Silence),
            Self::RefundEnds { well: false } => Some(Fault::RefundFails),
            Self::RefundsTakeTime => Some(Fault::RefundPends),
            Self::Kill(_) => Some(Fault::Kill),
            Self::PowerCut { left: Left::WithoutTheLast, .. } => Some(Fault::LyingCard),
            Self::PowerCut { .. } => Some(Fault::PowerCut),
            Self::DaysPass => Some(Fault::DaysPass),
            Self::Execute(_)
            | Self::Deliver(_)
            | Self::RunsAtLast(_)
            | Self::GetsLost(_)
            | Self::Flush
            | Self::Tap { prepaid: false, .. }
            | Self::Approves
            | Self::ApprovesLate
            | Self::ForeignGoes
            | Self::Stops { gives: true }
            | Self::StatusAnswered
            | Self::LineArrives
            | Self::RefundEnds { well: true }
            | Self::Starts(_)
            | Self::Waits => None,
        }
    }
}

impl World {
    /// Everything that can happen next. Nothing, if the sale is over and nothing is under way.
    pub fn choices(&self, into: &mut Vec<Choice>) {
        into.clear();
        if self.is_over() {
            return;
        }
        self.network(into);
        self.people(into);
        self.machine(into);
        self.crashes(into);
        for at in 0..self.wire.len() {
            into.extend([Choice::RunsAtLast(at), Choice::GetsLost(at)]);
        }
        if let Some(daemon) = &self.daemon {
            if self.disk.is_writing() {
                into.push(Choice::Flush);
            }
            // A port takes an order at once or not at all.
            if daemon.wake.is_some() && !self.board.ordered {
                into.push(Choice::Waits);
            }
        } else if self.found.is_some() {
            into.extend([Choice::Starts(Start::Soon), Choice::Starts(Start::Late)]);
        }
        let faults = into.iter().any(|choice| choice.fault().is_some());
        if faults {
            into.retain(|choice| choice.fault().is_none_or(|fault| self.may(fault)));
        }
    }

    fn network(&self, into: &mut Vec<Choice>) {
        let Some(daemon) = &self.daemon else { return };
        for (at, flight) in daemon.flights.iter().enumerate() {
            if flight.answer.is_some() {
                into.push(Choice::Deliver(at));
                continue;
            }
            into.push(Choice::Execute(at));
            let fails = |fault, ran| Choice::Fails { at, fault, ran };
            into.push(fails(Fault::NotSent, false));
            into.push(fails(Fault::RequestLost, false));
            into.push(fails(Fault::TooMany, false));
            into.push(fails(Fault::StripeFails, false));
            let changes = crate::stripe::key(flight.call).is_some() && flight.half.is_none();
            if changes {
                into.push(fails(Fault::ReplyLost, true));
                into.push(fails(Fault::StripeFails, true));
                if self.wire.len() < MOST_ON_THE_WIRE {
                    into.push(fails(Fault::RunsLate, false));
                }
            }
            if flight.is_command() {
                into.push(fails(Fault::ReaderOffline, false));
                into.push(fails(Fault::ReaderTimeout, false));
                into.push(fails(Fault::ReaderTimeout, true));
            }
        }
    }

    fn people(&self, into: &mut Vec<Choice>) {
        if let Some(daemon) = &self.daemon {
            let waits = matches!(
                daemon.sale.phase,
                Phase::Opening { .. }
                    | Phase::Prompting { .. }
                    | Phase::Presenting { .. }
                    | Phase::Collected { .. }
                    | Phase::Confirming { .. }
                    | Phase::Retracting { .. }
                    | Phase::Refunding(_)
            );
            if waits && self.customer.there {
                into.push(Choice::CancelPressed);
            }
            if waits {
                into.push(Choice::Stopping);
            }
        }
        if self.customer.there {
            into.push(Choice::Leaves);
        }
        if self.stripe.late_approval.is_some() {
            into.push(Choice::ApprovesLate);
        }
        let Some(action) = self.action else {
            into.push(Choice::ForeignComes);
            return;
        };
        match action.state {
            State::Authorizing(_) => into.extend([
                Choice::Approves,
                Choice::Declines,
                Choice::LosesLink { later: false },
                Choice::LosesLink { later: true },
                Choice::GetsStuck,
            ]),
            State::Asks if action.intent.is_none() => into.push(Choice::ForeignGoes),
            State::Asks => {
                into.push(Choice::ForeignComes);
                if self.customer.there {
                    into.push(Choice::Tap { pending: false, prepaid: false });
                    into.push(Choice::CancelOnReader);
                    match action.kind {
                        Kind::Process => into.push(Choice::Tap { pending: true, prepaid: false }),
                        Kind::Collect => into.push(Choice::Tap { pending: false, prepaid: true }),
                        Kind::Confirm | Kind::Refund(_) => {}
                    }
                }
            }
            State::Stuck
            | State::Read(_)
            | State::Done
            | State::Declined
            | State::Canceled
            | State::NoLink => into.push(Choice::ForeignComes),
        }
    }

    fn machine(&self, into: &mut Vec<Choice>) {
        if self.can_write() {
            into.extend(WRITTEN.iter().map(|(written, _)| Choice::Orders(*written)));
        }
        if self.board.motor == Motor::Turns {
            into.extend([Choice::Stops { gives: true }, Choice::Stops { gives: false }]);
        }
        if self.board.asked {
            into.extend([Choice::StatusAnswered, Choice::QuestionLost]);
        }
        if let Some(line) = self.next_line() {
            into.push(Choice::LineArrives);
            // What the port itself says is never lost.
            if !line.is_the_ports() {
                into.push(Choice::LineLost);
            }
        }
        if self.stripe.refunds.iter().any(|refund| refund.state == Back::Pending) {
            into.extend([Choice::RefundEnds { well: true }, Choice::RefundEnds { well: false }]);
        }
        let taken = self.stripe.intents.iter().any(|intent| intent.received > 0);
        if taken && self.stripe.refunds.is_empty() && !self.stripe.slow_refunds {
            into.push(Choice::RefundsTakeTime);
        }
    }

    fn crashes(&self, into: &mut Vec<Choice>) {
        let Some(daemon) = &self.daemon else { return };
        let mut lefts = vec![Left::Committed];
        if self.disk.is_writing() {
            lefts.push(Left::AllHanded);
        }
        for left in &lefts {
            into.push(Choice::Kill(*left));
        }
        // A sale of which not even the opening is left is another story: the sweep finds it.
        if self.disk.kept.is_some() {
            lefts.push(Left::WithoutTheLast);
        }
        for left in lefts {
            into.push(Choice::PowerCut { left, board: Memory::Kept });
            into.push(Choice::PowerCut { left, board: Memory::Lost { gave: false } });
            if self.board.motor == Motor::Turns {
                into.push(Choice::PowerCut { left, board: Memory::Lost { gave: true } });
            }
        }
        let link_is_down = !daemon.flights.is_empty();
        let rests = self.board.motor != Motor::Turns && !self.board.ordered;
        let authorizing = self.action.is_some_and(|a| matches!(a.state, State::Authorizing(_)));
        if link_is_down && rests && !authorizing && self.board.lines.is_empty() {
            into.push(Choice::DaysPass);
        }
    }
}
