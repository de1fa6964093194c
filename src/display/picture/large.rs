//! Words on a screen of any size. On a wide one the headline and the price stand above, symbol, line
//! and ring beside each other below them, and a code at the right; on a high one all of it stands
//! in one column.

use embedded_graphics::primitives::Rectangle;

use crate::display::fit::Face;
use crate::display::picture::code::Code;
use crate::display::picture::grid::{part, rectangle};
use crate::display::picture::layout::{
    Align, Item, Letters, Part, Plan, Role, Room, Said, Text, Tiers, halves, paged, phrase, said,
};
use crate::display::picture::outline_letters::OutlineLetters;
use crate::display::picture::theme::Look;
use crate::display::words::Words;
use crate::wiring::display::Theme;

/// Sizes of letters, of the screen's [`unit`].
const SIZES: [f32; 9] = [0.155, 0.125, 0.105, 0.09, 0.078, 0.066, 0.057, 0.05, 0.045];
/// The smallest of them: nothing is smaller.
const LEAST: usize = 8;
/// The letters of a note, by their place there: the largest that fit.
const NOTES: [usize; 3] = [5, 6, LEAST];
/// No letter is smaller than this, in pixels, on whatever screen.
const LEAST_SIZE: u32 = 14;
/// Larger for low vision, in the theme `contrast`.
const LARGER: f32 = 1.15;

/// Headline and line, by their place in [`SIZES`]. First what can be read from afar, then what can
/// be read, then what there is.
const TIERS: Tiers<'static> = &[
    &[(0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (1, 4), (2, 4), (3, 4)],
    &[(1, 5), (2, 5), (3, 5), (4, 5), (2, 6), (3, 6), (4, 6), (5, 6)],
    &[(5, 8), (6, 8), (7, 8), (8, 8)],
];

/// A code can be scanned at arm's length if its modules have as many pixels at least.
const LEAST_MODULE: u32 = 3;

/// What all lengths are parts of: the height, or nearly the width if that is less.
fn unit((width, height): (u32, u32)) -> u32 {
    height.min(part(width, 0.9))
}

/// The letters that [`plan`] chooses from.
pub fn letters(size: (u32, u32), look: &Look, is_lenient: bool) -> [OutlineLetters<'_>; 9] {
    let larger = if look.theme == Theme::Contrast { LARGER } else { 1.0 };
    SIZES.map(|of_it| {
        let size = part(unit(size), of_it * larger).max(LEAST_SIZE);
        OutlineLetters::new(&look.fonts, size, is_lenient)
    })
}

/// What stands where. Kanji are read more easily than what is spelt for displays that have none, unless
/// they need a second page.
pub fn plan(words: &Words, size: (u32, u32), look: &Look, page: usize) -> Plan {
    let plan = planned(&words.without_spelling(), size, look, page);
    if plan.pages == 1 { plan } else { planned(words, size, look, page) }
}

fn planned(words: &Words, size: (u32, u32), look: &Look, page: usize) -> Plan {
    let mut sheet = Sheet::new(size, look);
    sheet.logo(look);
    let is_wide = size.0 > size.1;
    if is_wide {
        sheet.code_at_the_right(words);
        sheet.note(words);
    } else {
        sheet.note(words);
        sheet.code_below(words);
    }
    let pages = if sheet.all(words) { 1 } else { sheet.pages(words, page) };
    Plan { items: sheet.items, pages }
}

