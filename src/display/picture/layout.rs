//! What stands where on a picture, and the search for the largest letters that fit.
//!
//! Letters come in tiers. In a tier, the fullest wording is taken that fits in any of its letters,
//! and the largest of those; a later tier is for what fits in no wording before. So words that are
//! short and large are preferred to words that are long and tiny.

use embedded_graphics::primitives::Rectangle;

use crate::display::fit::{Face, broken, pages};
use crate::display::picture::code::Code;
use crate::display::words::{Countdown, Mood, Phrase, Words};

/// Letters that know how high lines of them are.
pub trait Letters: Face {
    /// How high these lines are, one below the other.
    fn height(&self, lines: &[String]) -> u32;
}

/// What a picture is to hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// All that is drawn. No two areas overlap, and none goes beyond the picture.
    pub items: Vec<Item>,
    /// How many pages the words take.
    pub pages: usize,
}

/// Something that is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// Where: it draws nothing outside.
    pub area: Rectangle,
    /// What.
    pub part: Part,
}

/// What can be drawn.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// Lines of text.
    Text(Text),
    /// A shape for the kind of news.
    Symbol(Mood),
    /// The time that is left, as a bar.
    Bar(Countdown),
    /// The time that is left, as a ring around the seconds.
    Ring(Countdown),
    /// A code to be scanned.
    Code(Code),
    /// The operator's picture.
    Logo,
}

/// Lines of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// What it is.
    pub role: Role,
    /// Which letters, by their place in the list that the picture was planned with.
    pub face: usize,
    /// The lines.
    pub lines: Vec<String>,
    /// Where lines stand that are shorter than the area.
    pub align: Align,
}

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Read first.
    Headline,
    /// What it costs.
    Price,
    /// What to do.
    Line,
    /// How many seconds are left.
    Seconds,
    /// Small print.
    Note,
    /// What is behind the code.
    Caption,
}

/// Where the lines of a text stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

impl Align {
    /// How far from the left a line of this width stands in an area of that.
    pub fn shift(self, line: u32, area: u32) -> u32 {
        match self {
            Self::Left => 0,
            Self::Center => area.saturating_sub(line) / 2,
            Self::Right => area.saturating_sub(line),
        }
    }
}

/// The room that headline, price and line share.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Of the headline, and of the price beside it.
    pub headline_width: u32,
    /// Whether the price may stand beside the headline, and not only below.
    pub may_stand_beside: bool,
    /// Of the line.
    pub line_width: u32,
    /// Of all together.
    pub height: u32,
    /// Between any two.
    pub gap: u32,
    /// Between the headline and a price beside it.
    pub aside: u32,
    /// What stands beside the line is so high.
    pub least_row: u32,
}

/// Which letters may be tried: pairs of the headline's and the line's, by their place in a list.
pub type Tiers<'t> = &'t [&'t [(usize, usize)]];

/// Headline, price and line as they fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The headline's letters, the price's too.
    pub headline_face: usize,
    /// Lines of the headline; none if there is nothing to say.
    pub headline: Vec<String>,
    /// The price, and whether it stands beside the headline, and not below.
    pub price: Option<(String, bool)>,
    /// The line's letters.
    pub line_face: usize,
    /// Lines of the line.
    pub line: Vec<String>,
}

/// How headline, price and line fit, if they do. In a tier, a wording is first tried with all words
/// whole, also those of scripts without spaces.
pub fn said<F: Letters>(words: &Words, faces: &[F], tiers: Tiers<'_>, room: &Room) -> Option<Said> {
    let both = wordings(&words.headline, &words.line);
    let mut tried = tiers.iter().flat_map(|tier| {
        both.iter().flat_map(move |(headline, line)| {
            let wording = Wording { headline, line, price: words.price.as_deref() };
            [true, false].into_iter().flat_map(move |is_whole| {
                tier.iter().filter_map(move |pair| attempt(&wording, faces, *pair, room, is_whole))
            })
        })
    });
    tried.next()
}

/// Every wording of one with every wording of the other, the fullest first.
fn wordings<'p>(headline: &'p Phrase, line: &'p Phrase) -> Vec<(&'p str, &'p str)> {
    let mut both: Vec<(usize, usize, &str, &str)> = Vec::new();
    for (first, headline) in headline.wordings().enumerate() {
        let lines = line.wordings().enumerate();
        both.extend(lines.map(|(second, line)| (first + second, first, headline, line)));
    }
    both.sort_by_key(|(shortened, first, ..)| (*shortened, *first));
    both.into_iter().map(|(_, _, headline, line)| (headline, line)).collect()
}

