//! The way to Stripe, and what is wrong with it.

use crate::auditor::Millis;

/// What the network, or Stripe as a whole, is like for a while.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Weather {
    /// Good.
    #[default]
    Fair,
    /// There is no route: nothing leaves.
    NoRoute,
    /// What is sent vanishes.
    BlackHole,
    /// Requests get there, and no reply comes back.
    NoReplies,
    /// A portal answers everything.
    Portal,
    /// Stripe takes no more (429).
    TooMany,
    /// Stripe fails (5xx), having executed the call or not.
    Failing,
}

impl Weather {
    /// Everything that is not good, with the name that it is counted by.
    pub const BAD: [(Self, &str); 6] = [
        (Self::NoRoute, "network: no route for a while"),
        (Self::BlackHole, "network: requests vanish for a while"),
        (Self::NoReplies, "network: replies vanish for a while"),
        (Self::Portal, "network: a portal answers for a while"),
        (Self::TooMany, "stripe: 429 for a while"),
        (Self::Failing, "stripe: 5xx for a while"),
    ];
}

/// The weather now.
#[derive(Clone, Copy, Default, Debug)]
pub struct Network {
    weather: Weather,
    until: Millis,
}

impl Network {
    /// A time of bad weather begins.
    pub fn turns(&mut self, weather: Weather, until: Millis) {
        *self = Self { weather, until };
    }

    /// What it is like now.
    pub fn weather(&self, now: Millis) -> Weather {
        if now < self.until { self.weather } else { Weather::Fair }
    }
}

/// What becomes of one call in fair weather.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is answered.
    Answered,
    /// It gets lost before Stripe has it.
    Lost,
    /// It is executed, and its reply gets lost.
    ReplyLost,
    /// The connection is reset before Stripe has it.
    Reset,
    /// It is executed, and the connection is reset.
    ResetAfter,
    /// Stripe answers with an error of its own, having executed it or not.
    Error {
        /// The simulator's name of it.
        name: &'static str,
        /// Whether it was executed.
        executed: bool,
    },
    /// Stripe refuses it before it looks at it.
    Early(&'static str),
}
