//! A printer of tickets: where it is, and what is on them.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

/// A printer that speaks ESC/POS (`[dispenser.NAME]`, `kind = "escpos"`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EscposDispenser {
    /// Where it is.
    pub at: PrinterAt,
    /// Whether it is asked how it is, and whether a ticket is printed.
    pub ask_status: bool,
    /// Which characters it has beside those of ASCII.
    pub code_page: CodePage,
    /// How many characters a line has.
    pub width: usize,
    /// The ticket. At least one line.
    pub ticket: Vec<TicketLine>,
    /// How long a ticket may take before its outcome counts as unknown.
    pub timeout: Duration,
}

/// Where a printer is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum PrinterAt {
    /// The kernel's device of a USB printer, or a serial port; nobody else's.
    Device {
        /// Absolute.
        path: PathBuf,
        /// Bits per second, of a serial port.
        baud: u32,
    },
    /// Host and port in a network.
    Address(String),
}

/// The characters above ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum CodePage {
    /// `pc437`: the first of all, which every printer has.
    Pc437,
    /// `pc850`: Western Europe.
    Pc850,
    /// `pc852`: Central Europe.
    Pc852,
    /// `pc858`: Western Europe, with the euro.
    Pc858,
    /// `pc866`: Cyrillic.
    Pc866,
    /// `wpc1250`: Central Europe, as Windows has it.
    Wpc1250,
    /// `wpc1251`: Cyrillic, as Windows has it.
    Wpc1251,
    /// `wpc1252`: Western Europe, as Windows has it.
    Wpc1252,
}

/// One line of a ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum TicketLine {
    /// Text.
    Text {
        /// How it looks.
        style: Style,
        /// What it says.
        text: Vec<Piece>,
    },
    /// A QR code of a text.
    Qr(Vec<Piece>),
    /// A line across the paper.
    Rule,
    /// The paper is cut.
    Cut,
}

/// How a text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Style {
    /// As it comes.
    Plain,
    /// Bold.
    Bold,
    /// In the middle.
    Centered,
    /// Twice as large, in the middle.
    Title,
}

/// A part of a text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Piece {
    /// As it was written.
    Letters(String),
    /// What is known of the sale.
    Word(Word),
}

/// What stands in braces.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Word {
    /// `{product}`: what customers call it.
    Product,
    /// `{code}`: the product's code.
    Code,
    /// `{price}`.
    Price,
    /// `{time}`: when it is printed.
    Time,
    /// `{sale}`.
    Sale,
    /// `{order}`: of this one ticket, since a sale may have several.
    Order,
    /// `{kiosk}`.
    Kiosk,
}

/// Why something is no line of a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TicketError {
    /// A word in braces that stands for nothing.
    UnknownWord {
        /// The word.
        word: String,
    },
    /// It would be a command to the printer.
    Control,
    /// Longer than [`LONGEST_LINE`].
    TooLong {
        /// In characters.
        length: usize,
    },
    /// More than fits, when all words are at their longest.
    TooLongForCode,
}

/// The longest line of a template, in characters.
pub const LONGEST_LINE: usize = 200;
/// The longest text of a QR code, in bytes. One of this length still fits onto narrow paper.
const LONGEST_CODE: usize = 400;

impl Word {
    /// All of them, as they are written.
    pub const ALL: [(&str, Self); 7] = [
        ("product", Self::Product),
        ("code", Self::Code),
        ("price", Self::Price),
        ("time", Self::Time),
        ("sale", Self::Sale),
        ("order", Self::Order),
        ("kiosk", Self::Kiosk),
    ];

    /// How many bytes it may have: names in their longest form, at four bytes a character.
    fn longest(self) -> usize {
        match self {
            Self::Product => 256,
            Self::Code => 16,
            Self::Price | Self::Time => 20,
            Self::Sale | Self::Order | Self::Kiosk => 64,
        }
    }
}

