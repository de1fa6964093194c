//! What stands where. The headline is above with the price at its right, below it the line, and the
//! seconds that are left at the right end of the last row.
//!
//! A text and what stands at its right are fitted as one: the last word, which is never broken, is
//! then moved to the edge.

use super::{Grid, Line, Loss, Places, cells, rom};
use crate::display::fit::{self, Area, Face, fit};
use crate::display::words::{Countdown, Phrase, Words};

/// The pages, each with all its rows: one if the words fit whole.
pub(super) fn pages(words: &Words, grid: Grid) -> Vec<Vec<Line>> {
    let setting = Setting {
        grid,
        headline: Block::new(&words.headline, grid),
        price: words.price.as_deref().map(|price| unbroken(&legible(price, grid))),
        line: Block::new(&words.line, grid),
        seconds: words.countdown.map(seconds),
    };
    // What belongs to a code says nothing without one.
    let note = words.note.as_ref().filter(|_| words.link.is_none());
    let note = note.map(|note| Block::new(note, grid));
    let with_note = note.as_ref().and_then(|note| setting.whole(Some(note)));
    match with_note.or_else(|| setting.whole(None)) {
        Some(page) => vec![page],
        None => setting.in_pages(),
    }
}

/// The seconds, as wide from the first to the last.
fn seconds(countdown: Countdown) -> String {
    let width = countdown.of.to_string().len();
    unbroken(&format!("{:>width$}s", countdown.left))
}

/// What can be shown of a text that has one wording only.
fn legible(text: &str, grid: Grid) -> String {
    let character = |c| match rom::exact(c, grid.rom) {
        Some(_) => String::from(c),
        None => cells(c, grid.rom).into_iter().map(|cell| rom::shown(cell, grid.rom)).collect(),
    };
    text.chars().map(character).collect()
}

/// Text that no line ends in.
fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// A phrase, and how it can be written: with the least loss.
struct Block {
    phrase: Phrase,
    face: Places,
}

impl Block {
    fn new(phrase: &Phrase, grid: Grid) -> Self {
        let rom = grid.rom;
        let faces = [Loss::Nothing, Loss::Accents].map(|loss| Places { rom, loss });
        let can = |face: &Places| phrase.wordings().any(|text| text.chars().all(|c| face.draws(c)));
        let face = faces.into_iter().find(can);
        let face = face.unwrap_or(Places { rom, loss: Loss::Characters });
        Self { phrase: phrase.clone(), face }
    }

    /// In so many rows, with what stands at the right of the last one.
    fn fitted(&self, right: Option<&str>, columns: usize, rows: usize) -> Option<Vec<Line>> {
        let phrase = match right {
            Some(right) => self.phrase.map(|text| format!("{text} {right}")),
            None => self.phrase.clone(),
        };
        let area = Area { width: count(columns), height: count(rows) };
        let lines = fit(&phrase, std::slice::from_ref(&self.face), area)?.lines;
        Some(apart(lines, right))
    }

    /// The wordings that the face can write.
    fn wordings(&self) -> impl Iterator<Item = &str> {
        self.phrase.wordings().filter(|text| text.chars().all(|c| self.face.draws(c)))
    }
}

/// Lines of which the last one ends with what belongs to the right edge.
fn apart(lines: Vec<String>, right: Option<&str>) -> Vec<Line> {
    let mut lines: Vec<Line> =
        lines.into_iter().map(|left| Line { left, right: String::new() }).collect();
    let right = right.map(fit::unbroken);
    if let (Some(last), Some(right)) = (lines.last_mut(), right)
        && let Some(left) = last.left.strip_suffix(&right)
    {
        *last = Line { left: left.trim_end().to_owned(), right };
    }
    lines
}

struct Setting {
    grid: Grid,
    headline: Block,
    price: Option<String>,
    line: Block,
    seconds: Option<String>,
}

impl Setting {
    /// Everything at once: of the ways in which that can be done, the one that says most.
    fn whole(&self, note: Option<&Block>) -> Option<Vec<Line>> {
        let Grid { columns, rows, .. } = self.grid;
        let seconds = self.seconds.as_deref();
        let mut ways: Vec<[Vec<Line>; 3]> = Vec::new();
        match note {
            None => self.above(&[], seconds, &mut ways),
            Some(note) => {
                let notes = (1..rows.saturating_sub(1))
                    .filter_map(|most| note.fitted(seconds, columns, most));
                notes.for_each(|last| self.above(&last, None, &mut ways));
            }
        }
        // Of equals the first: the shorter headline, and seconds in a row of their own.
        let all = |parts: &[Vec<Line>; 3]| parts.iter().map(|lines| said(lines)).sum::<usize>();
        let best = ways.into_iter().rev().max_by_key(all)?;
        Some(self.placed(best))
    }

