//! The bytes of a ticket.
//!
//! Written by hand rather than with the crate `escpos`: the code pages of its 0.20.1 print `¿` as
//! `®` and `Ô` as `Ò` (PC858), and its question for the status has a byte too many. What would be
//! left of it are the commands below. Source: Epson, "ESC/POS Command Reference".

use super::page;
use crate::dispenser::Vend;
use crate::wiring::printer::{EscposDispenser, Piece, Style, TicketLine, Word};

/// ESC @: what was not printed is forgotten, and everything is as it was when switched on.
pub(super) const INITIALIZE: &[u8] = b"\x1b@";
const LINE_FEED: u8 = b'\n';
/// ESC a.
const CENTERED: &[u8] = b"\x1ba\x01";
const TO_THE_LEFT: &[u8] = b"\x1ba\x00";
/// ESC E.
const BOLD: &[u8] = b"\x1bE\x01";
const NOT_BOLD: &[u8] = b"\x1bE\x00";
/// GS !: twice as wide, twice as high.
const LARGE: &[u8] = b"\x1d!\x11";
const NOT_LARGE: &[u8] = b"\x1d!\x00";
/// GS V B: fed until the cutter, and cut but for a point, so that it does not fall.
const CUT: &[u8] = b"\x1dVB\x00";
/// GS ( k, functions 165, 167 and 169: model 2, six dots a module, a seventh of it may be lost.
const QR_FORM: &[u8] = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1";
/// GS ( k, function 181: printed.
const QR_PRINT: &[u8] = b"\x1d(k\x03\x001Q0";

/// What a ticket tells.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What it is for.
    pub vend: &'a Vend,
    /// The kiosk as its operator calls it.
    pub kiosk: &'a str,
    /// When it is printed.
    pub time: &'a str,
}

/// The whole ticket.
pub fn render(settings: &EscposDispenser, told: Told<'_>) -> Vec<u8> {
    let page = page::of(settings.code_page);
    let mut bytes = [INITIALIZE, b"\x1bt", &[page.number]].concat();
    for line in &settings.ticket {
        match line {
            TicketLine::Text { style, text } => {
                let (on, off) = dress(*style);
                bytes.extend(on.concat());
                bytes.extend(page.encoded(&filled(text, told)));
                bytes.push(LINE_FEED);
                bytes.extend(off.concat());
            }
            TicketLine::Qr(text) => bytes.extend(qr(&filled(text, told))),
            TicketLine::Rule => {
                bytes.resize(bytes.len() + settings.width, b'-');
                bytes.push(LINE_FEED);
            }
            TicketLine::Cut => bytes.extend(CUT),
        }
    }
    bytes
}

/// What comes before a text of this style, and after it.
fn dress(style: Style) -> (&'static [&'static [u8]], &'static [&'static [u8]]) {
    match style {
        Style::Plain => (&[], &[]),
        Style::Bold => (&[BOLD], &[NOT_BOLD]),
        Style::Centered => (&[CENTERED], &[TO_THE_LEFT]),
        Style::Title => (&[CENTERED, LARGE], &[NOT_LARGE, TO_THE_LEFT]),
    }
}

fn filled(text: &[Piece], told: Told<'_>) -> String {
    let vend = told.vend;
    let piece = |piece: &Piece| match piece {
        Piece::Letters(letters) => letters.clone(),
        Piece::Word(Word::Product) => vend.name.clone(),
        Piece::Word(Word::Code) => vend.product.to_string(),
        Piece::Word(Word::Price) => vend.price.to_string(),
        Piece::Word(Word::Time) => told.time.to_owned(),
        Piece::Word(Word::Sale) => vend.sale.to_string(),
        Piece::Word(Word::Order) => vend.id.to_string(),
        Piece::Word(Word::Kiosk) => told.kiosk.to_owned(),
    };
    text.iter().map(piece).collect()
}

/// A QR code in the middle. Its text is UTF-8, as readers of such codes take it.
fn qr(text: &str) -> Vec<u8> {
    let plain: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    let Ok(length) = u16::try_from(plain.len() + 3) else { return Vec::new() };
    // GS ( k, function 180: its text.
    let store = [b"\x1d(k", &length.to_le_bytes()[..], b"1P0", plain.as_bytes()].concat();
    [CENTERED, QR_FORM, &store, QR_PRINT, TO_THE_LEFT].concat()
}