/// What is planned already, and what is free yet.
struct Sheet<'l> {
    items: Vec<Item>,
    unit: u32,
    gap: u32,
    /// Whether a code has taken its part of a wide screen: what is left is a column.
    is_narrow: bool,
    /// Whether lines stand in the middle, and not at the left.
    is_centered: bool,
    /// Free yet.
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
    strict: [OutlineLetters<'l>; 9],
    lenient: [OutlineLetters<'l>; 9],
}

impl<'l> Sheet<'l> {
    fn new(size: (u32, u32), look: &'l Look) -> Self {
        let unit = unit(size);
        let margin = part(unit, 0.055);
        let (strict, lenient) = (letters(size, look, false), letters(size, look, true));
        Self {
            items: Vec::new(),
            unit,
            gap: part(unit, 0.035),
            is_narrow: false,
            is_centered: size.0 <= size.1,
            left: margin.min(size.0),
            top: margin.min(size.1),
            right: size.0.saturating_sub(margin),
            bottom: size.1.saturating_sub(margin),
            strict,
            lenient,
        }
    }

    fn width(&self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    fn height(&self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    fn push(&mut self, area: Rectangle, part: Part) {
        self.items.push(Item { area, part });
    }

    fn text(
        &mut self,
        role: Role,
        face: usize,
        lines: Vec<String>,
        (align, area): (Align, Rectangle),
    ) {
        if !lines.is_empty() {
            self.push(area, Part::Text(Text { role, face, lines, align }));
        }
    }

    /// In the middle at the top: no larger than leaves the words their room.
    fn logo(&mut self, look: &Look) {
        let (most_width, most_height) = (self.width() / 2, part(self.unit, 0.13));
        let Some(logo) = look.logo.as_ref().filter(|_| most_width > 0 && most_height > 0) else {
            return;
        };
        let (width, height) = logo.fitted(most_width, most_height);
        let left = self.left + (self.width() - width) / 2;
        self.push(rectangle(left, self.top, width, height), Part::Logo);
        self.top += height + self.gap;
    }

    /// Below all else, if it takes no more than two lines.
    fn note(&mut self, words: &Words) {
        let Some(note) = &words.note else { return };
        let fitted = NOTES.into_iter().find_map(|face| {
            let letters = &self.strict[face];
            let lines = phrase(note, letters, self.width(), 2)?;
            let height = letters.height(&lines);
            (height * 4 <= self.height()).then_some((face, lines, height))
        });
        let Some((face, lines, height)) = fitted else { return };
        let area = rectangle(self.left, self.bottom - height, self.width(), height);
        self.text(Role::Note, face, lines, (self.align(), area));
        self.bottom -= height + self.gap;
    }

    fn align(&self) -> Align {
        if self.is_centered { Align::Center } else { Align::Left }
    }

    fn code_at_the_right(&mut self, words: &Words) {
        let caption = self.lenient[LEAST].height(&[String::new()]);
        let side = self.height().saturating_sub(caption).min(part(self.width(), 0.44));
        let Some((code, host)) = code(words, side) else { return };
        let side = code.side();
        let left = self.right - side;
        let top = self.top + (self.height() - side - caption) / 2;
        self.push(rectangle(left, top, side, side), Part::Code(code));
        self.caption(&host, rectangle(left, top + side, side, caption));
        self.right = left.saturating_sub(2 * self.gap);
        self.is_narrow = true;
    }

    fn code_below(&mut self, words: &Words) {
        let caption = self.lenient[LEAST].height(&[String::new()]);
        let most = part(self.height(), 0.44).saturating_sub(caption);
        let Some((code, host)) = code(words, most.min(part(self.width(), 0.8))) else { return };
        let side = code.side();
        let left = self.left + (self.width() - side) / 2;
        let top = self.bottom - side - caption;
        self.push(rectangle(left, top, side, side), Part::Code(code));
        self.caption(&host, rectangle(self.left, top + side, self.width(), caption));
        self.bottom = top.saturating_sub(self.gap);
    }

    /// Where the code leads to; left out if it is too long.
    fn caption(&mut self, host: &str, area: Rectangle) {
        if self.strict[LEAST].width(host) <= area.size.width {
            self.text(Role::Caption, LEAST, vec![host.to_owned()], (Align::Center, area));
        }
    }

    fn said(&self, words: &Words, room: &Room) -> Option<Said> {
        said(words, &self.strict, TIERS, room).or_else(|| said(words, &self.lenient, TIERS, room))
    }

    /// All that is said. Whether it fits.
    fn all(&mut self, words: &Words) -> bool {
        if self.is_narrow || self.is_centered { self.high(words) } else { self.wide(words) }
    }

    /// Headline above; symbol, line and ring beside each other. Whether it fits.
    fn wide(&mut self, words: &Words) -> bool {
        let (symbol, ring) = (part(self.unit, 0.25), part(self.unit, 0.3));
        let aside = words.countdown.map_or(0, |_| ring + 2 * self.gap);
        let room = Room {
            headline_width: self.width(),
            may_stand_beside: true,
            line_width: self.width().saturating_sub(symbol + 2 * self.gap + aside),
            height: self.height(),
            gap: self.gap,
            aside: 2 * self.gap,
            least_row: if words.countdown.is_some() { ring } else { symbol },
        };
        let Some(said) = self.said(words, &room) else { return false };
        self.headline(&said, self.align());
        let line = self.lenient[said.line_face].height(&said.line);
        let high = if said.line.is_empty() { 0 } else { line };
        let middle = self.top + self.height() / 2;
        let area = |left: u32, width: u32, height: u32| {
            rectangle(left, middle - height / 2, width, height)
        };
        self.push(area(self.left, symbol, symbol), Part::Symbol(words.mood));
        let left = self.left + symbol + 2 * self.gap;
        let line = area(left, room.line_width, high);
        if let Some(countdown) = words.countdown {
            self.push(area(self.right - ring, ring, ring), Part::Ring(countdown));
        }
        self.text(Role::Line, said.line_face, said.line, (Align::Left, line));
        true
    }

    /// All below each other. Whether it fits.
    fn high(&mut self, words: &Words) -> bool {
        let (mut symbol, mut ring) = (part(self.unit, 0.28), part(self.unit, 0.3));
        // Beside a code there may be less room than both take.
        if words.countdown.is_some() && symbol + 2 * self.gap + ring > self.width() {
            let most = self.width().saturating_sub(2 * self.gap) / 2;
            (symbol, ring) = (symbol.min(most), ring.min(most));
        }
        let row = if words.countdown.is_some() { ring } else { symbol };
        let room = Room {
            headline_width: self.width(),
            may_stand_beside: false,
            line_width: self.width(),
            height: self.height().saturating_sub(row + self.gap),
            gap: self.gap,
            aside: 2 * self.gap,
            least_row: 0,
        };
        let Some(said) = self.said(words, &room).filter(|_| row < self.height()) else {
            return false;
        };
        self.headline(&said, self.align());
        let line = self.lenient[said.line_face].height(&said.line);
        let high = if said.line.is_empty() { 0 } else { line };
        // What is left is shared out above, between and below.
        let free = self.height().saturating_sub(row + high);
        let between = (free / 3).max(self.gap);
        let top = self.top + free.saturating_sub(between) / 2;
        let aside = words.countdown.map_or(0, |_| 2 * self.gap + ring);
        let indent = self.width().saturating_sub(symbol + aside) / 2;
        let left = self.left + if self.is_centered { indent } else { 0 };
        let area = rectangle(left, top + (row - symbol) / 2, symbol, symbol);
        self.push(area, Part::Symbol(words.mood));
        if let Some(countdown) = words.countdown {
            let area = rectangle(left + symbol + 2 * self.gap, top, ring, ring);
            self.push(area, Part::Ring(countdown));
        }
        let area = rectangle(self.left, top + row + between, self.width(), high);
        self.text(Role::Line, said.line_face, said.line, (self.align(), area));
        true
    }

    /// Headline and price, at the top of what is free.
    fn headline(&mut self, said: &Said, align: Align) {
        let face = said.headline_face;
        let letters = self.lenient[face].clone();
        let high = |lines: &[String]| if lines.is_empty() { 0 } else { letters.height(lines) };
        let (mut row, mut width) = (high(&said.headline), self.width());
        if let Some((price, true)) = &said.price {
            let lines = vec![price.clone()];
            let price_width = letters.width(price);
            row = row.max(letters.height(&lines));
            width -= price_width + 2 * self.gap;
            let area = rectangle(self.right - price_width, self.top, price_width, row);
            self.text(Role::Price, face, lines, (Align::Right, area));
        }
        let area = rectangle(self.left, self.top, width, row);
        self.text(Role::Headline, face, said.headline.clone(), (align, area));
        self.top += row;
        if let Some((price, false)) = &said.price {
            let lines = vec![price.clone()];
            let gap = if row > 0 { self.gap } else { 0 };
            let high = letters.height(&lines);
            let area = rectangle(self.left, self.top + gap, self.width(), high);
            self.text(Role::Price, face, lines, (align, area));
            self.top += gap + high;
        }
        if self.top > 0 {
            self.top += self.gap;
        }
    }

    /// What does not fit on one page. How many pages there are.
    fn pages(&mut self, words: &Words, page: usize) -> usize {
        let half = &halves(words)[page % 2];
        let other = &halves(words)[(page + 1) % 2];
        let before = (self.items.len(), self.top);
        let is_other_fit = self.all(other);
        self.items.truncate(before.0);
        self.top = before.1;
        if is_other_fit && self.all(half) {
            return 2;
        }
        // Without symbol and ring, in the least letters.
        let room = (self.width(), self.height());
        let (lines, pages) = paged(words, &self.lenient[LEAST], room, page);
        let height = self.lenient[LEAST].height(&lines);
        let area = rectangle(self.left, self.top, self.width(), height.min(self.height()));
        self.text(Role::Line, LEAST, lines, (Align::Left, area));
        pages
    }
}

/// The code of the words' link, and what it leads to.
fn code(words: &Words, side: u32) -> Option<(Code, String)> {
    let link = words.link.as_deref()?;
    let code = Code::fitted(link, side, LEAST_MODULE)?;
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    Some((code, host.to_owned()))
}
