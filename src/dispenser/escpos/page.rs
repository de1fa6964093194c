//! The characters that a printer has above ASCII.

use crate::wiring::printer::CodePage;

/// What is printed for a character that a page does not have.
const MISSING: u8 = b'?';
/// A place of a page where no character is.
const NOTHING: char = '\u{fffd}';

/// A code page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its number for ESC t. Source: Epson, "ESC t".
    pub number: u8,
    /// Its characters from 0x80 on.
    upper: &'static str,
}

impl Page {
    /// A text in this page: a byte a character, and never one that is a command.
    pub fn encoded(self, text: &str) -> Vec<u8> {
        text.chars().map(|c| self.byte(c)).collect()
    }

    fn byte(self, character: char) -> u8 {
        if matches!(character, ' '..='~') {
            return u8::try_from(character).unwrap_or(MISSING);
        }
        if character.is_control() || character == NOTHING {
            return MISSING;
        }
        let place = self.upper.chars().position(|c| c == character);
        place.and_then(|place| u8::try_from(0x80 + place).ok()).unwrap_or(MISSING)
    }
}

/// The page of this name.
pub fn of(page: CodePage) -> Page {
    let (number, upper) = match page {
        CodePage::Pc437 => (0, PC437),
        CodePage::Pc850 => (2, PC850),
        CodePage::Pc852 => (18, PC852),
        CodePage::Pc858 => (19, PC858),
        CodePage::Pc866 => (17, PC866),
        CodePage::Wpc1250 => (45, WPC1250),
        CodePage::Wpc1251 => (46, WPC1251),
        CodePage::Wpc1252 => (16, WPC1252),
    };
    Page { number, upper }
}

const PC437: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
    áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const PC850: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const PC852: &str = "\
    ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×č\
    áíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
    └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀\
    ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";
const PC858: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const PC866: &str = "\
    АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ\
    абвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u{a0}";
const WPC1250: &str = "\
    €\u{fffd}‚\u{fffd}„…†‡\u{fffd}‰Š‹ŚŤŽŹ\u{fffd}‘’“”•–—\u{fffd}™š›śťžź\
    \u{a0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{ad}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß\
    ŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const WPC1251: &str = "\
    ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{fffd}™љ›њќћџ\
    \u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕї\
    АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ\
    абвгдежзийклмнопрстуфхцчшщъыьэюя";
const WPC1252: &str = "\
    €\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\
    \u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß\
    àáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [CodePage; 8] = [
        CodePage::Pc437,
        CodePage::Pc850,
        CodePage::Pc852,
        CodePage::Pc858,
        CodePage::Pc866,
        CodePage::Wpc1250,
        CodePage::Wpc1251,
        CodePage::Wpc1252,
    ];

    #[test]
    fn each_page_has_as_many_characters_as_bytes_and_none_twice() {
        for page in ALL {
            let upper: Vec<char> = of(page).upper.chars().collect();
            assert_eq!(upper.len(), 128, "{page:?}");
            for (place, character) in upper.iter().enumerate().filter(|(_, c)| **c != NOTHING) {
                assert_eq!(
                    of(page).encoded(&character.to_string()),
                    [u8::try_from(0x80 + place).unwrap()]
                );
            }
        }
    }

    /// Source: Unicode's tables of these pages.
    #[test]
    fn what_is_known_of_the_pages_is_so() {
        for (page, text, bytes) in [
            (CodePage::Pc858, "café ¿Ô€ñ-", &b"caf\x82 \xa8\xe2\xd5\xa4-"[..]),
            (CodePage::Pc437, "ß½€", b"\xe1\xab?"),
            (CodePage::Pc852, "Łódź", b"\x9d\xa2d\xab"),
            (CodePage::Pc866, "Чай", b"\x97\xa0\xa9"),
            (CodePage::Wpc1250, "Łódź", b"\xa3\xf3d\x9f"),
            (CodePage::Wpc1251, "Чай", b"\xd7\xe0\xe9"),
            (CodePage::Wpc1252, "€ Ñ茶", b"\x80 \xd1?"),
            (CodePage::Pc850, "a\u{301}\u{1b}\n\u{85}\u{fffd}", b"a?????"),
        ] {
            assert_eq!(of(page).encoded(text), bytes, "{page:?} {text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_command(text in ".{0,40}", page in 0..ALL.len()) {
            let bytes = of(ALL[page]).encoded(&text);
            prop_assert_eq!(bytes.len(), text.chars().count());
            prop_assert!(bytes.iter().all(|byte| *byte >= b' ' && *byte != 0x7f), "{:x?}", bytes);
        }
    }
}
