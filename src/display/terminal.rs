//! A display for development: each view as a frame of text on standard output.

use std::io::{IsTerminal, Write};

use tokio::sync::watch;

use crate::display::text::{Text, words, wrapped};
use crate::kiosk::View;
use crate::pulse::Pulse;

/// How wide a frame is.
const WIDTH: usize = 48;

/// Shows each view until the sender is gone. Only the newest counts: a slow terminal never delays
/// a sale. On a terminal the frame is redrawn in its place; in a file each picture stands once,
/// without its countdown. Ends quietly when nobody reads.
pub async fn run(mut views: watch::Receiver<Option<View>>, mut pulse: Pulse) {
    let in_place = std::io::stdout().is_terminal();
    let mut last: Option<String> = None;
    loop {
        let changed = tokio::select! {
            changed = views.changed() => changed,
            question = pulse.asked() => {
                pulse.answer(question).await;
                continue;
            }
        };
        if changed.is_err() {
            return;
        }
        let Some(view) = views.borrow_and_update().clone() else { continue };
        let view = if in_place { view } else { view.without_countdown() };
        let picture = frame(&words(&view));
        if last.as_ref() == Some(&picture) {
            continue;
        }
        let back = last.filter(|_| in_place).map_or_else(String::new, |last| erase(&last));
        let text = format!("{back}{picture}");
        let written = tokio::task::spawn_blocking(move || {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        });
        if !matches!(written.await, Ok(Ok(()))) {
            return;
        }
        last = Some(picture);
    }
}

/// Moves the cursor back over a frame and clears what follows (ECMA-48: CPL and ED).
fn erase(frame: &str) -> String {
    format!("\x1b[{}F\x1b[J", frame.lines().count())
}

/// A frame of text around words.
pub fn frame(words: &Text) -> String {
    let bar = "─".repeat(WIDTH + 2);
    let mut lines = vec![format!("┌{bar}┐")];
    for line in [&words.headline, &words.line].into_iter().flat_map(|text| wrapped(text, WIDTH)) {
        let padding = " ".repeat(WIDTH.saturating_sub(line.chars().count()));
        lines.push(format!("│ {line}{padding} │"));
    }
    lines.push(format!("└{bar}┘\n"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_between_words_and_framed() {
        let words = Text { headline: "A".repeat(50), line: "word ".repeat(20).trim().into() };
        for line in frame(&words).lines().skip(2) {
            assert!(!line.contains("wo ") && line.chars().count() == WIDTH + 4, "{line}");
        }
    }
}
