//! Words on few dots, such as 128 by 64: headline and price, what to do, and at the lower edge the
//! symbol and the time that is left. On a flat display these two stand at the right.

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::primitives::{PointsIter, Rectangle};

use crate::display::bitmap::Bitmap;
use crate::display::fit::Face;
use crate::display::picture::bitmap_letters::{BitmapLetters, LEAST, sizes};
use crate::display::picture::code::Code;
use crate::display::picture::grid::{part, rectangle, share};
use crate::display::picture::layout::{
    Align, Item, Letters, Part, Plan, Role, Room, Said, Text, Tiers, halves, paged, said,
};
use crate::display::picture::small_symbols::{SYMBOL, symbol};
use crate::display::words::{Countdown, Words};

/// A display that is less high has no room for a strip below the text.
const FLAT: u32 = 48;
/// Between any two things.
const GAP: u32 = 2;
/// Between the headline and the price beside it.
const ASIDE: u32 = 6;
/// A code is scanned if its modules have as many dots at least.
const LEAST_MODULE: u32 = 2;
/// Beside a code there must be as much room for text.
const LEAST_WIDTH: u32 = 64;
/// The letters of the seconds.
const SECONDS: usize = 3;

/// Headline and line, by their place in [`sizes`]. First what can be read from afar, then what can
/// be read, then what there is.
const TIERS: Tiers<'static> =
    &[&[(0, 1), (1, 1), (1, 2), (2, 2)], &[(1, 3), (2, 3), (3, 3)], &[(2, 4), (3, 4), (4, 4)]];

/// What stands where. Kanji are read more easily than what is spelt for displays that have none, unless
/// they need a second page.
pub fn plan(words: &Words, width: u32, height: u32, page: usize) -> Plan {
    let plan = planned(&words.without_spelling(), width, height, page);
    if plan.pages == 1 { plan } else { planned(words, width, height, page) }
}

fn planned(words: &Words, width: u32, height: u32, page: usize) -> Plan {
    let mut items = Vec::new();
    let code_side = height.min(width.saturating_sub(LEAST_WIDTH + GAP));
    let code = words.link.as_deref().and_then(|link| Code::fitted(link, code_side, LEAST_MODULE));
    let mut text_width = width;
    if let Some(code) = code {
        let side = code.side();
        items.push(Item {
            area: rectangle(width - side, (height - side) / 2, side, side),
            part: Part::Code(code),
        });
        text_width = width - side - GAP;
    }
    let area = if height < FLAT {
        beside(words, text_width, height, &mut items)
    } else {
        below(words, text_width, height, &mut items)
    };
    let pages = texts(words, (text_width, area), page, &mut items);
    Plan { items, pages }
}

/// Symbol, bar and seconds in a strip at the lower edge. What is left for the text.
fn below(words: &Words, width: u32, height: u32, items: &mut Vec<Item>) -> (u32, u32) {
    let (symbol_width, strip) = (SYMBOL.0, SYMBOL.1);
    let top = height - strip;
    let symbol = rectangle(0, top, symbol_width.min(width), strip);
    items.push(Item { area: symbol, part: Part::Symbol(words.mood) });
    if let Some(countdown) = words.countdown {
        let (seconds_width, seconds_height) = seconds_size(countdown);
        let left = symbol_width + 2 * GAP;
        let right = width.saturating_sub(seconds_width);
        let area = rectangle(right, height - seconds_height, seconds_width, seconds_height);
        items.push(seconds(countdown, area));
        let bar = right.saturating_sub(left + 2 * GAP);
        if bar >= 8 {
            items.push(Item { area: rectangle(left, top + 3, bar, 8), part: Part::Bar(countdown) });
        }
    }
    (width, top.saturating_sub(GAP))
}

/// Symbol and seconds at the right, and a thin bar at the lower edge. What is left for the text.
fn beside(words: &Words, width: u32, height: u32, items: &mut Vec<Item>) -> (u32, u32) {
    let (mut column, mut text_height) = (SYMBOL.0, height);
    if let Some(countdown) = words.countdown {
        let (seconds_width, seconds_height) = seconds_size(countdown);
        column = column.max(seconds_width);
        let bar = 2;
        text_height = height.saturating_sub(bar + 1);
        items.push(Item {
            area: rectangle(0, height - bar, width, bar),
            part: Part::Bar(countdown),
        });
        let top = text_height.saturating_sub(seconds_height);
        let area = rectangle(width - seconds_width.min(width), top, seconds_width, seconds_height);
        if top > SYMBOL.1 {
            items.push(seconds(countdown, area));
        }
    }
    let symbol = rectangle(width.saturating_sub(SYMBOL.0), 0, SYMBOL.0, SYMBOL.1.min(text_height));
    items.push(Item { area: symbol, part: Part::Symbol(words.mood) });
    (width.saturating_sub(column + 2 * GAP), text_height)
}

/// Room for as many digits as there will be, so that nothing moves while they become fewer.
fn seconds_size(countdown: Countdown) -> (u32, u32) {
    let letters = &sizes(true)[SECONDS];
    let digits = countdown.of.max(countdown.left).to_string().len();
    (letters.width(&"0".repeat(digits)), letters.height(&["0".to_owned()]) - 3)
}

fn seconds(countdown: Countdown, area: Rectangle) -> Item {
    let lines = vec![countdown.left.to_string()];
    let text = Text { role: Role::Seconds, face: SECONDS, lines, align: Align::Right };
    Item { area, part: Part::Text(text) }
}

