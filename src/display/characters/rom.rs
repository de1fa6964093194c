//! Which characters the controller has by itself, and what stands for those that it has not.
//!
//! Source: Hitachi, HD44780U data sheet, tables 4 (ROM codes A00 and A02).

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::glyphs;
use crate::wiring::display::LcdRom;

/// What stands in one place of the display.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cell {
    /// A character of the ROM, by its code.
    Rom(u8),
    /// One that is drawn by kioskd, in one of the eight places for such.
    Own(char),
}

/// An empty place.
pub const BLANK: Cell = Cell::Rom(b' ');

/// What stands where nothing can be shown.
pub const UNKNOWN: Cell = Cell::Rom(b'?');

/// Katakana as ROM A00 has them from code 0xA1 on: in the order of JIS X 0201.
const KATAKANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
const FIRST_KATAKANA: u8 = 0xa1;

/// The two marks of kana, each a place of its own behind its letter.
const VOICED: Cell = Cell::Rom(0xde);
const HALF_VOICED: Cell = Cell::Rom(0xdf);

/// What A00 has beyond ASCII and katakana. Its ß is a beta, which readers take for one.
const A00: [(char, u8); 16] = [
    ('¥', 0x5c),
    ('→', 0x7e),
    ('←', 0x7f),
    ('·', 0xa5),
    ('°', 0xdf),
    ('ä', 0xe1),
    ('ß', 0xe2),
    ('µ', 0xe4),
    ('¢', 0xec),
    ('ñ', 0xee),
    ('ö', 0xef),
    ('ü', 0xf5),
    ('千', 0xfa),
    ('万', 0xfb),
    ('円', 0xfc),
    ('÷', 0xfd),
];

/// Codes that are something else in A02 than in Latin-1.
const NOT_LATIN_1: [u8; 7] = [0xa0, 0xa8, 0xac, 0xad, 0xaf, 0xb4, 0xb8];

/// A character as it is meant, if the display can show that.
pub fn exact(character: char, rom: LcdRom) -> Option<Vec<Cell>> {
    if let Some(same) = typed(character) {
        return same.chars().map(|c| single(c, rom)).collect();
    }
    single(character, rom).map(|cell| vec![cell]).or_else(|| kana(character, rom))
}

/// A character, or what can be read instead: the letter without its accent.
pub fn lossy(character: char, rom: LcdRom) -> Option<Vec<Cell>> {
    exact(character, rom).or_else(|| plain(character, rom))
}

/// What stands in the one place of an own glyph that found no room.
pub fn demoted(character: char, rom: LcdRom) -> Cell {
    plain(character, rom).and_then(|cells| cells.first().copied()).unwrap_or(UNKNOWN)
}

/// What a place shows, as a character: for pictures made of text.
pub fn shown(cell: Cell, rom: LcdRom) -> char {
    let Cell::Rom(code) = cell else {
        let Cell::Own(character) = cell else { return ' ' };
        return character;
    };
    let special = A00.iter().find(|(_, special)| *special == code).map(|(character, _)| *character);
    match (rom, code) {
        (LcdRom::A00, 0xa1..=0xdf) => {
            char::from_u32(0xff61 + u32::from(code - FIRST_KATAKANA)).unwrap_or('?')
        }
        (LcdRom::A00, _) => special.unwrap_or(char::from(code)),
        (LcdRom::A02, _) => char::from(code),
    }
}

/// Signs that typographers make and typewriters do not: the same by other means.
fn typed(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => " ",
        '‘' | '’' | '‚' => "'",
        '“' | '”' | '„' => "\"",
        '\u{2010}'..='\u{2015}' | '−' | '〜' | '～' => "-",
        '…' => "...",
        '•' => "·",
        '￥' => "¥",
        '￡' => "£",
        _ => return None,
    })
}

fn single(character: char, rom: LcdRom) -> Option<Cell> {
    let of_rom = match rom {
        LcdRom::A00 => a00(character),
        LcdRom::A02 => a02(character),
    };
    let own = || glyphs::dots(character).map(|_| Cell::Own(character));
    of_rom.map(Cell::Rom).or_else(own)
}

fn a00(character: char) -> Option<u8> {
    let special = A00.iter().find(|(special, _)| *special == character).map(|(_, code)| *code);
    special.or_else(|| ascii(character).filter(|code| !matches!(code, b'\\' | b'~')))
}

fn a02(character: char) -> Option<u8> {
    let code = u8::try_from(u32::from(character)).ok();
    let latin = code.filter(|code| *code >= 0xa1 && !NOT_LATIN_1.contains(code));
    // Its Ø is a Phi.
    latin.filter(|code| *code != 0xd8).or_else(|| ascii(character))
}

/// Printable ASCII; also in the width of kanji.
fn ascii(character: char) -> Option<u8> {
    let narrow = match u32::from(character) {
        wide @ 0xff01..=0xff5e => wide - 0xfee0,
        narrow => narrow,
    };
    u8::try_from(narrow).ok().filter(|code| matches!(code, b' '..=b'~'))
}

