//! Shapes that are drawn at any size: a symbol for each kind of news, and the ring of the time that
//! is left. Each is a distance: below zero inside of it, above zero outside.

use embedded_graphics::primitives::Rectangle;

use crate::display::picture::grid::{edges, floor, real, share};
use crate::display::picture::rgb::{Color, Picture};
use crate::display::words::{Countdown, Mood};

/// A place in a square from -1 to 1, from the upper left.
type Place = (f32, f32);

/// Draws the symbol of a kind of news into a square.
pub fn symbol(mood: Mood, area: &Rectangle, color: Color, picture: &mut Picture) {
    let shape: fn(Place) -> f32 = match mood {
        Mood::Inviting => keys,
        Mood::Asking => card,
        Mood::Waiting => hourglass,
        Mood::Glad => tick,
        Mood::Sorry => cross,
        Mood::Closed => no_entry,
    };
    let half = real(area.size.width.min(area.size.height)) / 2.0;
    let (left, top, right, bottom) = edges(&picture.clipped(area));
    let (center_x, center_y) = center(area);
    for y in top..bottom {
        for x in left..right {
            let place = ((middle(x) - center_x) / half, (middle(y) - center_y) / half);
            picture.cover(x, y, color, covered(shape(place) * half));
        }
    }
}

/// Draws a ring into a square. What is left of the time runs from the top, clockwise.
pub fn ring(
    countdown: Countdown,
    area: &Rectangle,
    (color, track): (Color, Color),
    picture: &mut Picture,
) {
    let outer = real(area.size.width.min(area.size.height)) / 2.0;
    let inner = outer * (1.0 - RING);
    let left_over = share(countdown.left, countdown.of);
    let turn = left_over * std::f32::consts::TAU;
    // Where the arc ends, as seen from the center.
    let end = (turn.sin(), -turn.cos());
    let (left, top, right, bottom) = edges(&picture.clipped(area));
    let (center_x, center_y) = center(area);
    for y in top..bottom {
        let dy = middle(y) - center_y;
        for x in left..right {
            let dx = middle(x) - center_x;
            let square = dx * dx + dy * dy;
            if square > (outer + 1.0) * (outer + 1.0) || square < (inner - 1.0) * (inner - 1.0) {
                continue;
            }
            // Roots cost: only what is at an edge is reckoned.
            let is_edge =
                square > (outer - 1.0) * (outer - 1.0) || square < (inner + 1.0) * (inner + 1.0);
            let band = if is_edge {
                covered(square.sqrt() - outer).min(covered(inner - square.sqrt()))
            } else {
                1.0
            };
            let (begun, before_end) = (covered(-dx), covered(end.0 * dy - end.1 * dx));
            let arc = match left_over {
                all if all >= 1.0 => 1.0,
                more if more > 0.5 => begun.max(before_end),
                _ => begun.min(before_end),
            };
            if arc < 1.0 {
                picture.cover(x, y, track, band);
            }
            picture.cover(x, y, color, band.min(arc));
        }
    }
}

/// How thick the ring is, of its radius.
const RING: f32 = 0.2;

/// The side of the largest square inside the ring, of the whole.
pub const INSIDE_RING: f32 = (1.0 - RING) * std::f32::consts::FRAC_1_SQRT_2;

fn center(area: &Rectangle) -> (f32, f32) {
    let (left, top, ..) = edges(area);
    (corner(left) + real(area.size.width) / 2.0, corner(top) + real(area.size.height) / 2.0)
}

fn corner(edge: i32) -> f32 {
    let distance = real(edge.unsigned_abs());
    if edge < 0 { -distance } else { distance }
}

fn middle(pixel: i32) -> f32 {
    corner(pixel) + 0.5
}

/// How much of a pixel is covered whose middle is so far outside.
fn covered(distance: f32) -> f32 {
    (0.5 - distance).clamp(0.0, 1.0)
}

fn disc((x, y): Place, radius: f32) -> f32 {
    x.hypot(y) - radius
}

/// A box around a center, with round corners.
fn round_box((x, y): Place, half: (f32, f32), radius: f32) -> f32 {
    let (dx, dy) = (x.abs() - half.0 + radius, y.abs() - half.1 + radius);
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
}