/// One wording.
#[derive(Clone, Copy)]
struct Wording<'w> {
    headline: &'w str,
    line: &'w str,
    price: Option<&'w str>,
}

fn attempt<F: Letters>(
    said: &Wording<'_>,
    faces: &[F],
    (headline_face, line_face): (usize, usize),
    room: &Room,
    is_whole: bool,
) -> Option<Said> {
    let (large, small) = (faces.get(headline_face)?, faces.get(line_face)?);
    if !draws(large, said.headline) || !draws(small, said.line) {
        return None;
    }
    let is_cut =
        |text: &str, face: &F, width: u32| text.split(' ').any(|word| face.width(word) > width);
    let cut_headline = is_cut(said.headline, large, room.headline_width);
    if is_whole && (cut_headline || is_cut(said.line, small, room.line_width)) {
        return None;
    }
    let line = broken(said.line, small, room.line_width)?;
    let row = if line.is_empty() { 0 } else { small.height(&line) }.max(room.least_row);
    let high = |lines: &[String]| if lines.is_empty() { 0 } else { large.height(lines) };
    let fits = |headline: &[String], beside: Option<&str>, below: Option<&str>| {
        let price = |price: Option<&str>| price.map_or(0, |price| high(&[price.to_owned()]));
        let headline_height = high(headline).max(price(beside));
        let price_height = price(below);
        let heights = [headline_height, price_height, row];
        let blocks = u32::try_from(heights.iter().filter(|height| **height > 0).count());
        let gaps = room.gap * blocks.unwrap_or(0).saturating_sub(1);
        heights.iter().sum::<u32>() + gaps <= room.height
    };
    let full =
        |headline, price| Said { headline_face, headline, price, line_face, line: line.clone() };
    let Some(price) = said.price.filter(|price| !price.is_empty()) else {
        let headline = broken(said.headline, large, room.headline_width)?;
        return fits(&headline, None, None).then(|| full(headline, None));
    };
    if !draws(large, price) || large.width(price) > room.headline_width {
        return None;
    }
    let beside = room.headline_width.saturating_sub(large.width(price) + room.aside);
    if let Some(headline) = broken(said.headline, large, beside).filter(|lines| lines.len() == 1)
        && room.may_stand_beside
        && fits(&headline, Some(price), None)
    {
        return Some(full(headline, Some((price.to_owned(), true))));
    }
    let headline = broken(said.headline, large, room.headline_width)?;
    fits(&headline, None, Some(price)).then(|| full(headline, Some((price.to_owned(), false))))
}

/// One phrase, as [`said`] fits two.
pub fn phrase<F: Letters>(
    phrase: &Phrase,
    face: &F,
    width: u32,
    rows: usize,
) -> Option<Vec<String>> {
    let mut fitted = phrase.wordings().filter(|text| draws(face, text)).filter_map(|text| {
        broken(text, face, width).filter(|lines| !lines.is_empty() && lines.len() <= rows)
    });
    fitted.next()
}

fn draws(face: &impl Face, text: &str) -> bool {
    text.chars().all(|character| face.draws(character))
}

/// Words on two pages, for what does not fit on one: what it is about, then what to do.
pub fn halves(words: &Words) -> [Words; 2] {
    let nothing = || Phrase::new("");
    let about = Words { line: nothing(), ..words.clone() };
    [about, Words { headline: nothing(), price: None, ..words.clone() }]
}

/// What fits in no way is said page by page, in one kind of letters: all of it, and the page that
/// is asked for. Pages without end begin again.
pub fn paged<F: Letters>(
    words: &Words,
    face: &F,
    (width, height): (u32, u32),
    page: usize,
) -> (Vec<String>, usize) {
    let one = face.height(&[String::new()]);
    let two = face.height(&[String::new(), String::new()]);
    let pitch = two.saturating_sub(one).max(1);
    if one == 0 || one > height {
        return (Vec::new(), 1);
    }
    let rows = 1 + usize::try_from((height - one) / pitch).unwrap_or(0);
    let price = words.price.iter().map(String::as_str);
    let texts = [words.headline.shortest()].into_iter().chain(price).chain([words.line.shortest()]);
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    // Headline and line begin in a line of their own each.
    let lines = texts.iter().flat_map(|text| pages(text, face, width, usize::MAX));
    let lines: Vec<String> = lines.flatten().filter(|line| face.width(line) <= width).collect();
    let pages: Vec<&[String]> = lines.chunks(rows).collect();
    let count = pages.len().max(1);
    let shown = pages.get(page % count).map(|lines| lines.to_vec()).unwrap_or_default();
    (shown, count)
}