/// Kana as katakana: a letter, and its mark in a place behind it.
fn kana(character: char, rom: LcdRom) -> Option<Vec<Cell>> {
    if rom == LcdRom::A02 {
        return None;
    }
    let parts =
        DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(std::iter::once(character));
    let cells = parts.map(|part| match part {
        '\u{3099}' => Some(VOICED),
        '\u{309a}' => Some(HALF_VOICED),
        letter => katakana(letter),
    });
    cells.collect()
}

fn katakana(letter: char) -> Option<Cell> {
    let large = match letter {
        'ヮ' | 'ゎ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        // Hiragana are katakana in another hand.
        '\u{3041}'..='\u{3093}' => char::from_u32(u32::from(letter) + 0x60)?,
        other => other,
    };
    let place = KATAKANA.chars().position(|character| character == large)?;
    Some(Cell::Rom(FIRST_KATAKANA + u8::try_from(place).ok()?))
}

/// What can be read instead, out of the ROM alone.
fn plain(character: char, rom: LcdRom) -> Option<Vec<Cell>> {
    let letters: String = match character {
        'Æ' => "AE".into(),
        'æ' => "ae".into(),
        'Œ' => "OE".into(),
        'œ' => "oe".into(),
        'ß' => "ss".into(),
        'ẞ' => "SS".into(),
        'Ø' => "O".into(),
        'ø' => "o".into(),
        'Ł' | '£' => "L".into(),
        'ł' => "l".into(),
        'Đ' => "D".into(),
        'đ' | '₫' => "d".into(),
        'ı' => "i".into(),
        '€' => "E".into(),
        '₹' => "Rs".into(),
        '₩' => "W".into(),
        '₺' => "TL".into(),
        '₪' => "NIS".into(),
        '¡' => "!".into(),
        '¿' => "?".into(),
        '«' | '»' => "\"".into(),
        '×' => "x".into(),
        '\\' => "/".into(),
        '~' => "-".into(),
        other => {
            let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
            nfkd.normalize_iter(std::iter::once(other)).filter(|c| !is_mark(*c)).collect()
        }
    };
    let code = |character| match rom {
        LcdRom::A00 => a00(character),
        LcdRom::A02 => a02(character),
    };
    let cells: Option<Vec<Cell>> = letters.chars().map(|c| code(c).map(Cell::Rom)).collect();
    cells.filter(|cells| !cells.is_empty())
}

/// An accent that stands behind its letter.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a00(character: char) -> Option<Vec<Cell>> {
        exact(character, LcdRom::A00)
    }

    fn codes(codes: &[u8]) -> Vec<Cell> {
        codes.iter().map(|code| Cell::Rom(*code)).collect()
    }

    #[test]
    fn what_the_roms_have_is_taken_from_them() {
        assert_eq!(a00('A'), Some(codes(b"A")));
        assert_eq!(a00('ü'), Some(codes(&[0xf5])));
        assert_eq!(a00('¥'), Some(codes(&[0x5c])));
        assert_eq!(exact('¥', LcdRom::A02), Some(codes(&[0xa5])));
        assert_eq!(exact('Ü', LcdRom::A02), Some(codes(&[0xdc])));
        assert_eq!(exact('€', LcdRom::A02), Some(vec![Cell::Own('€')]));
        assert_eq!(a00('Ü'), Some(vec![Cell::Own('Ü')]));
        assert_eq!(a00('…'), Some(codes(b"...")));
        assert_eq!(a00('\u{202f}'), Some(codes(b" ")));
    }

    #[test]
    fn kana_become_katakana_with_their_marks_behind_them() {
        assert_eq!(a00('カ'), Some(codes(&[0xb6])));
        assert_eq!(a00('ガ'), Some(codes(&[0xb6, 0xde])));
        assert_eq!(a00('ぱ'), Some(codes(&[0xca, 0xdf])));
        assert_eq!(a00('ﾝ'), Some(codes(&[0xdd])));
        assert_eq!(a00('ー'), Some(codes(&[0xb0])));
        assert_eq!(a00('！'), Some(codes(b"!")));
        assert_eq!(a00('円'), Some(codes(&[0xfc])));
        assert_eq!(a00('茶'), None);
        assert_eq!(exact('カ', LcdRom::A02), None);
        let text = a00('ガ').unwrap().into_iter().map(|cell| shown(cell, LcdRom::A00));
        assert_eq!(text.collect::<String>(), "ｶﾞ");
    }

    #[test]
    fn an_accent_goes_before_its_letter_does() {
        assert_eq!(lossy('ḃ', LcdRom::A00), Some(codes(b"b")));
        assert_eq!(lossy('ﬁ', LcdRom::A02), Some(codes(b"fi")));
        assert_eq!(lossy('茶', LcdRom::A00), None);
        assert_eq!(demoted('é', LcdRom::A00), Cell::Rom(b'e'));
        assert_eq!(demoted('Œ', LcdRom::A00), Cell::Rom(b'O'));
    }
}
