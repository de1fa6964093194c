//! Durations as people write them: `500ms`, `8s`, `2m`, `1h`, `1m 30s`.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::fmt::friendly::{SpanParser, SpanPrinter};

/// Reads a duration; `None` if it is not one, or negative.
pub fn parse(text: &str) -> Option<Duration> {
    SpanParser::new().parse_unsigned_duration(text).ok()
}

/// Writes a duration the way that [`parse`] reads it.
pub(super) fn written(duration: Duration) -> String {
    SpanPrinter::new().unsigned_duration_to_string(&duration)
}

/// "from "10s" to "5m"", for messages.
pub(super) fn written_range(range: &RangeInclusive<Duration>) -> String {
    format!("from {:?} to {:?}", written(*range.start()), written(*range.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, millis) in
            [("500ms", 500), ("8s", 8_000), ("2m", 120_000), ("1h", 3_600_000), ("1m 30s", 90_000)]
        {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in ["", "8", "s", "-8s", "8s ago", "8 parsecs", "2d", "99999999999999999999h"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_range_is_written_with_units() {
        let range = Duration::from_secs(10)..=Duration::from_mins(5);
        assert_eq!(written_range(&range), "from \"10s\" to \"5m\"");
    }
}
