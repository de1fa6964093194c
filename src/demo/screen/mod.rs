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
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use crate::config::ConfigError;
use crate::daemon::RunError;

pub use player::{Player, Then};

/// How often the screen is drawn, at least.
const FRAME: Duration = Duration::from_millis(50);

/// Keys that wait for the next drawing.
const KEYS: usize = 64;

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

/// Plays on the terminal until `q` is pressed or a signal comes. The terminal is as before
/// afterwards, also after an error or a panic.
pub fn run(cart: bool) -> Result<(), DemoError> {
    let leave = told_to_leave().map_err(DemoError::World)?;
    let player = Player::start(cart)?;
    let mut terminal = ratatui::try_init().map_err(DemoError::Terminal)?;
    let result = play(player, &mut terminal, &leave);
    // Of a terminal that is gone nothing can be restored, and ratatui's complaint of it on standard
    // error, which is gone too, would be a panic.
    drop(ratatui::try_restore());
    if terminal.show_cursor().is_err() {
        std::mem::forget(terminal);
    }
    result
}

/// Becomes true with SIGTERM, SIGINT or SIGHUP (the terminal was closed), so that nothing is left
/// behind.
fn told_to_leave() -> io::Result<Arc<AtomicBool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut terminate, mut interrupt, mut hang_up) = runtime.block_on(async {
        let [terminate, interrupt, hang_up] =
            [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
        Ok::<_, io::Error>((terminate?, interrupt?, hang_up?))
    })?;
    let leave = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&leave);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hang_up.recv() => {}
            }
        });
        told.store(true, Ordering::Relaxed);
    })?;
    Ok(leave)
}

/// What is typed. Read in a thread of its own, which is not waited for: on a terminal that was
/// closed, reading never ends.
fn typed() -> io::Result<Receiver<io::Result<Event>>> {
    let (sender, typed) = std::sync::mpsc::sync_channel(KEYS);
    std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
        loop {
            let event = event::read();
            let is_last = event.is_err();
            if sender.send(event).is_err() || is_last {
                return;
            }
        }
    })?;
    Ok(typed)
}

fn play(
    mut player: Player,
    terminal: &mut ratatui::DefaultTerminal,
    leave: &AtomicBool,
) -> Result<(), DemoError> {
    let typed = typed().map_err(DemoError::World)?;
    while !leave.load(Ordering::Relaxed) {
        player.tick()?;
        terminal.draw(|frame| player.draw(frame)).map_err(DemoError::Terminal)?;
        let Ok(event) = typed.recv_timeout(FRAME) else { continue };
        let Event::Key(key) = event.map_err(DemoError::Terminal)? else { continue };
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
    Ok(())
}
