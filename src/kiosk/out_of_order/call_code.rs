//! The number that a customer who calls can read from the display.

use super::Reason;
use crate::sale::input::Obstacle;

impl Reason {
    /// Two digits for the telephone. They stand in `kioskd status` and in docs/operations.md, and
    /// never change their meaning: tens are what it is about.
    pub fn call_code(&self) -> u8 {
        match self {
            Self::Starting => 10,
            Self::Sweeping => 11,
            Self::Journal => 12,
            Self::Clone => 13,
            Self::Drained { .. } => 14,
            Self::Link { obstacle } => of_link(*obstacle),
            Self::KeyRejected => 30,
            Self::KeyTooNarrow { .. } => 31,
            Self::OtherMode => 32,
            Self::PaymentNotFound => 33,
            Self::PaymentsRefused { .. } => 34,
            Self::NoCardPresent => 35,
            Self::PriceRefused { .. } => 36,
            Self::ReaderOffline => 40,
            Self::ReaderRestarting => 41,
            Self::ReaderDeaf => 42,
            Self::ReaderUpdating => 43,
            Self::ReaderInUse => 44,
            Self::ReaderRefuses { .. } => 45,
            Self::ReaderNotFound => 46,
            Self::ReaderAssignedElsewhere { .. } => 50,
            Self::ReaderUnassigned => 51,
            Self::ReaderWrongMode { .. } => 52,
            Self::ReaderNoLocation => 53,
            Self::ReaderWrongCountry { .. } => 54,
            Self::Exposure => 60,
            Self::DeadlineNear => 61,
            Self::DispenserAway { .. } => 70,
            Self::SoldOut { .. } => 71,
        }
    }
}

/// What a technician is told apart is told apart here, too.
fn of_link(obstacle: Obstacle) -> u8 {
    match obstacle {
        Obstacle::Name | Obstacle::Network => 20,
        Obstacle::Connection | Obstacle::Silence => 21,
        Obstacle::Certificate => 22,
        Obstacle::Clock => 23,
        Obstacle::Stranger => 24,
        Obstacle::Failing => 25,
    }
}
