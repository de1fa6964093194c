//! Where the daemon can be killed.

use std::fmt;

use fastrand::Rng;

/// A call of Stripe's API, by what it is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// Makes the PaymentIntent.
    Create,
    /// Prompts in one step.
    Process,
    /// Prompts in two steps: the first.
    Collect,
    /// The second.
    Confirm,
    /// Reads the reader, with its PaymentIntent.
    LookAtReader,
    /// Reads the PaymentIntent.
    LookAtIntent,
    /// Clears the reader.
    Clear,
    /// Cancels the PaymentIntent.
    Fence,
    /// Takes the money.
    Capture,
    /// Gives it back.
    Refund,
    /// Lists, searches and claims.
    Else,
}

impl Call {
    /// By method and path.
    pub fn of(method: &str, path: &str) -> Self {
        let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
        match (method, parts.as_slice()) {
            ("POST", ["payment_intents"]) => Self::Create,
            ("POST", ["payment_intents", _, "capture"]) => Self::Capture,
            ("POST", ["payment_intents", _, "cancel"]) => Self::Fence,
            ("POST", ["refunds"]) => Self::Refund,
            ("POST", ["terminal", "readers", _, "process_payment_intent"]) => Self::Process,
            ("POST", ["terminal", "readers", _, "collect_payment_method"]) => Self::Collect,
            ("POST", ["terminal", "readers", _, "confirm_payment_intent"]) => Self::Confirm,
            ("POST", ["terminal", "readers", _, "cancel_action"]) => Self::Clear,
            ("GET", ["terminal", "readers", _]) => Self::LookAtReader,
            ("GET", ["payment_intents", id]) if *id != "search" => Self::LookAtIntent,
            _ => Self::Else,
        }
    }
}

/// When in the course of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// It has left kioskd, and Stripe has not executed it: it never will, or does so later.
    Before,
    /// Stripe has executed it, and the reply has not arrived.
    Executed,
    /// The reply was written to kioskd's socket.
    Replied,
}

/// All of them.
pub const WHENS: [When; 3] = [When::Before, When::Executed, When::Replied];

/// When in the course of a vend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// The board has read `VEND` and done nothing.
    VendRead,
    /// The motor has stopped, and the board has said nothing.
    MotorStopped,
    /// The board has answered.
    Answered,
    /// The board has read `STATUS`.
    StatusRead,
    /// It has answered that.
    StatusAnswered,
}

/// A place that the harness sees the daemon pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Site {
    /// A call of Stripe's API.
    Call(Call, When),
    /// A line to or from the board.
    Line(Line),
    /// A write to a file of the journal: several make one transaction.
    Write,
}

/// Where the daemon shall be killed next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aim {
    /// At this place, after it was passed so many times.
    At(Site, u32),
    /// At any call, after so many.
    AnyCall(When, u32),
    /// So many milliseconds after it is armed.
    After(u64),
}

impl Aim {
    /// Whether this is the place; counts down where it is not yet the time.
    pub fn meets(&mut self, site: Site) -> bool {
        let (wanted, left) = match self {
            Self::At(wanted, left) => (*wanted == site, left),
            Self::AnyCall(wanted, left) => {
                (matches!(site, Site::Call(_, when) if when == *wanted), left)
            }
            Self::After(_) => return false,
        };
        let now = wanted && *left == 0;
        *left = left.saturating_sub(u32::from(wanted));
        now
    }

    /// Anywhere in the course of a sale.
    pub fn draw(rng: &mut Rng) -> Self {
        let when = WHENS[rng.usize(0..WHENS.len())];
        match rng.u32(0..20) {
            0..7 => Self::AnyCall(when, rng.u32(0..9)),
            7..12 => {
                let calls = [Call::Capture, Call::Process, Call::Collect, Call::Confirm];
                let rarer = [Call::Fence, Call::Refund, Call::Clear, Call::LookAtIntent];
                let call = if rng.bool() { calls } else { rarer }[rng.usize(0..4)];
                Self::At(Site::Call(call, when), 0)
            }
            12..15 => {
                let lines = [Line::VendRead, Line::MotorStopped, Line::Answered];
                Self::At(Site::Line(lines[rng.usize(0..lines.len())]), 0)
            }
            15..18 => Self::At(Site::Write, rng.u32(0..30)),
            _ => Self::After(rng.u64(0..3_000)),
        }
    }

    /// Anywhere soon after a start.
    pub fn draw_after_start(rng: &mut Rng) -> Self {
        let when = WHENS[rng.usize(0..WHENS.len())];
        match rng.u32(0..10) {
            0..4 => Self::After(rng.u64(0..400)),
            4..7 => Self::AnyCall(when, rng.u32(0..4)),
            7 => Self::At(Site::Line(Line::StatusRead), 0),
            8 => Self::At(Site::Line(Line::StatusAnswered), 0),
            _ => Self::At(Site::Write, rng.u32(0..8)),
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(call, When::Before) => write!(f, "{call:?}, before Stripe executes it"),
            Self::Call(call, When::Executed) => write!(f, "{call:?}, before the reply arrives"),
            Self::Call(call, When::Replied) => write!(f, "{call:?}, after the reply"),
            Self::Line(line) => write!(f, "board: {line:?}"),
            Self::Write => f.write_str("a write to the journal"),
        }
    }
}
