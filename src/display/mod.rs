//! What customers see: a view becomes text, and text becomes light.
//!
//! * [`text`]: the words of each view
//! * [`terminal`]: a display for development: one frame of text

pub mod terminal;
pub mod text;
