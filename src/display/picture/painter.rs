//! A large picture that is drawn again only where it changed: a countdown costs its ring.

use embedded_graphics::primitives::Rectangle;

use crate::display::fit::Face;
use crate::display::picture::grid::{edges, part, rectangle, signed};
use crate::display::picture::large::{letters, plan};
use crate::display::picture::layout::{Align, Item, Letters, Part, Plan, Role};
use crate::display::picture::outline_letters::OutlineLetters;
use crate::display::picture::rgb::Picture;
use crate::display::picture::shapes::{INSIDE_RING, ring, symbol};
use crate::display::picture::theme::{Colors, Look};
use crate::display::words::{Countdown, Words};

/// A picture, and what was last drawn on it.
pub struct Painter {
    picture: Picture,
    last: Option<Drawn>,
}

/// What stands on the picture.
struct Drawn {
    words: Words,
    page: usize,
    plan: Plan,
}

impl Painter {
    /// An empty picture.
    pub fn new(size: (u32, u32)) -> Self {
        Self { picture: Picture::new(size, [0; 3]), last: None }
    }

    /// The picture as it was last painted.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The picture as it was last painted.
    pub fn into_picture(self) -> Picture {
        self.picture
    }

    /// Paints words, always with the same look: the areas that changed.
    pub fn paint(&mut self, words: &Words, look: &Look, page: usize) -> Vec<Rectangle> {
        let size = self.picture.size();
        let colors = look.colors();
        let Some(last) = self.last.take() else {
            let plan = plan(words, size, look, page);
            self.picture.fill(&rectangle(0, 0, size.0, size.1), colors.ground);
            for item in &plan.items {
                draw(item, size, look, &mut self.picture);
            }
            self.last = Some(Drawn { words: words.clone(), page, plan });
            return vec![rectangle(0, 0, size.0, size.1)];
        };
        if last.words == *words && last.page == page {
            self.last = Some(last);
            return Vec::new();
        }
        let plan = match counted(&last, words, page) {
            Some(plan) => plan,
            None => plan(words, size, look, page),
        };
        let gone = last.plan.items.iter().filter(|item| !plan.items.contains(item));
        let new = plan.items.iter().filter(|item| !last.plan.items.contains(item));
        let mut changed: Vec<Rectangle> = gone.map(|item| item.area).collect();
        for item in new.clone() {
            if !changed.contains(&item.area) {
                changed.push(item.area);
            }
        }
        for area in &changed {
            self.picture.fill(area, colors.ground);
        }
        for item in new {
            draw(item, size, look, &mut self.picture);
        }
        self.last = Some(Drawn { words: words.clone(), page, plan });
        changed
    }
}

/// The last plan, if only a second has passed: nothing moves then.
fn counted(last: &Drawn, words: &Words, page: usize) -> Option<Plan> {
    let (before, now) = (last.words.countdown?, words.countdown?);
    let same = Words { countdown: Some(before), ..words.clone() };
    if before.of != now.of || same != last.words || page != last.page {
        return None;
    }
    let mut plan = last.plan.clone();
    for item in &mut plan.items {
        if let Part::Ring(countdown) = &mut item.part {
            *countdown = now;
        }
    }
    Some(plan)
}

fn draw(item: &Item, size: (u32, u32), look: &Look, picture: &mut Picture) {
    let (area, colors) = (&item.area, look.colors());
    match &item.part {
        Part::Text(text) => {
            let color = match text.role {
                Role::Headline | Role::Line | Role::Seconds => colors.text,
                Role::Price => colors.accent,
                Role::Note | Role::Caption => colors.soft,
            };
            let letters = &letters(size, look, true)[text.face];
            letters.draw(&text.lines, (area, text.align), color, picture);
        }
        Part::Symbol(mood) => symbol(*mood, area, colors.mood(*mood), picture),
        Part::Ring(countdown) => timer(*countdown, area, look, &colors, picture),
        Part::Bar(countdown) => ring(*countdown, area, (colors.accent, colors.track), picture),
        Part::Code(code) => {
            picture.fill(area, [255; 3]);
            let (left, top, right, bottom) = edges(area);
            for (y, row) in (top..bottom).zip(0..) {
                for (x, column) in (left..right).zip(0..) {
                    if code.is_dark(column, row) {
                        picture.set(x, y, [0; 3]);
                    }
                }
            }
        }
        Part::Logo => {
            if let Some(logo) = &look.logo {
                logo.draw(area, picture);
            }
        }
    }
}

/// The ring, and the seconds in its middle, as large as all of them have room.
fn timer(
    countdown: Countdown,
    area: &Rectangle,
    look: &Look,
    colors: &Colors,
    picture: &mut Picture,
) {
    ring(countdown, area, (colors.accent, colors.track), picture);
    let inside = part(area.size.width, INSIDE_RING);
    let widest = "0".repeat(countdown.of.max(countdown.left).to_string().len().max(2));
    let whole = OutlineLetters::new(&look.fonts, inside, true);
    let size = match whole.width(&widest) {
        width if width > inside => inside * inside / width.max(1),
        _ => inside,
    };
    let letters = OutlineLetters::new(&look.fonts, size.max(1), true);
    let lines = vec![countdown.left.to_string()];
    let (left, top, ..) = edges(area);
    // Digits stand on the base line and have no tails: their middle is that of the ring.
    let (width, height) = (area.size.width, letters.height(&lines));
    let digits = part(size, 0.73);
    let ascent = part(size, 0.97);
    let base = top + signed(area.size.height / 2 + digits / 2);
    let corner = embedded_graphics::geometry::Point::new(left, base - signed(ascent));
    let box_size = embedded_graphics::geometry::Size::new(width, height);
    let text = Rectangle::new(corner, box_size).intersection(area);
    // An area that was cut at the top would move the line.
    if text.top_left == corner {
        letters.draw(&lines, (&text, Align::Center), colors.text, picture);
    }
}
