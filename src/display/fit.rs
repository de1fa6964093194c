//! Text into an area, by measure: whole words, in the largest face and the fullest wording that fit.

use unicode_linebreak::{BreakOpportunity, linebreaks};

use crate::display::words::Phrase;

/// A way to draw text: a font in a size, or the cells of a character display.
pub trait Face {
    /// How wide a line of text is.
    fn width(&self, text: &str) -> u32;
    /// From one line to the next.
    fn line_height(&self) -> u32;
    /// Whether it has this character.
    fn draws(&self, character: char) -> bool;
}

/// How much room there is, in what the face measures with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Area {
    /// From left to right.
    pub width: u32,
    /// From above to below.
    pub height: u32,
}

/// Text that fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fitted {
    /// Which of the faces that were tried, from the first.
    pub face: usize,
    /// The lines, none wider than the area.
    pub lines: Vec<String>,
}

/// The first of the faces in which a wording fits: the fullest wording that does. So faces come from
/// the one that is liked best, and a later face is taken only where no wording fits before.
pub fn fit<F: Face>(phrase: &Phrase, faces: &[F], area: Area) -> Option<Fitted> {
    let tried = faces.iter().enumerate();
    let mut fitted = tried.flat_map(|(number, face)| {
        let lines = phrase.wordings().filter_map(move |text| fits(text, face, area));
        lines.map(move |lines| Fitted { face: number, lines })
    });
    fitted.next()
}

/// The lines of one wording, if it fits.
fn fits(text: &str, face: &impl Face, area: Area) -> Option<Vec<String>> {
    if !unbroken(text).chars().all(|c| face.draws(c)) {
        return None;
    }
    let lines = broken(text, face, area.width)?;
    let height = u32::try_from(lines.len()).ok()?.checked_mul(face.line_height())?;
    (height <= area.height).then_some(lines)
}

/// Pages of `rows` lines each, for what fits nowhere whole: by words, and where one word is wider
/// than a line, by characters.
pub fn pages(text: &str, face: &impl Face, width: u32, rows: usize) -> Vec<Vec<String>> {
    let lines = broken(text, face, width).unwrap_or_else(|| cut(text, face, width));
    lines.chunks(rows.max(1)).map(<[String]>::to_vec).collect()
}

/// Lines of whole words, none wider than `width`; none if a single word is.
pub fn broken(text: &str, face: &impl Face, width: u32) -> Option<Vec<String>> {
    let is_wider = |text: &str| face.width(&unbroken(text)) > width;
    let pieces = pieces(text, is_wider);
    let any_is_wider = pieces.iter().any(|piece| is_wider(piece.text));
    (!any_is_wider).then(|| filled(&pieces, is_wider))
}

/// Each piece goes into the line before it if it fits there.
fn filled(pieces: &[Piece<'_>], is_wider: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        let joined = lines.last().map(|line| format!("{line}{}{}", gap(line, *piece), piece.text));
        match (joined, lines.last_mut()) {
            (Some(joined), Some(line)) if !is_wider(&joined) => *line = joined,
            (_, _) => lines.push(piece.text.to_owned()),
        }
    }
    lines.iter().map(|line| unbroken(line)).collect()
}

/// With plain spaces where a line must not end: no face has another kind.
pub fn unbroken(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// What is never broken, and whether a space stands before it.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    after_space: bool,
}

/// The words of a text. Scripts without spaces are broken where Unicode allows (UAX 14), but only
/// what is wider than a line.
fn pieces(text: &str, is_wider: impl Fn(&str) -> bool) -> Vec<Piece<'_>> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    let whole = |text| vec![Piece { text, after_space: true }];
    let parts = words.flat_map(|word| if is_wider(word) { parts(word) } else { whole(word) });
    parts.collect()
}

fn parts(word: &str) -> Vec<Piece<'_>> {
    let mut begin = 0;
    let mut parts = Vec::new();
    for (end, opportunity) in linebreaks(word) {
        // A hyphen that allows a break in a word of letters is none that a reader would make.
        let is_end = end == word.len();
        let between_wide = word[..end].ends_with(is_wide) || word[end..].starts_with(is_wide);
        if is_end || between_wide || opportunity == BreakOpportunity::Mandatory {
            parts.push(Piece { text: &word[begin..end], after_space: begin == 0 });
            begin = end;
        }
    }
    parts
}

