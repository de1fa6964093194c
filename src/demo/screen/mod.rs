//! The demo on a terminal: the real daemon, a simulated Stripe over HTTP, and you as the customer,
//! the technician and the power cut.
//!
//! | part | stands in | loses its power with the plug |
//! |---|---|---|
//! | the daemon, as `kioskd run` has it, in a thread of its own | `computer` | yes |
//! | dispenser board and cables | `machine` | no |
//! | a forwarder that can be cut | `network` | no |
//! | Stripe and its reader: [`crate::simulator`] | `bench` | no |
//!
//! The daemon is told apart from `kioskd run` by its devices only, and by no control socket.

mod bench;
mod computer;
mod draw;
mod machine;
mod network;
mod player;

#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::config::ConfigError;
use crate::daemon::RunError;

pub use player::{Player, Then};

/// How often the screen is drawn, at least.
const FRAME: Duration = Duration::from_millis(50);

/// The demo cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No folder for the journal.
    #[error("the demo's temporary folder cannot be made")]
    Folder(#[source] io::Error),
    /// The built-in configuration is refused.
    #[error("the demo's configuration is refused; report this as a defect of kioskd")]
    Config(#[from] ConfigError),
    /// No thread, no runtime or no socket.
    #[error("the simulated Stripe or the daemon cannot be started")]
    World(#[source] io::Error),
    /// The terminal cannot be used.
    #[error("the terminal cannot be drawn on or read from")]
    Terminal(#[source] io::Error),
    /// The daemon cannot start.
    #[error("the daemon cannot start")]
    Daemon(#[source] RunError),
    /// The daemon ended by itself, and did not say why.
    #[error("the daemon has ended; report this as a defect of kioskd")]
    Ended,
}

/// Plays on the terminal until `q` is pressed. The terminal is as before afterwards, also after an
/// error or a panic.
pub fn run() -> Result<(), DemoError> {
    let player = Player::start()?;
    let mut terminal = ratatui::try_init().map_err(DemoError::Terminal)?;
    let result = play(player, &mut terminal);
    ratatui::restore();
    result
}

fn play(mut player: Player, terminal: &mut ratatui::DefaultTerminal) -> Result<(), DemoError> {
    loop {
        player.tick()?;
        terminal.draw(|frame| player.draw(frame)).map_err(DemoError::Terminal)?;
        if !event::poll(FRAME).map_err(DemoError::Terminal)? {
            continue;
        }
        let Event::Key(key) = event::read().map_err(DemoError::Terminal)? else { continue };
        let KeyCode::Char(letter) = key.code else { continue };
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && letter == 'c' {
            return Ok(());
        }
        if key.kind != KeyEventKind::Press || is_control {
            continue;
        }
        match player.press(letter) {
            Then::GoOn => {}
            Then::Quit => return Ok(()),
        }
    }
}
