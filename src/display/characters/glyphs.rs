//! Characters that the ROMs lack: dots for the controller's eight own places.
//!
//! A letter with an accent is put together: Unicode says what it is made of, two rows hold the
//! accent, five the letter, and the last one what hangs below.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Eight rows of five dots, from above; the lowest bit is the dot at the right.
pub type Glyph = [u8; 8];

/// Drawn as a whole.
const WHOLE: [(char, Glyph); 17] = [
    ('€', [0x06, 0x09, 0x1c, 0x08, 0x1c, 0x09, 0x06, 0x00]),
    ('£', [0x06, 0x09, 0x08, 0x1c, 0x08, 0x08, 0x1f, 0x00]),
    ('¡', [0x04, 0x00, 0x00, 0x04, 0x04, 0x04, 0x04, 0x00]),
    ('¿', [0x04, 0x00, 0x04, 0x08, 0x10, 0x11, 0x0e, 0x00]),
    ('«', [0x00, 0x05, 0x0a, 0x14, 0x0a, 0x05, 0x00, 0x00]),
    ('»', [0x00, 0x14, 0x0a, 0x05, 0x0a, 0x14, 0x00, 0x00]),
    ('ẞ', [0x0e, 0x11, 0x12, 0x14, 0x12, 0x11, 0x16, 0x00]),
    ('Æ', [0x0f, 0x14, 0x14, 0x1e, 0x14, 0x14, 0x17, 0x00]),
    ('æ', [0x00, 0x00, 0x1a, 0x05, 0x0f, 0x14, 0x0b, 0x00]),
    ('Œ', [0x0f, 0x14, 0x14, 0x17, 0x14, 0x14, 0x0f, 0x00]),
    ('œ', [0x00, 0x00, 0x0a, 0x15, 0x17, 0x14, 0x0b, 0x00]),
    ('Ø', [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e, 0x00]),
    ('ø', [0x00, 0x01, 0x0e, 0x13, 0x15, 0x19, 0x0e, 0x10]),
    ('Ł', [0x08, 0x08, 0x0a, 0x0c, 0x18, 0x08, 0x0f, 0x00]),
    ('ł', [0x0c, 0x04, 0x06, 0x0c, 0x04, 0x04, 0x0e, 0x00]),
    ('đ', [0x02, 0x07, 0x02, 0x0e, 0x12, 0x12, 0x0f, 0x00]),
    ('ı', [0x00, 0x00, 0x0c, 0x04, 0x04, 0x04, 0x0e, 0x00]),
];

/// Letters in five rows. An i has no dot below an accent.
const LETTERS: [(char, [u8; 5]); 31] = [
    ('A', [0x0e, 0x11, 0x1f, 0x11, 0x11]),
    ('C', [0x0f, 0x10, 0x10, 0x10, 0x0f]),
    ('D', [0x1e, 0x11, 0x11, 0x11, 0x1e]),
    ('E', [0x1f, 0x10, 0x1e, 0x10, 0x1f]),
    ('G', [0x0f, 0x10, 0x13, 0x11, 0x0f]),
    ('I', [0x0e, 0x04, 0x04, 0x04, 0x0e]),
    ('L', [0x10, 0x10, 0x10, 0x10, 0x1f]),
    ('N', [0x11, 0x19, 0x15, 0x13, 0x11]),
    ('O', [0x0e, 0x11, 0x11, 0x11, 0x0e]),
    ('R', [0x1e, 0x11, 0x1e, 0x12, 0x11]),
    ('S', [0x0f, 0x10, 0x0e, 0x01, 0x1e]),
    ('T', [0x1f, 0x04, 0x04, 0x04, 0x04]),
    ('U', [0x11, 0x11, 0x11, 0x11, 0x0e]),
    ('W', [0x11, 0x11, 0x15, 0x15, 0x0a]),
    ('Y', [0x11, 0x0a, 0x04, 0x04, 0x04]),
    ('Z', [0x1f, 0x02, 0x04, 0x08, 0x1f]),
    ('a', [0x0e, 0x01, 0x0f, 0x11, 0x0f]),
    ('c', [0x0e, 0x10, 0x10, 0x11, 0x0e]),
    ('d', [0x01, 0x0f, 0x11, 0x11, 0x0f]),
    ('e', [0x0e, 0x11, 0x1f, 0x10, 0x0e]),
    ('g', [0x0f, 0x11, 0x0f, 0x01, 0x0e]),
    ('i', [0x0c, 0x04, 0x04, 0x04, 0x0e]),
    ('n', [0x16, 0x19, 0x11, 0x11, 0x11]),
    ('o', [0x0e, 0x11, 0x11, 0x11, 0x0e]),
    ('r', [0x16, 0x19, 0x10, 0x10, 0x10]),
    ('s', [0x0e, 0x10, 0x0e, 0x01, 0x1e]),
    ('t', [0x08, 0x1c, 0x08, 0x09, 0x06]),
    ('u', [0x11, 0x11, 0x11, 0x13, 0x0d]),
    ('w', [0x11, 0x11, 0x15, 0x15, 0x0a]),
    ('y', [0x11, 0x11, 0x0f, 0x01, 0x0e]),
    ('z', [0x1f, 0x02, 0x04, 0x08, 0x1f]),
];

