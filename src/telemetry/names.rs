//! Names of log events: each kind that has an explanation of its own has a message id of its own,
//! so that `journalctl MESSAGE_ID=…` finds all of it and `journalctl -x` explains it. An id that was
//! shipped is never changed.
//!
//! The explanations stand beside the names: [`super::catalog`] makes the message catalog and the
//! tables of `docs/operations.md` of them, and [`super::kinds`] says which name a thing has.

/// A kind of log line, and what a technician has to know of it. In the texts, `@FIELD@` is a field
/// of the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// The word in the field `EVENT`, which kinds of one sort share.
    pub event: &'static str,
    /// The word of this kind alone.
    pub word: &'static str,
    /// The 128-bit id in the field `MESSAGE_ID`.
    pub message_id: &'static str,
    /// What it is, in a line.
    pub subject: &'static str,
    /// What happened.
    pub happened: &'static str,
    /// What kioskd does about it.
    pub does: &'static str,
    /// What a person should check, in this order.
    pub check: &'static [&'static str],
}

macro_rules! names {
    ($($name:ident = $event:literal, $word:literal, $id:literal {
        subject: $subject:literal,
        happened: $happened:literal,
        does: $does:literal,
        check: [$($check:literal,)+],
    })*) => {
        $(
            #[doc = $subject]
            pub const $name: Name = Name {
                event: $event,
                word: $word,
                message_id: $id,
                subject: $subject,
                happened: $happened,
                does: $does,
                check: &[$($check),+],
            };
        )*

        /// All of this file.
        pub const ALL: &[Name] = &[$($name),*];
    };
}

pub mod alarms;
pub mod business;
pub mod calls;
pub mod configuration;
pub mod link_and_key;
pub mod machine;
pub mod reader;
pub mod sales;

/// All names, in the order in which people look for them.
pub fn all() -> impl Iterator<Item = &'static Name> {
    let files = [
        link_and_key::ALL,
        reader::ALL,
        business::ALL,
        alarms::ALL,
        sales::ALL,
        calls::ALL,
        machine::ALL,
        configuration::ALL,
    ];
    files.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_and_id_stands_for_one_thing() {
        let words: BTreeSet<_> = all().map(|name| name.word).collect();
        let ids: BTreeSet<_> = all().map(|name| name.message_id).collect();
        assert_eq!((words.len(), ids.len()), (all().count(), all().count()));
        for id in ids {
            let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            assert!(id.len() == 32 && id.bytes().all(hex), "{id}");
        }
    }

    /// Whoever searches for these has them in scripts already.
    #[test]
    fn the_first_ids_never_change() {
        let first = [
            (sales::SALE_STEP, "6d1f0a4be2c14f0c9a53c1d8e7b60a11"),
            (alarms::RECORD_DAMAGED, "0c5b9f7e3a8d4d62b1f4a2967e85d312"),
            (calls::CALL_REFUSED, "b8a7c36d51f24e0e8d0b94f6c2731e13"),
            (calls::CALL_ENDED, "f2e94d1c7b6a4835a0c8e5d3916b7f14"),
            (machine::TURNED_AWAY, "3e7d5a9208bc4f71bd62f0e1c4a98b15"),
            (machine::JOURNAL_FAILED, "917c2e6f04db4a8cb35d8f1a6e70c216"),
            (machine::DEVICE_CONNECTED, "a4f80b3d96e745d2987e1c5b2d63fa17"),
            (machine::STARTS, "5bd2e8a1f7034c96ae0d7b94c8f61e18"),
            (machine::ORDERED, "2b9e61f40d7c4c3f8e15a7d3069bc41a"),
            (calls::LEFT_ALONE, "27b9e4c05d8f4b13a6e1f7c2904d8b1a"),
            (business::OVER, "d06f3c9b8e174a25b7c2a5e0f4913d19"),
        ];
        for (name, id) in first {
            assert_eq!(name.message_id, id, "{}", name.word);
        }
    }

    #[test]
    fn explanations_are_whole_sentences_and_name_fields_that_are_there() {
        let fields = ["SALE", "PAYMENT_INTENT", "REQUEST_ID"];
        for name in all() {
            let ends = |text: &str| text.ends_with(['.', '?']);
            assert!(ends(name.happened) && ends(name.does), "{name:?}");
            assert!(name.check.iter().all(|step| ends(step)), "{name:?}");
            assert!(!name.subject.ends_with('.') && name.subject.len() <= 72, "{name:?}");
            let texts = [name.subject, name.happened, name.does];
            for text in texts.iter().chain(name.check) {
                let named = text.split('@').skip(1).step_by(2);
                assert!(named.into_iter().all(|field| fields.contains(&field)), "{text}");
            }
        }
    }
}
