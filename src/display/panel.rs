//! What a display has to be able to do, whatever it is made of.

use crate::display::words::Words;

/// What a display shows at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scene {
    /// What is said.
    pub words: Words,
    /// Which page of it, for a display that cannot hold it all at once: counts up while the words
    /// stay.
    pub page: usize,
    /// How bright, in per cent of the display's own; 0: dark.
    pub light: u8,
    /// How far the picture is shifted, in pixels, so that nothing burns in.
    pub shift: (i32, i32),
}

/// A display. Its calls may block: it has a thread to itself.
pub trait Panel: Send + 'static {
    /// Opens the device and sets it up. Also how one that was gone is found again.
    ///
    /// # Errors
    ///
    /// What is wrong, for a technician.
    fn open(&mut self) -> Result<(), String>;

    /// Shows a scene. After an error the device is opened anew before the next one.
    ///
    /// # Errors
    ///
    /// What is wrong, for a technician.
    fn show(&mut self, scene: &Scene) -> Result<(), String>;

    /// How many pages these words take.
    fn pages(&self, _words: &Words) -> usize {
        1
    }
}