/// Accents above, in two rows.
const ABOVE: [(char, [u8; 2]); 11] = [
    ('\u{300}', [0x08, 0x04]),
    ('\u{301}', [0x02, 0x04]),
    ('\u{302}', [0x04, 0x0a]),
    ('\u{303}', [0x0d, 0x12]),
    ('\u{304}', [0x0e, 0x00]),
    ('\u{306}', [0x11, 0x0e]),
    ('\u{307}', [0x04, 0x00]),
    ('\u{308}', [0x0a, 0x00]),
    // The letter closes the ring.
    ('\u{30a}', [0x0e, 0x0a]),
    ('\u{30b}', [0x05, 0x0a]),
    ('\u{30c}', [0x0a, 0x04]),
];

/// Accents below: a cedilla, and an ogonek.
const BELOW: [(char, u8); 2] = [('\u{327}', 0x0c), ('\u{328}', 0x03)];

/// How a character is drawn, if kioskd can.
pub fn dots(character: char) -> Option<Glyph> {
    let whole = WHOLE.iter().find(|(whole, _)| *whole == character);
    whole.map(|(_, glyph)| *glyph).or_else(|| accented(character))
}

fn accented(character: char) -> Option<Glyph> {
    let nfd = DecomposingNormalizerBorrowed::new_nfd();
    let mut parts = nfd.normalize_iter(std::iter::once(character));
    let (letter, accent) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (_, rows) = LETTERS.iter().find(|(base, _)| *base == letter)?;
    let mut glyph = [0; 8];
    if let Some((_, above)) = ABOVE.iter().find(|(mark, _)| *mark == accent) {
        glyph[..2].copy_from_slice(above);
        glyph[2..7].copy_from_slice(rows);
        return Some(glyph);
    }
    let (_, hanging) = BELOW.iter().find(|(mark, _)| *mark == accent)?;
    if letter.is_uppercase() {
        // It is as tall as its kin without an accent, but for one row.
        let (upper, lower) = rows.split_at(3);
        glyph[..3].copy_from_slice(upper);
        glyph[3] = upper[2] & lower[0];
        glyph[4..6].copy_from_slice(lower);
        glyph[6] = *hanging;
    } else {
        glyph[2..7].copy_from_slice(rows);
        glyph[7] = *hanging;
    }
    Some(glyph)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(character: char) -> String {
        let rows = dots(character).unwrap();
        let row = |bits: &u8| {
            let dot = |at: &u8| if bits >> at & 1 == 1 { '#' } else { '.' };
            [4, 3, 2, 1, 0].iter().map(dot).collect::<String>()
        };
        rows.iter().map(row).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn letters_and_accents_are_put_together() {
        let drawn_e = "...#.\n..#..\n.###.\n#...#\n#####\n#....\n.###.\n.....";
        assert_eq!(drawn('é'), drawn_e);
        let drawn_u = ".#.#.\n.....\n#...#\n#...#\n#...#\n#...#\n.###.\n.....";
        assert_eq!(drawn('Ü'), drawn_u);
    }

    #[test]
    fn european_languages_can_be_written() {
        let letters = "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÑÁÍÓÚàâäçéèêëîïôöùûüÿñáíóúÅåØøÆæŒœ¿¡«»€£";
        let polish_czech_hungarian = "ĄĆĘŁŃÓŚŹŻąćęłńóśźżČĎĚŇŘŠŤŮŽčěňřšůžŐŰőű";
        for letter in letters.chars().chain(polish_czech_hungarian.chars()) {
            let glyph = dots(letter);
            assert!(glyph.is_some_and(|rows| rows.iter().all(|row| *row < 32)), "{letter}");
        }
        for other in ['e', '茶', '\u{301}', '☃'] {
            assert_eq!(dots(other), None, "{other}");
        }
    }

    #[test]
    fn no_two_look_the_same() {
        let all: Vec<char> = ('\u{a1}'..'\u{250}').filter(|c| dots(*c).is_some()).collect();
        assert!(all.len() > 100, "{}", all.len());
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                // Five rows are too few for a small letter and its capital.
                let is_same_letter = one.to_lowercase().eq(other.to_lowercase());
                assert!(is_same_letter || dots(*one) != dots(*other), "{one} {other}");
            }
        }
    }
}