impl TicketLine {
    /// Reads a line of a template.
    pub fn parse(line: &str) -> Result<Self, TicketError> {
        if line.chars().any(char::is_control) {
            return Err(TicketError::Control);
        }
        let length = line.chars().count();
        if length > LONGEST_LINE {
            return Err(TicketError::TooLong { length });
        }
        if let Some(text) = line.strip_prefix("qr ") {
            let text = pieces(text)?;
            let longest: usize = text.iter().map(Piece::longest).sum();
            let fits = longest <= LONGEST_CODE;
            return if fits { Ok(Self::Qr(text)) } else { Err(TicketError::TooLongForCode) };
        }
        let text = |style, text| Ok(Self::Text { style, text: pieces(text)? });
        let marked = |mark| line.strip_prefix(mark);
        match line {
            "-" => Ok(Self::Rule),
            "cut" => Ok(Self::Cut),
            _ => match (marked("# "), marked("^ "), marked("* ")) {
                (Some(rest), _, _) => text(Style::Title, rest),
                (_, Some(rest), _) => text(Style::Centered, rest),
                (_, _, Some(rest)) => text(Style::Bold, rest),
                (None, None, None) => text(Style::Plain, line),
            },
        }
    }
}

impl Piece {
    fn longest(&self) -> usize {
        match self {
            Self::Letters(letters) => letters.len(),
            Self::Word(word) => word.longest(),
        }
    }
}

/// Takes the words in braces out of a text. Braces around anything but a word are letters.
fn pieces(text: &str) -> Result<Vec<Piece>, TicketError> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let mut pieces = Vec::new();
    let mut letters = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        letters.push_str(before);
        match after.split_once('}') {
            Some((word, behind)) if is_word(word) => {
                let known = Word::ALL.iter().find(|(name, _)| *name == word);
                let unknown = || TicketError::UnknownWord { word: word.to_owned() };
                let (_, word) = known.ok_or_else(unknown)?;
                if !letters.is_empty() {
                    pieces.push(Piece::Letters(std::mem::take(&mut letters)));
                }
                pieces.push(Piece::Word(*word));
                rest = behind;
            }
            Some(_) | None => {
                letters.push('{');
                rest = after;
            }
        }
    }
    letters.push_str(rest);
    if !letters.is_empty() {
        pieces.push(Piece::Letters(letters));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(text: &str) -> Piece {
        Piece::Letters(text.to_owned())
    }

    #[test]
    fn marks_and_words_are_read() {
        let text = |style, text| Ok(TicketLine::Text { style, text });
        let product = || Piece::Word(Word::Product);
        for (line, expected) in [
            ("", text(Style::Plain, vec![])),
            ("-", Ok(TicketLine::Rule)),
            ("cut", Ok(TicketLine::Cut)),
            ("cut here", text(Style::Plain, vec![letters("cut here")])),
            ("--", text(Style::Plain, vec![letters("--")])),
            ("#1", text(Style::Plain, vec![letters("#1")])),
            ("# {product}", text(Style::Title, vec![product()])),
            ("^ 1 {product}!", text(Style::Centered, vec![letters("1 "), product(), letters("!")])),
            ("* yours", text(Style::Bold, vec![letters("yours")])),
            (" qr codes", text(Style::Plain, vec![letters(" qr codes")])),
            ("qr https://x/{order}", {
                Ok(TicketLine::Qr(vec![letters("https://x/"), Piece::Word(Word::Order)]))
            }),
            ("{} {A} {{sale}", {
                text(Style::Plain, vec![letters("{} {A} {"), Piece::Word(Word::Sale)])
            }),
            ("{prize}", Err(TicketError::UnknownWord { word: "prize".to_owned() })),
            ("a\tb", Err(TicketError::Control)),
            ("qr {product}{product}", Err(TicketError::TooLongForCode)),
        ] {
            assert_eq!(TicketLine::parse(line), expected, "{line:?}");
        }
        let long = "x".repeat(LONGEST_LINE + 1);
        assert_eq!(TicketLine::parse(&long), Err(TicketError::TooLong { length: long.len() }));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_a_line_or_refused(line in "[{}a-z #*^]{0,30}|\\PC{0,60}|.{0,20}") {
            let _ = TicketLine::parse(&line);
        }
    }
}
