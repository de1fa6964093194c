//! A display for development: each view as a frame of text on standard output.

use std::io::{IsTerminal, Write};

use crate::display::fit::{cells, wrapped};
use crate::display::panel::{Panel, Scene};
use crate::display::words::Words;

/// How wide a frame is.
const WIDTH: usize = 48;

/// Standard output. On a terminal the frame is redrawn in its place; in a file each picture stands
/// once, without its countdown.
#[derive(Debug)]
pub struct Terminal {
    in_place: bool,
    last: Option<String>,
}

impl Terminal {
    /// The process's own.
    pub fn new() -> Self {
        Self { in_place: std::io::stdout().is_terminal(), last: None }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Panel for Terminal {
    fn open(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn show(&mut self, scene: &Scene) -> Result<(), String> {
        let picture = if self.in_place {
            frame(&scene.words)
        } else {
            frame(&Words { countdown: None, ..scene.words.clone() })
        };
        if self.last.as_ref() == Some(&picture) {
            return Ok(());
        }
        let last = self.last.take().filter(|_| self.in_place);
        let back = last.map_or_else(String::new, |last| erase(&last));
        let mut out = std::io::stdout().lock();
        let written = out.write_all(format!("{back}{picture}").as_bytes());
        written.and_then(|()| out.flush()).map_err(|error| error.to_string())?;
        self.last = Some(picture);
        Ok(())
    }
}

/// Moves the cursor back over a frame and clears what follows (ECMA-48: CPL and ED).
fn erase(frame: &str) -> String {
    format!("\x1b[{}F\x1b[J", frame.lines().count())
}

/// A frame of text around words.
pub fn frame(words: &Words) -> String {
    let bar = "─".repeat(WIDTH + 2);
    let mut lines = vec![format!("┌{bar}┐")];
    let (headline, line) = words.plain();
    let note = words.note.iter().map(|note| note.longest().to_owned());
    let texts = [headline, line].into_iter().chain(note).chain(words.link.clone());
    for line in texts.flat_map(|text| wrapped(&text, WIDTH)) {
        let padding = " ".repeat(WIDTH.saturating_sub(cells(&line)));
        lines.push(format!("│ {line}{padding} │"));
    }
    lines.push(format!("└{bar}┘\n"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::words::{Mood, Phrase};

    #[test]
    fn long_lines_are_wrapped_between_words_and_framed() {
        let (headline, line) = ("A".repeat(50), "word ".repeat(20));
        let words = Words::new(Mood::Inviting, Phrase::new(headline), Phrase::new(line.trim()));
        for line in frame(&words).lines() {
            assert!(!line.contains("wo ") && line.chars().count() == WIDTH + 4, "{line}");
        }
    }
}
