//! The lines of a dispenser board, read.

use super::Answer;
use crate::ids::OrderId;

/// What stands for a reason that the board did not give.
const UNSPECIFIED: &str = "unspecified";

/// Reads one line; `None` if it is no answer. Words are parted by one space and matched exactly.
pub fn parse(line: &str) -> Option<(OrderId, Answer)> {
    let (word, rest) = line.split_once(' ')?;
    let (id, reason) = match rest.split_once(' ') {
        Some((id, reason)) => (id, Some(reason)),
        None => (rest, None),
    };
    let answer = match (word, reason) {
        ("OK", None) => Answer::Ok,
        ("DONE", None) => Answer::Done,
        ("BUSY", None) => Answer::Busy,
        ("UNKNOWN", None) => Answer::Unknown,
        ("FAIL", reason) => Answer::Fail { reason: reason_or_none(reason) },
        ("FAILED", reason) => Answer::Failed { reason: reason_or_none(reason) },
        _ => return None,
    };
    Some((OrderId::new(id).ok()?, answer))
}

fn reason_or_none(reason: Option<&str>) -> String {
    match reason.map(str::trim) {
        None | Some("") => UNSPECIFIED.to_owned(),
        Some(reason) => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::serial::lines::{Line, LineReader};

    #[test]
    fn each_answer_is_read() {
        let reason = |text: &str| text.to_owned();
        for (line, answer) in [
            ("OK s1", Answer::Ok),
            ("DONE s1", Answer::Done),
            ("BUSY s1", Answer::Busy),
            ("UNKNOWN s1", Answer::Unknown),
            ("FAIL s1 jam", Answer::Fail { reason: reason("jam") }),
            ("FAIL s1 motor 3 stuck", Answer::Fail { reason: reason("motor 3 stuck") }),
            ("FAIL s1", Answer::Fail { reason: reason("unspecified") }),
            ("FAIL s1 ", Answer::Fail { reason: reason("unspecified") }),
            ("FAILED s1 empty", Answer::Failed { reason: reason("empty") }),
            ("FAILED s1", Answer::Failed { reason: reason("unspecified") }),
        ] {
            assert_eq!(parse(line), Some((OrderId::new("s1").unwrap(), answer)), "{line:?}");
        }
    }

    #[test]
    fn what_only_resembles_an_answer_is_none() {
        for line in [
            "",
            "OK",
            "OK ",
            "OK  s1",
            " OK s1",
            "OK s1 ",
            "OK s1 x",
            "ok s1",
            "DONE s1 x",
            "BUSY s-1",
            "FAIL",
            "FAIL  jam",
            "OKs1",
            "VEND s1 11",
        ] {
            assert_eq!(parse(line), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in any::<String>()) {
            let _answer = parse(&line);
        }

        #[test]
        fn no_bytes_panic(
            word in prop::sample::select(vec!["OK ", "FAIL ", "FAILED s1 ", ""]),
            rest in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let bytes = [word.as_bytes(), &rest, b"\n"].concat();
            for line in LineReader::new().push(&bytes) {
                if let Line::Text(text) = line
                    && let Some((_, Answer::Fail { reason } | Answer::Failed { reason })) =
                        parse(&text)
                {
                    prop_assert!(!reason.is_empty() && reason.len() <= 64);
                }
            }
        }
    }
}