/// Between kanji a space only says where a line may end; letters and katakana words need one.
fn gap(line: &str, piece: Piece<'_>) -> &'static str {
    let (last, first) = (line.chars().next_back(), piece.text.chars().next());
    let needs_none = match (last, first) {
        (Some(last), Some(first)) => {
            is_wide(last) && is_wide(first) && !(is_katakana(last) && is_katakana(first))
        }
        (_, _) => true,
    };
    if needs_none || !piece.after_space { "" } else { " " }
}

/// Lines in which words are cut that are wider than a line, and no others.
fn cut(text: &str, face: &impl Face, width: u32) -> Vec<String> {
    let is_wider = |text: &str| face.width(&unbroken(text)) > width;
    let pieces = pieces(text, is_wider).into_iter().flat_map(|piece| {
        if is_wider(piece.text) { chopped(piece, is_wider) } else { vec![piece] }
    });
    filled(&pieces.collect::<Vec<_>>(), is_wider)
}

/// A piece in parts, each as long as may be.
fn chopped(piece: Piece<'_>, is_wider: impl Fn(&str) -> bool) -> Vec<Piece<'_>> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let ends = piece.text.char_indices().map(|(at, _)| at).skip(1).chain([piece.text.len()]);
    let mut last = 0;
    for end in ends {
        // A character that is wider by itself stands alone.
        if is_wider(&piece.text[begin..end]) && last > begin {
            parts.push(Piece { text: &piece.text[begin..last], after_space: begin == 0 });
            begin = last;
        }
        last = end;
    }
    parts.push(Piece { text: &piece.text[begin..], after_space: begin == 0 });
    parts
}

/// The cells of a terminal.
struct Cells;

impl Face for Cells {
    fn width(&self, text: &str) -> u32 {
        u32::try_from(cells(text)).unwrap_or(u32::MAX)
    }

    fn line_height(&self) -> u32 {
        1
    }

    fn draws(&self, _character: char) -> bool {
        true
    }
}

/// How many cells of a terminal a text takes: kanji and kana take two each.
pub fn cells(text: &str) -> usize {
    text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum()
}

/// Lines for a terminal, each at most `width` cells.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = u32::try_from(width).unwrap_or(u32::MAX);
    broken(text, &Cells, width).unwrap_or_else(|| cut(text, &Cells, width))
}

/// Of a script that is written without spaces.
fn is_wide(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}')
}

fn is_katakana(character: char) -> bool {
    matches!(character, '\u{30a0}'..='\u{30ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of this size, with no snowman.
    struct Sized(u32);

    impl Face for Sized {
        fn width(&self, text: &str) -> u32 {
            Cells.width(text) * self.0
        }
        fn line_height(&self) -> u32 {
            self.0
        }
        fn draws(&self, character: char) -> bool {
            character != '☃'
        }
    }

    fn lines(text: &str, width: u32) -> Option<Vec<String>> {
        broken(text, &Cells, width)
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(lines("one two three", 7), Some(vec!["one two".into(), "three".into()]));
        assert_eq!(lines("one two three", 4), None, "three is wider");
        assert_eq!(lines("", 4), Some(vec![]));
        assert_eq!(lines("EC-Karte", 5), None, "not at a hyphen either");
    }

    #[test]
    fn what_belongs_together_stays_together() {
        assert_eq!(lines("nur 2,50\u{a0}€ bezahlt", 9).unwrap(), ["nur", "2,50 €", "bezahlt"]);
    }

    #[test]
    fn the_largest_face_and_the_fullest_wording_that_fit_are_taken() {
        let phrase = Phrase::new("Please present your card").or("Present card");
        let faces = [Sized(2), Sized(1)];
        let fitted = |width, height| fit(&phrase, &faces, Area { width, height });
        let one = |face, lines: &[&str]| {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            Some(Fitted { face, lines })
        };
        assert_eq!(fitted(48, 2), one(0, &["Please present your card"]));
        assert_eq!(fitted(24, 2), one(0, &["Present card"]));
        assert_eq!(fitted(24, 1), one(1, &["Please present your card"]));
        assert_eq!(fitted(7, 2), one(1, &["Present", "card"]));
        assert_eq!(fitted(6, 2), None);
    }

    #[test]
    fn a_wording_that_the_face_cannot_draw_is_passed_over() {
        let phrase = Phrase::new("☃").or("snow");
        let fitted = fit(&phrase, &[Sized(1)], Area { width: 9, height: 1 });
        assert_eq!(fitted.unwrap().lines, ["snow"]);
    }

    #[test]
    fn what_fits_nowhere_is_shown_page_by_page() {
        let text = "one two three four";
        assert_eq!(pages(text, &Cells, 7, 1), [["one two"], ["three"], ["four"]]);
        assert_eq!(pages("abcdefgh", &Cells, 3, 2), [vec!["abc", "def"], vec!["gh"]]);
        let note = "Note: 0123456789 now";
        assert_eq!(pages(note, &Cells, 7, 1).concat(), ["Note:", "0123456", "789 now"]);
    }

    #[test]
    fn japanese_is_broken_between_phrases_and_only_then_inside_them() {
        let text = "カードを かざして ください。";
        assert_eq!(lines(text, 26).unwrap(), ["カードをかざしてください。"]);
        assert_eq!(lines(text, 16).unwrap(), ["カードをかざして", "ください。"]);
        assert_eq!(lines("商品を選んでください。", 12).unwrap().concat(), "商品を選んでください。");
        let last = lines("商品を選んでください。", 10).unwrap();
        assert!(last.iter().all(|line| !line.starts_with('。')), "{last:?}");
        assert_eq!(lines("カード リーダー", 20).unwrap(), ["カード リーダー"]);
    }
}
