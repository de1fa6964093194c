//! Between whole pixels and the curves that are drawn on them, and rectangles.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::primitives::Rectangle;

/// A length in pixels as a number to reckon with.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "no picture has more pixels than a float tells apart"
)]
pub fn real(length: u32) -> f32 {
    length as f32
}

/// The whole pixel at or before a place. What is no number is 0, as the language has it.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a float beyond the integers ends at the last one"
)]
pub fn floor(place: f32) -> i32 {
    place.floor() as i32
}

/// So many pixels at least, and none where the length is negative.
pub fn ceil(length: f32) -> u32 {
    u32::try_from(floor(length.ceil())).unwrap_or(0)
}

/// A part of a length, rounded.
pub fn part(length: u32, of_it: f32) -> u32 {
    u32::try_from(floor(real(length) * of_it + 0.5)).unwrap_or(0)
}

/// A length as a distance. No picture is so large that it would not fit.
pub fn signed(length: u32) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// From the left, from above, and how large.
pub fn rectangle(x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle::new(Point::new(signed(x), signed(y)), Size::new(width, height))
}

/// The left edge, the upper one, and those behind the last column and row.
pub fn edges(area: &Rectangle) -> (i32, i32, i32, i32) {
    let (left, top) = (area.top_left.x, area.top_left.y);
    (left, top, left + signed(area.size.width), top + signed(area.size.height))
}

/// How much of something is left.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "no customer has more seconds than a float tells apart"
)]
pub fn share(left: u64, of: u64) -> f32 {
    if of == 0 { 0.0 } else { (left as f32 / of as f32).clamp(0.0, 1.0) }
}
