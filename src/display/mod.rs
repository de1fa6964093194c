//! What customers see: a view becomes words, and words become light.
//!
//! * [`text`]: the words of each view
//! * [`words`]: what a display has to say; [`fit`]: how it is fitted into an area
//! * [`panel`]: what every display can do; [`run`]: a display at work; [`care`]: how it rests
//! * [`bus`]: what displays hang on; [`hd44780`]: a display of characters; [`ssd1306`]: one of dots;
//!   [`signal`]: a lamp and a buzzer
//! * [`characters`]: words in the places of a display of characters
//! * [`bitmap`]: a picture of dots; [`picture`]: words as pictures, of few dots and of many pixels
//! * [`framebuffer`], [`drm`]: a screen on HDMI or DSI
//! * [`png`]: the current picture in a file
//! * [`terminal`]: a display for development: one frame of text

pub mod bitmap;
pub mod bus;
pub mod care;
pub mod characters;
pub mod drm;
pub mod fit;
pub mod framebuffer;
pub mod hd44780;
pub mod panel;
pub mod picture;
pub mod png;
pub mod run;
pub mod signal;
pub mod ssd1306;
pub mod terminal;
pub mod text;
pub mod words;