/// A thick line with round ends.
fn stroke((x, y): Place, from: Place, to: Place, thick: f32) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let along = ((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (x - from.0 - along * dx).hypot(y - from.1 - along * dy) - thick / 2.0
}

/// A keypad.
fn keys((x, y): Place) -> f32 {
    let near = |value: f32| {
        [-0.66, 0.0, 0.66][usize::try_from(floor(value * 1.5 + 1.5)).unwrap_or(0).min(2)]
    };
    round_box((x - near(x), y - near(y)), (0.26, 0.26), 0.08)
}

/// A card, and the waves that it is read by.
fn card((x, y): Place) -> f32 {
    let card = round_box((x + 0.42, y), (0.56, 0.42), 0.09);
    let stripe = round_box((x + 0.42, y + 0.16), (0.7, 0.08), 0.0);
    let waves = [0.28, 0.56, 0.84].map(|radius| {
        let (x, y) = (x - 0.04, y);
        let arc = (x.hypot(y) - radius).abs() - 0.065;
        // Only to the right, as far as 42 degrees up and down.
        arc.max((y.abs() - x * 0.9) * 0.74)
    });
    let waves = waves.into_iter().fold(f32::MAX, f32::min);
    card.max(-stripe).min(waves.max(0.22 - x))
}

/// An hourglass; half of the sand is down.
fn hourglass((x, y): Place) -> f32 {
    let plates = round_box((x, y.abs() - 0.86), (0.68, 0.1), 0.05);
    let slope = |y: f32| (x.abs() - 0.1 - y.abs() * 0.52) * 0.88;
    let glass = slope(y).abs() - 0.055;
    let glass = glass.max(y.abs() - 0.86);
    let sand = slope(y).max(y - 0.8).max(0.42 - y);
    let upper = slope(y).max(y + 0.1).max(-0.4 - y);
    plates.min(glass).min(sand).min(upper)
}

/// A tick, cut out of a disc.
fn tick(place: Place) -> f32 {
    let short = stroke(place, (-0.46, 0.06), (-0.12, 0.4), 0.22);
    let long = stroke(place, (-0.12, 0.4), (0.5, -0.34), 0.22);
    disc(place, 0.98).max(-short.min(long))
}

/// A cross, cut out of a square.
fn cross(place: Place) -> f32 {
    let down = stroke(place, (-0.42, -0.42), (0.42, 0.42), 0.24);
    let up = stroke(place, (-0.42, 0.42), (0.42, -0.42), 0.24);
    round_box(place, (0.88, 0.88), 0.2).max(-down.min(up))
}

/// A bar, cut out of a disc.
fn no_entry(place: Place) -> f32 {
    disc(place, 0.98).max(-round_box(place, (0.64, 0.15), 0.04))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::picture::grid::rectangle;

    const BLACK: Color = [0; 3];
    const WHITE: Color = [255; 3];

    #[test]
    fn symbols_differ_by_shape() {
        let drawn = Mood::ALL.map(|mood| {
            let mut picture = Picture::new((60, 60), BLACK);
            symbol(mood, &rectangle(5, 5, 50, 50), WHITE, &mut picture);
            let outside = (0..60).flat_map(|at| [(at, 0), (at, 4), (at, 55), (0, at), (59, at)]);
            assert!(outside.into_iter().all(|(x, y)| picture.at(x, y) == Some(BLACK)));
            picture.pixels().iter().map(|pixel| *pixel == WHITE).collect::<Vec<_>>()
        });
        for (one, other) in (0..6).flat_map(|one| (0..one).map(move |other| (one, other))) {
            let differing = drawn[one].iter().zip(&drawn[other]).filter(|(a, b)| a != b).count();
            assert!(differing > 300, "{one} and {other} differ in {differing} pixels");
        }
    }

    #[test]
    fn the_ring_empties_clockwise() {
        let lit = |left| {
            let mut picture = Picture::new((100, 100), BLACK);
            let area = rectangle(0, 0, 100, 100);
            ring(Countdown { left, of: 40 }, &area, (WHITE, [9; 3]), &mut picture);
            // At half past one, half past four, half past seven, half past ten.
            [(82, 18), (82, 82), (18, 82), (18, 18)].map(|(x, y)| picture.at(x, y) == Some(WHITE))
        };
        assert_eq!(lit(40), [true; 4]);
        assert_eq!(lit(30), [true, true, true, false]);
        assert_eq!(lit(20), [true, true, false, false]);
        assert_eq!(lit(10), [true, false, false, false]);
        assert_eq!(lit(0), [false; 4]);
    }
}
