//! What the interface writes, read. Upper case goes to it, lower case comes back.

use crate::ids::Slot;

/// A line of the interface's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The cashless device is in this state now.
    Status(Status),
    /// The machine asks for money: `c,STATUS,VEND,<amount>,<product>`.
    Asked {
        /// In major units, as it was written.
        amount: String,
        /// The machine's number of the product.
        slot: Slot,
    },
    /// The product came out: `c,VEND,SUCCESS`.
    Success,
    /// It did not: `c,ERR,VEND 3`.
    Failure,
    /// Another complaint of the interface's.
    Complaint {
        /// What it wrote behind `c,ERR,`.
        what: String,
    },
    /// An echo, an acknowledgement, or of another device: nothing follows from it.
    Chatter,
}

/// A state of the cashless device, as the interface tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The machine has not spoken yet, or has reset the bus.
    Inactive,
    /// The machine has spoken, and wants no cashless payment now.
    Disabled,
    /// The machine wants cashless payment.
    Enabled,
    /// A session is open, with nothing asked for.
    Idle,
}

/// The complaint that means that nothing came out.
const VEND_FAILED: &str = "VEND 3";

impl Line {
    /// Reads one line; `None` if the interface writes no such thing.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(',');
        let first = words.next()?;
        if matches!(first, "r" | "f" | "v" | "x" | "h" | "d") {
            return Some(Self::Chatter);
        }
        if first != "c" {
            return None;
        }
        match words.next()? {
            "STATUS" => Self::status(words.next()?, words),
            "VEND" if words.next()? == "SUCCESS" => Some(Self::Success),
            "ERR" => {
                let what = line.splitn(3, ',').nth(2)?.trim_matches('"').to_owned();
                if what == VEND_FAILED {
                    Some(Self::Failure)
                } else {
                    Some(Self::Complaint { what })
                }
            }
            // What was switched on, off or set is repeated.
            "0" | "1" | "SETCONF" | "ACK" => Some(Self::Chatter),
            _ => None,
        }
    }

    fn status<'a>(word: &str, mut rest: impl Iterator<Item = &'a str>) -> Option<Self> {
        let status = match word {
            "INACTIVE" => Status::Inactive,
            "DISABLED" => Status::Disabled,
            "ENABLED" => Status::Enabled,
            "IDLE" => Status::Idle,
            "VEND" => {
                let amount = rest.next()?.to_owned();
                let slot = Slot::new(rest.next()?.trim()).ok()?;
                return Some(Self::Asked { amount, slot });
            }
            _ => return None,
        };
        Some(Self::Status(status))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_line_of_the_interface_is_read() {
        let slot = |text: &str| Slot::new(text).unwrap();
        for (line, read) in [
            ("c,STATUS,INACTIVE", Line::Status(Status::Inactive)),
            ("c,STATUS,DISABLED", Line::Status(Status::Disabled)),
            ("c,STATUS,ENABLED", Line::Status(Status::Enabled)),
            ("c,STATUS,IDLE", Line::Status(Status::Idle)),
            ("c,STATUS,IDLE,5.00", Line::Status(Status::Idle)),
            ("c,STATUS,VEND,1.00,5", Line::Asked { amount: "1.00".into(), slot: slot("5") }),
            ("c,STATUS,VEND,1.00,5,7", Line::Asked { amount: "1.00".into(), slot: slot("5") }),
            ("c,VEND,SUCCESS", Line::Success),
            ("c,VEND,SUCCESS,5", Line::Success),
            ("c,ERR,VEND 3", Line::Failure),
            ("c,ERR,\"VEND 3\"", Line::Failure),
            ("c,ERR,\"START -1\"", Line::Complaint { what: "START -1".into() }),
            ("c,ERR,a,b", Line::Complaint { what: "a,b".into() }),
            ("c,1", Line::Chatter),
            ("c,SETCONF,mdb-always-idle=1", Line::Chatter),
            ("r,ACK", Line::Chatter),
            ("d,STATUS,IDLE", Line::Chatter),
        ] {
            assert_eq!(Line::parse(line), Some(read), "{line:?}");
        }
    }

    #[test]
    fn what_only_resembles_a_line_is_none() {
        for line in [
            "",
            "c",
            "c,",
            "c,STATUS",
            "c,STATUS,",
            "c,STATUS,VEND",
            "c,STATUS,VEND,1.00",
            "c,STATUS,VEND,1.00,",
            "c,STATUS,VEND,1.00,5 5",
            "c,VEND",
            "c,VEND,FAIL",
            "C,VEND,1.00",
            "c,status,idle",
            " c,STATUS,IDLE",
            "A1",
        ] {
            assert_eq!(Line::parse(line), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in any::<String>()) {
            let _line = Line::parse(&line);
        }
    }
}