/// The texts, at the upper left. How many pages they take. Where there is no countdown, the symbol
/// makes room for words that do not fit beside it.
fn texts(
    words: &Words,
    (width, (narrow, height)): (u32, (u32, u32)),
    page: usize,
    items: &mut Vec<Item>,
) -> usize {
    if let Some(said) = fitted(words, narrow, height) {
        place(&said, (narrow, height), items);
        return 1;
    }
    if let Some(said) = fitted(words, width, height).filter(|_| words.countdown.is_none()) {
        items.retain(|item| !matches!(item.part, Part::Symbol(_)));
        place(&said, (width, height), items);
        return 1;
    }
    let halves = halves(words).map(|half| fitted(&half, narrow, height));
    if let [Some(about), Some(line)] = &halves {
        place(if page.is_multiple_of(2) { about } else { line }, (narrow, height), items);
        return 2;
    }
    let letters = &sizes(true)[LEAST];
    let (lines, pages) = paged(words, letters, (narrow, height), page);
    let area = rectangle(0, 0, narrow, letters.height(&lines).min(height));
    if !lines.is_empty() {
        items.push(text(Role::Line, LEAST, lines, Align::Left, area));
    }
    pages
}

fn fitted(words: &Words, width: u32, height: u32) -> Option<Said> {
    let room = Room {
        headline_width: width,
        may_stand_beside: true,
        line_width: width,
        height,
        gap: 1,
        aside: ASIDE,
        least_row: 0,
    };
    let fitted = said(words, &sizes(false), TIERS, &room);
    fitted.or_else(|| said(words, &sizes(true), TIERS, &room))
}

fn place(said: &Said, (width, height): (u32, u32), items: &mut Vec<Item>) {
    let letters = sizes(true);
    let (large, small) = (&letters[said.headline_face], &letters[said.line_face]);
    let (headline_high, price) = (high(large, &said.headline), said.price.as_ref());
    let mut headline_width = width;
    let mut row = headline_high;
    if let Some((price, true)) = price {
        let lines = vec![price.clone()];
        let price_high = large.height(&lines);
        let price_width = large.width(price);
        headline_width = width - price_width - ASIDE;
        // The base lines of both agree, whichever has an accent.
        row = headline_high.max(price_high);
        let area = rectangle(width - price_width, row - price_high, price_width, price_high);
        items.push(text(Role::Price, said.headline_face, lines, Align::Right, area));
    }
    if !said.headline.is_empty() {
        let area = rectangle(0, row - headline_high, headline_width, headline_high);
        let lines = said.headline.clone();
        items.push(text(Role::Headline, said.headline_face, lines, Align::Left, area));
    }
    let mut top = if row > 0 { row + 1 } else { 0 };
    if let Some((price, false)) = price {
        let lines = vec![price.clone()];
        let high = large.height(&lines);
        let area = rectangle(0, top, width, high);
        items.push(text(Role::Price, said.headline_face, lines, Align::Left, area));
        top += high + 1;
    }
    if !said.line.is_empty() {
        let high = small.height(&said.line);
        // In the middle of what is left.
        let free = height.saturating_sub(top + high);
        let area = rectangle(0, top + free / 2, width, high);
        items.push(text(Role::Line, said.line_face, said.line.clone(), Align::Left, area));
    }
}

fn high(letters: &BitmapLetters, lines: &[String]) -> u32 {
    if lines.is_empty() { 0 } else { letters.height(lines) }
}

fn text(role: Role, face: usize, lines: Vec<String>, align: Align, area: Rectangle) -> Item {
    Item { area, part: Part::Text(Text { role, face, lines, align }) }
}

/// Draws a plan.
pub fn draw(plan: &Plan, width: u32, height: u32) -> Bitmap {
    let mut bitmap = Bitmap::new(width, height);
    let letters = sizes(true);
    for Item { area, part } in &plan.items {
        match part {
            Part::Text(text) => {
                let place = (area, text.align);
                letters[text.face].draw(&text.lines, place, BinaryColor::On, &mut bitmap);
            }
            Part::Symbol(mood) => symbol(*mood, area, &mut bitmap),
            Part::Bar(countdown) | Part::Ring(countdown) => bar(*countdown, area, &mut bitmap),
            Part::Code(code) => each(area, |x, y| !code.is_dark(x, y), &mut bitmap),
            Part::Logo => {}
        }
    }
    bitmap
}

/// Lights the dots of an area that are said to be lit.
pub(super) fn each(area: &Rectangle, is_lit: impl Fn(u32, u32) -> bool, bitmap: &mut Bitmap) {
    let dots = area.points().filter(|dot| {
        let inside = *dot - area.top_left;
        let at = (u32::try_from(inside.x), u32::try_from(inside.y));
        matches!(at, (Ok(x), Ok(y)) if is_lit(x, y))
    });
    let lit: Vec<_> = dots.map(|dot| embedded_graphics::Pixel(dot, BinaryColor::On)).collect();
    let Ok(()) = bitmap.draw_iter(lit);
}

/// A frame that empties; a thin one is a line.
fn bar(countdown: Countdown, area: &Rectangle, bitmap: &mut Bitmap) {
    let (width, height) = (area.size.width, area.size.height);
    let edge = if height < 5 { 0 } else { 2 };
    let full = part(width - (2 * edge).min(width), share(countdown.left, countdown.of));
    let is_lit = |x: u32, y: u32| {
        let is_edge = edge > 0 && (x == 0 || y == 0 || x + 1 == width || y + 1 == height);
        let is_inside = y >= edge && y + edge < height && x >= edge;
        is_edge || (is_inside && x < edge + full)
    };
    each(area, is_lit, bitmap);
}