    /// The ways in which headline and line fit above the last lines.
    fn above(&self, last: &[Line], seconds: Option<&str>, ways: &mut Vec<[Vec<Line>; 3]>) {
        let Grid { columns, rows, .. } = self.grid;
        for above in 1..=rows.saturating_sub(last.len()) {
            let below = rows - last.len() - above;
            let Some(head) = self.headline.fitted(self.price.as_deref(), columns, above) else {
                continue;
            };
            if let (Some(seconds), Some(fewer)) = (seconds, below.checked_sub(1))
                && let Some(line) = self.line.fitted(None, columns, fewer)
            {
                let alone = Line { left: String::new(), right: fit::unbroken(seconds) };
                ways.push([head.clone(), line, vec![alone]]);
            }
            if let Some(line) = self.line.fitted(seconds, columns, below) {
                ways.push([head, line, last.to_vec()]);
            }
        }
    }

    /// The headline above, the last lines below, and a row free below the headline if one is.
    fn placed(&self, [head, line, last]: [Vec<Line>; 3]) -> Vec<Line> {
        let spare = self.grid.rows.saturating_sub(head.len() + line.len() + last.len());
        let after_headline = spare.min(1);
        let mut page = head;
        page.extend(vec![Line::default(); after_headline]);
        page.extend(line);
        page.extend(vec![Line::default(); spare - after_headline]);
        page.extend(last);
        // The seconds stand in the last row, wherever the text before them ended.
        let ends = page.iter().rposition(|line| *line != Line::default());
        let moved = ends.filter(|at| at + 1 < page.len() && self.is_seconds(&page[*at].right));
        if let (Some(at), Some(bottom)) = (moved, page.len().checked_sub(1)) {
            page[bottom].right = std::mem::take(&mut page[at].right);
        }
        page
    }

    fn is_seconds(&self, right: &str) -> bool {
        self.seconds.as_deref().map(fit::unbroken).as_deref() == Some(right)
    }

    /// One thing after the other. The headline stays above if it leaves half of the rows, unless
    /// that makes many pages.
    fn in_pages(&self) -> Vec<Vec<Line>> {
        let Grid { columns, rows, .. } = self.grid;
        let head = self.headline.fitted(self.price.as_deref(), columns, rows / 2);
        let Some(head) = head else {
            let mut pages = self.headlines();
            let body = self.body();
            pages.extend(body.chunks(rows).map(|rows| self.beside_seconds(rows.to_vec())));
            return pages;
        };
        let body = self.body();
        let below = rows - head.len();
        let with_head = |rows: &[Line]| self.beside_seconds([&head[..], rows].concat());
        let staying: Vec<Vec<Line>> = body.chunks(below).map(with_head).collect();
        let (first, others) = body.split_at(below.min(body.len()));
        let others = others.chunks(rows).map(|rows| self.beside_seconds(rows.to_vec()));
        let leaving: Vec<Vec<Line>> = std::iter::once(with_head(first)).chain(others).collect();
        let is_better = staying.len() > 2 && leaving.len() < staying.len();
        if is_better { leaving } else { staying }
    }

    /// All rows of a page, with the seconds in the last one if they have room there.
    fn beside_seconds(&self, mut page: Vec<Line>) -> Vec<Line> {
        page.resize(self.grid.rows, Line::default());
        if let (Some(seconds), Some(last)) = (&self.seconds, page.last_mut())
            && last.right.is_empty()
            && self.width(&last.left) + 1 + self.width(seconds) <= count(self.grid.columns)
        {
            last.right = fit::unbroken(seconds);
        }
        page
    }

    /// Pages of nothing but the headline and its price.
    fn headlines(&self) -> Vec<Vec<Line>> {
        let Grid { columns, rows, .. } = self.grid;
        let price = fit::unbroken(self.price.as_deref().unwrap_or_default());
        let text = self.headline.wordings().last().unwrap_or_default();
        let pages = fit::pages(text, &self.headline.face, count(columns), rows);
        let mut lines = apart(pages.concat(), None);
        match lines.last_mut() {
            Some(last) if self.width(&last.left) + 1 + self.width(&price) <= count(columns) => {
                last.right = price;
            }
            Some(_) | None => lines.push(Line { left: String::new(), right: price }),
        }
        lines
            .chunks(rows)
            .map(|page| [page, &vec![Line::default(); rows - page.len()]].concat())
            .collect()
    }

    /// The line in as few rows as may be: a word is cut only if it is wider than the display, and
    /// the seconds are left out only where they would cut one.
    fn body(&self) -> Vec<Line> {
        let columns = count(self.grid.columns);
        let seconds = self.seconds.as_deref();
        let narrower = seconds.map(|text| columns.saturating_sub(self.width(text) + 1));
        let mut ways = Vec::new();
        for width in narrower.into_iter().chain([columns]) {
            for text in self.line.wordings() {
                let is_cut = fit::broken(text, &self.line.face, width).is_none();
                let lines = fit::pages(text, &self.line.face, width, 1).concat();
                let is_without = narrower.is_some_and(|narrower| width > narrower);
                ways.push((is_cut, is_without, lines));
            }
        }
        let best = ways
            .into_iter()
            .min_by_key(|(is_cut, is_without, lines)| (*is_cut, *is_without, lines.len()));
        apart(best.map(|(_, _, lines)| lines).unwrap_or_default(), None)
    }

    fn width(&self, text: &str) -> u32 {
        self.line.face.width(text)
    }
}

/// How much text that is.
fn said(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.left.chars().filter(|c| !c.is_whitespace()).count()).sum()
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
