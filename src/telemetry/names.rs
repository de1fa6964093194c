//! Names of log events. Each has a message id of its own, so that `journalctl MESSAGE_ID=…` finds
//! all of a kind; a name or an id that was shipped is never changed.

/// A kind of log line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// The word in the field `EVENT`.
    pub word: &'static str,
    /// The 128-bit id in the field `MESSAGE_ID`.
    pub message_id: &'static str,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $id:literal;)*) => {
        $($(#[$doc])* pub const $name: Name = Name { word: $word, message_id: $id };)*

        /// All names.
        pub const ALL: &[Name] = &[$($name),*];
    };
}

names! {
    /// A step of a sale.
    SALE_STEP = "sale_step", "6d1f0a4be2c14f0c9a53c1d8e7b60a11";
    /// A sale needs a person, or lost money.
    SALE_ALARM = "sale_alarm", "0c5b9f7e3a8d4d62b1f4a2967e85d312";
    /// A call to Stripe did not bring what was wanted.
    CALL_FAILED = "call_failed", "b8a7c36d51f24e0e8d0b94f6c2731e13";
    /// A call to Stripe has ended.
    CALL_ENDED = "call_ended", "f2e94d1c7b6a4835a0c8e5d3916b7f14";
    /// A selection opened no sale.
    TURNED = "turned_away", "3e7d5a9208bc4f71bd62f0e1c4a98b15";
    /// The journal could not be written.
    JOURNAL_FAILED = "journal_failed", "917c2e6f04db4a8cb35d8f1a6e70c216";
    /// A device's port was opened or is gone.
    DEVICE = "device", "a4f80b3d96e745d2987e1c5b2d63fa17";
    /// The daemon starts, is ready, or stops.
    LIFE = "life", "5bd2e8a1f7034c96ae0d7b94c8f61e18";
    /// A person has ordered something through the control socket.
    ORDERED = "ordered", "2b9e61f40d7c4c3f8e15a7d3069bc41a";
    /// Something was found at Stripe that cannot be judged.
    SWEEP = "sweep", "27b9e4c05d8f4b13a6e1f7c2904d8b1a";
    /// A task of the daemon, or the journal, does not answer any more.
    HUNG = "hung", "5f0d8c27e1694b3aa6f2c49d70be3851";
    /// The reasons not to sell have changed.
    OUT_OF_ORDER = "out_of_order", "d06f3c9b8e174a25b7c2a5e0f4913d19";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_id_stands_for_one_thing() {
        for (n, name) in ALL.iter().enumerate() {
            assert_eq!(name.message_id.len(), 32);
            assert!(name.message_id.bytes().all(|b| b.is_ascii_hexdigit()));
            for other in &ALL[n + 1..] {
                assert!(name.word != other.word && name.message_id != other.message_id);
            }
        }
    }
}
