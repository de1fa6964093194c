//! Bytes to lines.

/// The longest line in bytes, its end not counted.
pub const LONGEST_LINE: usize = 64;

/// What stood between two line feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Printable ASCII, 0 to [`LONGEST_LINE`] characters.
    Text(String),
    /// A line too long, or with a byte that is not printable ASCII.
    Garbage,
}

/// Cuts a stream of bytes into lines that end in LF or CRLF.
///
/// Garbage is told at its first wrong byte, and then dropped up to the next LF. How the bytes
/// arrive in pieces makes no difference.
#[derive(Debug, Default)]
pub struct LineReader {
    text: String,
    carriage_return: bool,
    dropping: bool,
}

impl LineReader {
    /// A reader at the start of a line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A reader in the middle of a line whose start was missed: it is dropped.
    pub fn mid_line() -> Self {
        Self { dropping: true, ..Self::default() }
    }

    /// Takes the next bytes and gives the lines that they completed or spoiled.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Line> {
        bytes.iter().filter_map(|&byte| self.push_byte(byte)).collect()
    }

    fn push_byte(&mut self, byte: u8) -> Option<Line> {
        if byte == b'\n' {
            self.carriage_return = false;
            let text = std::mem::take(&mut self.text);
            let dropped = std::mem::take(&mut self.dropping);
            return (!dropped).then_some(Line::Text(text));
        }
        if self.dropping {
            return None;
        }
        // A carriage return counts as part of the line's end only right before the LF.
        let printable = matches!(byte, b' '..=b'~');
        if self.carriage_return || (printable && self.text.len() == LONGEST_LINE) {
            return Some(self.spoil());
        }
        if byte == b'\r' {
            self.carriage_return = true;
            return None;
        }
        if !printable {
            return Some(self.spoil());
        }
        self.text.push(char::from(byte));
        None
    }

    fn spoil(&mut self) -> Line {
        self.text.clear();
        self.carriage_return = false;
        self.dropping = true;
        Line::Garbage
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(line: &str) -> Line {
        Line::Text(line.to_owned())
    }

    #[test]
    fn lf_and_crlf_end_a_line() {
        assert_eq!(
            LineReader::new().push(b"A1\nCANCEL\r\n\nB"),
            [text("A1"), text("CANCEL"), text("")]
        );
    }

    #[test]
    fn the_64th_byte_is_still_good_and_the_65th_is_not() {
        let longest = "x".repeat(LONGEST_LINE);
        for end in ["\n", "\r\n"] {
            let good = format!("{longest}{end}");
            assert_eq!(LineReader::new().push(good.as_bytes()), [text(&longest)]);
            let bad = format!("{longest}x{end}A1{end}");
            assert_eq!(LineReader::new().push(bad.as_bytes()), [Line::Garbage, text("A1")]);
        }
    }

    #[test]
    fn rubbish_is_dropped_up_to_the_next_line_feed() {
        for rubbish in [&b"A\x001\n"[..], b"\xff\xfe\xff\n", b"A1\rB1\n", b"\tA1\n", b"A1\x7f\n"] {
            let mut reader = LineReader::new();
            assert_eq!(reader.push(rubbish), [Line::Garbage], "{rubbish:?}");
            assert_eq!(reader.push(b"A1\n"), [text("A1")]);
        }
    }

    #[test]
    fn a_mebibyte_without_a_line_feed_is_one_piece_of_garbage() {
        let mut reader = LineReader::new();
        assert_eq!(reader.push(&vec![b'x'; 1 << 20]), [Line::Garbage]);
        assert_eq!(reader.push(b"\nA1\n"), [text("A1")]);
    }

    #[test]
    fn the_rest_of_a_line_whose_start_was_missed_is_no_line() {
        assert_eq!(LineReader::mid_line().push(b"2\nA1\n"), [text("A1")]);
    }

    /// Bytes of which many are line ends, letters and rubbish.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            4 => b'A'..=b'Z',
            1 => Just(b'\n'),
            1 => Just(b'\r'),
            1 => any::<u8>(),
        ];
        prop_oneof![
            prop::collection::vec(byte, 0..200),
            prop::collection::vec(any::<u8>(), 0..200),
            (60_usize..70).prop_map(|length| [vec![b'x'; length], b"\r\nA1\n".to_vec()].concat()),
        ]
    }

    proptest! {
        #[test]
        fn split_at_any_byte_the_lines_are_the_same(bytes in stream()) {
            let whole = LineReader::new().push(&bytes);
            for at in 0..=bytes.len() {
                let mut reader = LineReader::new();
                let mut lines = reader.push(&bytes[..at]);
                lines.extend(reader.push(&bytes[at..]));
                prop_assert_eq!(&lines, &whole, "split at {}", at);
            }
        }

        #[test]
        fn a_line_is_short_and_printable(bytes in stream()) {
            for line in LineReader::new().push(&bytes) {
                if let Line::Text(text) = line {
                    prop_assert!(text.len() <= LONGEST_LINE);
                    prop_assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b)));
                }
            }
        }
    }
}
