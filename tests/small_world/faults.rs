//! What can go wrong, each so many times.

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// A request never left.
    NotSent,
    /// A request was lost on its way.
    RequestLost,
    /// A request ran, and its reply was lost.
    ReplyLost,
    /// A request is given up, and runs later.
    RunsLate,
    /// 429.
    TooMany,
    /// 5xx, and the request ran or not; stored under its key.
    StripeFails,
    /// The reader is offline.
    ReaderOffline,
    /// The reader does not acknowledge, and did it or not.
    ReaderTimeout,
    /// Another system uses the reader.
    Foreign,
    /// The reader loses its link while the issuer is asked.
    ConnectionError,
    /// The reader asks for ever.
    Stuck,
    /// The issuer declines.
    Declines,
    /// The product gets stuck.
    Jam,
    /// A line of the board, or a question to it, is lost.
    Silence,
    /// An order is garbled.
    OrderUnheard,
    /// An order is written in part.
    OrderInPart,
    /// The port is not open.
    PortClosed,
    /// The process dies.
    Kill,
    /// Power is cut.
    PowerCut,
    /// A flush that was confirmed is lost with the power.
    LyingCard,
    /// Keys are forgotten and holds expire before anything comes through.
    DaysPass,
    /// A refund stays pending.
    RefundPends,
    /// A refund fails.
    RefundFails,
    /// The customer presses CANCEL.
    CancelPressed,
    /// The customer cancels on the reader.
    CancelOnReader,
    /// The customer walks away.
    Leaves,
    /// A card is presented that is not taken.
    WrongCard,
    /// The daemon is told to stop while a customer is there.
    Stopping,
}

/// How many kinds there are.
pub const KINDS: usize = 28;

/// All of them, in the order of their numbers.
pub const ALL: [Fault; KINDS] = [
    Fault::NotSent,
    Fault::RequestLost,
    Fault::ReplyLost,
    Fault::RunsLate,
    Fault::TooMany,
    Fault::StripeFails,
    Fault::ReaderOffline,
    Fault::ReaderTimeout,
    Fault::Foreign,
    Fault::ConnectionError,
    Fault::Stuck,
    Fault::Declines,
    Fault::Jam,
    Fault::Silence,
    Fault::OrderUnheard,
    Fault::OrderInPart,
    Fault::PortClosed,
    Fault::Kill,
    Fault::PowerCut,
    Fault::LyingCard,
    Fault::DaysPass,
    Fault::RefundPends,
    Fault::RefundFails,
    Fault::CancelPressed,
    Fault::CancelOnReader,
    Fault::Leaves,
    Fault::WrongCard,
    Fault::Stopping,
];

/// So many of each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Counts(pub [u16; KINDS]);

impl Fault {
    /// Whether the daemon dies of it.
    pub fn is_crash(self) -> bool {
        matches!(self, Self::Kill | Self::PowerCut | Self::LyingCard)
    }

    #[expect(clippy::as_conversions, reason = "the number of a variant, counted from nought")]
    fn number(self) -> usize {
        self as usize
    }
}

impl Counts {
    /// None of any.
    pub const NONE: Self = Self([0; KINDS]);

    /// As many of each as anybody wants.
    pub const ANY: Self = Self([u16::MAX; KINDS]);

    /// How many of this kind.
    pub fn of(&self, fault: Fault) -> u16 {
        self.0[fault.number()]
    }

    /// So many of this kind.
    pub fn set(&mut self, fault: Fault, times: u16) {
        self.0[fault.number()] = times;
    }

    /// One more.
    pub fn add(&mut self, fault: Fault) {
        self.0[fault.number()] += 1;
    }

    /// One fewer.
    pub fn take(&mut self, fault: Fault) {
        let left = &mut self.0[fault.number()];
        if *left < u16::MAX {
            *left = left.saturating_sub(1);
        }
    }
}
