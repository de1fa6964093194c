//! Signs that a font may lack, and what says the same.

/// What a character becomes if no font has it.
pub fn plain(character: char) -> Option<char> {
    let plain = match character {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '‘' | '’' | '‚' => '\'',
        '“' | '”' | '„' => '"',
        '￥' => '¥',
        '～' => '〜',
        // Fullwidth forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0)?,
        '\u{ff61}'..='\u{ff9d}' => halfwidth(character)?,
        _ => return None,
    };
    Some(plain)
}

/// Halfwidth katakana, as in what tills print. Their sound marks stay apart.
fn halfwidth(character: char) -> Option<char> {
    const WIDE: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテト\
                        ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    let place = usize::try_from(u32::from(character) - 0xff61).ok()?;
    WIDE.chars().nth(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_the_same_is_found() {
        let plain: Vec<Option<char>> = "\u{202f}–„￥／Ａｱﾝ｡☃".chars().map(plain).collect();
        let expected = [" ", "-", "\"", "¥", "/", "A", "ア", "ン", "。"];
        let expected = expected.iter().map(|text| text.chars().next()).chain([None]);
        assert_eq!(plain, expected.collect::<Vec<_>>());
    }
}
